package io.mcprealtime.server.advice;

import io.mcprealtime.EventType;
import io.mcprealtime.LiveFeed;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.advice.Recommendation;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The newest event of each server that recommendations go by: another catalog, and memory that only
 * grows. Thread-safe.
 */
public final class Marks implements LiveFeed.Listener {
  /** How far back they count. */
  public static final Duration SPAN = Duration.ofDays(1);

  private final Map<ServerId, MonitoringEvent> drifts = new ConcurrentHashMap<>();
  private final Map<ServerId, MonitoringEvent> leaks = new ConcurrentHashMap<>();

  /** Takes events, of before this process as well. */
  @Override
  public void onEvents(List<MonitoringEvent> events) {
    note(events);
  }

  private void note(Collection<MonitoringEvent> events) {
    for (var event : events) {
      var server = event.server();
      if (server == null) {
        continue;
      }
      if (event.type() == EventType.SCHEMA_DRIFT && event.details().containsKey("class")) {
        note(drifts, server, event);
      } else if (event.type() == EventType.PROCESS && event.details().containsKey(Leak.SLOPE)) {
        note(leaks, server, event);
      }
    }
  }

  private static void note(
      Map<ServerId, MonitoringEvent> newest, ServerId server, MonitoringEvent event) {
    newest.merge(server, event, (one, other) -> one.at().isBefore(other.at()) ? other : one);
  }

  /** Lets go of what is too old to count. */
  void forgetBefore(Instant instant) {
    drifts.values().removeIf(event -> event.at().isBefore(instant));
    leaks.values().removeIf(event -> event.at().isBefore(instant));
  }

  /** Whether what a recommendation goes by is too old to say that it still holds. */
  static boolean isOver(Recommendation recommendation, String when, Instant now) {
    var at = recommendation.evidence().get(when);
    return at == null || Instant.parse(at).isBefore(now.minus(SPAN));
  }

  Optional<MonitoringEvent> drift(ServerId server) {
    return Optional.ofNullable(drifts.get(server));
  }

  Optional<MonitoringEvent> leak(ServerId server) {
    return Optional.ofNullable(leaks.get(server));
  }
}
