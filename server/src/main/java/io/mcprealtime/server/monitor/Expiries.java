package io.mcprealtime.server.monitor;

import io.mcprealtime.EventType;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.Severity;
import io.mcprealtime.mcp.Expiry;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Warns ahead of a certificate's or a token's end: 14, 7 and 1 days before, and when it has come.
 * Not thread-safe.
 */
final class Expiries {
  private static final int KEPT = 20;

  private final ServerId server;

  /** The nearest that was told, by what ends when; of those seen last. */
  private final Map<String, Step> told = new LinkedHashMap<>(16, 0.75f, true);

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
      var before = told.getOrDefault(key, Step.FAR);
      if (step.compareTo(before) > 0) {
        told.put(key, step);
        events.add(event(expiry, left, step, now));
      }
    }
    // A probe that fails sees none of them; they are not forgotten by that, or told again.
    var eldest = told.keySet().iterator();
    while (told.size() > KEPT) {
      eldest.next();
      eldest.remove();
    }
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
