package io.mcprealtime.server.monitor;

import io.mcprealtime.EventType;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerState;
import io.mcprealtime.Severity;
import io.mcprealtime.mcp.ProbeResult;
import io.mcprealtime.server.monitor.Judgement.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Puts into events what is declared of a server. */
final class StateEvents {
  private StateEvents() {}

  /** What a verdict brings that is new. */
  static List<MonitoringEvent> of(ServerId server, Instant at, Verdict verdict, Duration window) {
    var events = new ArrayList<MonitoringEvent>();
    if (verdict.flappingChanged()) {
      events.add(flapping(server, at, verdict, window));
    } else if (verdict.from() != null && !verdict.flapping() && isNews(verdict)) {
      events.add(change(server, at, verdict, verdict.from()));
    }
    return events;
  }

  /** That a server which nobody knew yet is up is none. */
  private static boolean isNews(Verdict verdict) {
    return verdict.from() != ServerState.UNKNOWN || verdict.state() != ServerState.HEALTHY;
  }

  private static MonitoringEvent change(
      ServerId server, Instant at, Verdict verdict, ServerState from) {
    boolean recovered = verdict.state() == ServerState.HEALTHY;
    var basis = verdict.basis();
    var reason = basis == null || basis.reason() == null ? "" : ": " + basis.reason();
    return MonitoringEvent.of(
            server,
            at,
            recovered ? EventType.RECOVERY : EventType.STATUS_CHANGE,
            severity(verdict.state()),
            "%s went from %s to %s%s".formatted(server, from, verdict.state(), reason))
        .withDetails(
            Map.of(
                "from", from.name(),
                "to", verdict.state().name(),
                "rule", basis == null ? "" : basis.rule().wireName()));
  }

  private static MonitoringEvent flapping(
      ServerId server, Instant at, Verdict verdict, Duration window) {
    if (verdict.flapping()) {
      return MonitoringEvent.of(
              server,
              at,
              EventType.FLAPPING,
              Severity.WARNING,
              "%s flaps: its state changed %d times within %s; changes are told again when it is steady"
                  .formatted(server, verdict.changes(), inWords(window)))
          .withDetails(Map.of("changes", Integer.toString(verdict.changes())));
    }
    return MonitoringEvent.of(
        server,
        at,
        EventType.FLAPPING,
        severity(verdict.state()),
        "%s is steady again: %s".formatted(server, verdict.state()));
  }

  private static String inWords(Duration time) {
    return time.toMinutes() > 1 ? time.toMinutes() + " minutes" : time.toMillis() / 1e3 + " s";
  }

  static MonitoringEvent circuit(ServerId server, ProbeResult result, boolean open) {
    return MonitoringEvent.of(
        server,
        result.at(),
        EventType.CIRCUIT_BREAKER,
        open ? Severity.WARNING : Severity.INFO,
        open
            ? "The circuit of %s is open: it is probed less often until it answers"
                .formatted(server)
            : "The circuit of %s is closed again".formatted(server));
  }

  static MonitoringEvent eraChange(ServerId server, ProbeResult result) {
    return MonitoringEvent.of(
        server,
        result.at(),
        EventType.ERA_CHANGE,
        Severity.WARNING,
        "%s speaks the %s era now (%s), and spoke the other before"
            .formatted(
                server,
                String.valueOf(result.era()).toLowerCase(Locale.ROOT),
                result.protocolVersion()));
  }

  private static Severity severity(ServerState state) {
    return switch (state) {
      case HEALTHY, UNKNOWN -> Severity.INFO;
      case DEGRADED, EMPTY -> Severity.WARNING;
      case AUTH_REQUIRED, DOWN -> Severity.ERROR;
    };
  }
}
