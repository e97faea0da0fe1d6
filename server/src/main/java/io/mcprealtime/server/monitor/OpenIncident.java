package io.mcprealtime.server.monitor;

import io.mcprealtime.EventType;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** An incident that lasts, and what is told of it. Not thread-safe. */
final class OpenIncident {
  /** So many names stand in a message. */
  private static final int LISTED = 20;

  private final UUID id = UUID.randomUUID();
  private final Place place;
  private final Instant since;

  /** All that were part of it, in the order in which they failed. */
  private final Set<ServerId> servers = new LinkedHashSet<>();

  /** Those of them that are out still. */
  private final Set<ServerId> out = new LinkedHashSet<>();

  /** Those of them that are declared down. */
  private final Set<ServerId> down = new LinkedHashSet<>();

  /** When it is over unless others fail again; null while enough servers are out. */
  private @Nullable Long endsNanos;

  OpenIncident(Place place, Instant since) {
    this.place = place;
    this.since = since;
  }

  UUID id() {
    return id;
  }

  Place place() {
    return place;
  }

  Instant since() {
    return since;
  }

  void join(ServerId server, boolean isDown) {
    servers.add(server);
    out.add(server);
    if (isDown) {
      down.add(server);
    }
  }

  void declaredDown(ServerId server) {
    down.add(server);
  }

  /** The server is back; it was part of the incident all the same. */
  void leave(ServerId server) {
    out.remove(server);
    down.remove(server);
  }

  /** The server is not watched any more. */
  void forget(ServerId server) {
    leave(server);
    servers.remove(server);
  }

  List<ServerId> out() {
    return List.copyOf(out);
  }

  /**
   * Notes until when it may go on with too few servers, or that there are enough again.
   *
   * @param least servers that keep it going
   */
  void lingerUntil(long nanos, int least) {
    if (out.size() >= least) {
      endsNanos = null;
    } else if (endsNanos == null) {
      endsNanos = nanos;
    }
  }

  boolean isOver(long nowNanos) {
    return out.isEmpty() || (endsNanos != null && nowNanos >= endsNanos);
  }

  Incident snapshot(@Nullable Instant until, int watched) {
    return new Incident(id, place, since, until, List.copyOf(servers), List.copyOf(down), watched);
  }

  /**
   * Tells that it began.
   *
   * @param watched servers at its place
   * @param superseded incidents that turned out to be part of it
   */
  MonitoringEvent begun(Instant at, int watched, Collection<OpenIncident> superseded) {
    var event =
        event(
            at,
            Severity.CRITICAL,
            "%d of %d servers at %s fail: %s"
                .formatted(servers.size(), watched, place.inWords(), names(servers)));
    if (superseded.isEmpty()) {
      return event;
    }
    var details = new HashMap<>(event.details());
    details.put(
        "supersedes",
        superseded.stream()
            .limit(LISTED)
            .map(incident -> incident.id.toString())
            .collect(Collectors.joining(", ")));
    return event.withDetails(details);
  }

  /** Tells that it is over, and who is down all the same. */
  MonitoringEvent over(Instant at) {
    var lasted = Duration.between(since, at);
    return event(
        at,
        down.isEmpty() ? Severity.INFO : Severity.ERROR,
        "The incident at %s is over after %d s, %d servers were part of it%s"
            .formatted(
                place.inWords(),
                Math.max(0, lasted.toSeconds()),
                servers.size(),
                down.isEmpty() ? "" : "; still down: " + names(down)));
  }

  private MonitoringEvent event(Instant at, Severity severity, String message) {
    return MonitoringEvent.ofMonitor(at, EventType.INCIDENT, severity, message)
        .withDetails(
            Map.of(
                "incident", id.toString(),
                "place", place.kind().wireName(),
                "name", place.name(),
                "since", since.toString(),
                "servers", names(servers)));
  }

  private static String names(Set<ServerId> servers) {
    var some =
        servers.stream().limit(LISTED).map(ServerId::value).collect(Collectors.joining(", "));
    int more = servers.size() - LISTED;
    return more > 0 ? "%s and %d more".formatted(some, more) : some;
  }
}
