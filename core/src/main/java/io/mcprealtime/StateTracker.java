package io.mcprealtime;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Remembers each server's newest state and makes an event of each change. */
final class StateTracker {
  /** From so many servers on, those that were not heard of for a day are dropped. */
  private static final int MANY = 20_000;

  private static final Duration FORGOTTEN_AFTER = Duration.ofDays(1);

  private final Map<ServerId, ServerMetrics> newest = new ConcurrentHashMap<>();
  private volatile int sweepAt = MANY;

  /** Takes these as known, but for servers of which newer ones were heard. */
  void learn(Collection<ServerMetrics> latest) {
    latest.forEach(
        sample ->
            newest.merge(
                sample.server(),
                sample,
                (known, learnt) -> learnt.at().isAfter(known.at()) ? learnt : known));
  }

  /** The servers whose newest sample is not older than that. */
  Set<ServerId> servers(Instant since) {
    return newest.values().stream()
        .filter(sample -> !sample.at().isBefore(since))
        .map(ServerMetrics::server)
        .collect(Collectors.toSet());
  }

  /** The newest sample that was heard of. */
  Optional<ServerMetrics> newest(ServerId server) {
    return Optional.ofNullable(newest.get(server));
  }

  /** The newest sample of each of those servers. */
  List<ServerMetrics> newest(Collection<ServerId> servers) {
    return servers.stream().flatMap(server -> newest(server).stream()).toList();
  }

  /**
   * What samples bring that is new.
   *
   * @param newest those that are newer than what was known of their server
   * @param events the changes of state among them
   */
  record News(List<ServerMetrics> newest, List<MonitoringEvent> events) {}

  /** Takes samples; late ones bring nothing new, but for what is known of a time to come. */
  News observe(List<ServerMetrics> samples, Instant now) {
    var latest = now.plus(McpTimeSeriesManager.MAX_AHEAD);
    var accepted = new ArrayList<ServerMetrics>();
    var events = new ArrayList<MonitoringEvent>();
    for (var sample : samples) {
      newest.compute(
          sample.server(),
          (server, before) -> {
            if (before != null
                && !sample.at().isAfter(before.at())
                && !before.at().isAfter(latest)) {
              return before;
            }
            if (before != null && before.state() != sample.state()) {
              events.add(change(before, sample));
            }
            accepted.add(sample);
            return sample;
          });
    }
    if (newest.size() > sweepAt) {
      var oldest = now.minus(FORGOTTEN_AFTER);
      newest.values().removeIf(sample -> sample.at().isBefore(oldest));
      sweepAt = Math.max(MANY, 2 * newest.size());
    }
    return new News(accepted, events);
  }

  private static MonitoringEvent change(ServerMetrics before, ServerMetrics after) {
    boolean recovered = after.state() == ServerState.HEALTHY;
    String error = after.lastError();
    String message =
        "%s went from %s to %s%s"
            .formatted(
                after.server(),
                before.state(),
                after.state(),
                recovered || error == null ? "" : ": " + error);
    return MonitoringEvent.of(
            after.server(),
            after.at(),
            recovered ? EventType.RECOVERY : EventType.STATUS_CHANGE,
            severity(after.state()),
            message)
        .withDetails(Map.of("from", before.state().name(), "to", after.state().name()));
  }

  private static Severity severity(ServerState state) {
    return switch (state) {
      case HEALTHY, UNKNOWN -> Severity.INFO;
      case DEGRADED, EMPTY -> Severity.WARNING;
      case AUTH_REQUIRED, DOWN -> Severity.ERROR;
    };
  }
}
