package io.mcprealtime;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The key figures of all servers over a short span of time, measured.
 *
 * @param from start of the span, inclusive
 * @param to end of the span, exclusive
 * @param servers servers with a sample in the span
 * @param stateCounts samples found in each state
 * @param requestCount requests that the samples report; absent when none reports any
 * @param errorCount failed requests that the samples report; absent when none reports any
 * @param latency of all samples with a response time
 */
public record Kpis(
    Instant from,
    Instant to,
    int servers,
    Map<ServerState, Integer> stateCounts,
    @Nullable Long requestCount,
    @Nullable Long errorCount,
    LatencySketch latency) {
  public Kpis {
    stateCounts = Map.copyOf(stateCounts);
  }

  /** Samples in the span. */
  public int sampleCount() {
    return stateCounts.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Share of samples in which their server was up, 0 to 1; absent without samples. */
  public Optional<Double> upRatio() {
    return Rollup.upRatio(stateCounts);
  }

  /** Share of requests that failed, 0 to 1; absent when no requests are reported. */
  public Optional<Double> errorRate() {
    if (requestCount == null || requestCount == 0 || errorCount == null) {
      return Optional.empty();
    }
    return Optional.of((double) errorCount / requestCount);
  }

  /** The response time that this share of all is at or under; absent when there was none. */
  public Optional<Duration> responseTime(double quantile) {
    return latency.quantile(quantile);
  }
}
