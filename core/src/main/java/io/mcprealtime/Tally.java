package io.mcprealtime;

import java.util.EnumMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Counts samples: their states, the requests that they report, their response times. */
final class Tally {
  final Map<ServerState, Integer> states = new EnumMap<>(ServerState.class);
  final Set<ServerId> servers = new HashSet<>();
  private final LatencySketch.Builder latency = LatencySketch.builder();
  @Nullable Long requests;
  @Nullable Long errors;

  void add(ServerMetrics sample) {
    servers.add(sample.server());
    states.merge(sample.state(), 1, Integer::sum);
    requests = sum(requests, sample.requestCount());
    errors = sum(errors, sample.errorCount());
    var responseTime = sample.responseTime();
    if (responseTime != null) {
      latency.add(responseTime);
    }
  }

  LatencySketch latency() {
    return latency.build();
  }

  private static @Nullable Long sum(@Nullable Long sum, @Nullable Long value) {
    if (value == null) {
      return sum;
    }
    return sum == null ? value : sum + value;
  }
}
