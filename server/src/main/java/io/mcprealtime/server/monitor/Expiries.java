package io.mcprealtime.server.monitor;

import io.mcprealtime.EventType;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.Severity;
import io.mcprealtime.mcp.Expiry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Warns ahead of a certificate's or a token's end: 14, 7 and 1 days before, and when it has come.
 * Not thread-safe.
 */
final class Expiries {
  private final ServerId server;
  private final Map<String, Step> told = new HashMap<>();

  /** How near the end is. */
  private enum Step {
    FAR(Duration.ofDays(36_500), Severity.INFO),
    TWO_WEEKS(Duration.ofDays(14), Severity.INFO),
    ONE_WEEK(Duration.ofDays(7), Severity.WARNING),
    ONE_DAY(Duration.ofDays(1), Severity.ERROR),
    OVER(Duration.ZERO, Severity.CRITICAL);

    private final Duration left;
    private final Severity severity;

    Step(Duration left, Severity severity) {
      this.left = left;
      this.severity = severity;
    }

    private static Step of(Duration left) {
      var found = FAR;
      for (var step : values()) {
        found = left.compareTo(step.left) <= 0 ? step : found;
      }
      return found;
    }
  }

  Expiries(ServerId server) {
    this.server = server;
  }

  /** The warnings that are due, each once. */
  List<MonitoringEvent> look(List<Expiry> expiries, Instant now) {
    var events = new ArrayList<MonitoringEvent>();
    for (var expiry : expiries) {
      var left = Duration.between(now, expiry.at());
      var step = Step.of(left);
      var key = expiry.kind() + " " + expiry.subject() + " " + expiry.at();
      var before = told.put(key, step);
      if (step != Step.FAR && step != before) {
        events.add(event(expiry, left, step, now));
      }
    }
    told.keySet()
        .retainAll(
            expiries.stream()
                .map(expiry -> expiry.kind() + " " + expiry.subject() + " " + expiry.at())
                .toList());
    return events;
  }

  private MonitoringEvent event(Expiry expiry, Duration left, Step step, Instant now) {
    var what = expiry.kind() == Expiry.Kind.CERTIFICATE ? "The certificate of " : "The token in ";
    var when =
        left.isNegative() || left.isZero()
            ? "ended on "
            : left.toDays() >= 1
                ? "ends in %d %s, on ".formatted(left.toDays(), left.toDays() == 1 ? "day" : "days")
                : "ends in %d h, on ".formatted(left.toHours());
    return MonitoringEvent.of(
            server,
            now,
            EventType.EXPIRY,
            step.severity,
            what + expiry.subject() + " " + when + expiry.at() + ": renew it")
        .withDetails(
            Map.of(
                "kind", expiry.kind().wireName(),
                "subject", expiry.subject(),
                "expiresAt", expiry.at().toString()));
  }
}
