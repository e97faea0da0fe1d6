package io.mcprealtime;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Remembers each server's newest state and makes an event of each change. */
final class StateTracker {
  private final Map<ServerId, ServerMetrics> newest = new ConcurrentHashMap<>();

  void learn(Collection<ServerMetrics> latest) {
    latest.forEach(sample -> newest.put(sample.server(), sample));
  }

  /** Every server that was ever heard of. */
  Set<ServerId> servers() {
    return Set.copyOf(newest.keySet());
  }

  /** The changes of state that these samples bring; late samples bring none. */
  List<MonitoringEvent> changes(List<ServerMetrics> samples) {
    var events = new ArrayList<MonitoringEvent>();
    for (var sample : samples) {
      newest.compute(
          sample.server(),
          (server, before) -> {
            if (before != null && !sample.at().isAfter(before.at())) {
              return before;
            }
            if (before != null && before.state() != sample.state()) {
              events.add(change(before, sample));
            }
            return sample;
          });
    }
    return events;
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
