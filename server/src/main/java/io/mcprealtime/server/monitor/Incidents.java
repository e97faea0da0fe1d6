package io.mcprealtime.server.monitor;

import static java.util.Comparator.comparing;

import io.mcprealtime.EventType;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.Severity;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Makes one incident of outages with one cause. When a server goes down that shares a host, an
 * address, a program or the way out with others, its alarm is held for a moment and the others are
 * looked at; when most of them fail as well, one event with their list takes the place of all
 * theirs. Thread-safe.
 */
final class Incidents {
  /** Fewer servers are told one by one. */
  static final int LEAST = 3;

  /** So large a share of the servers at a place has to fail. */
  private static final double SHARE = 0.6;

  /** Of the whole network more, for hosts of others fail now and then. */
  private static final double UPLINK_SHARE = 0.8;

  /** How long an alarm waits for others. */
  static final Duration GATHER = Duration.ofSeconds(10);

  /** So many of the others are looked at when one fails. */
  private static final int LOOKED_AT = 10;

  private static final int ENDED_KEPT = 50;
  private static final int LISTED = 20;

  private final Consumer<List<MonitoringEvent>> events;
  private final Consumer<ServerId> look;
  private final Map<ServerId, Member> members = new HashMap<>();
  private final Map<Place, Set<ServerId>> shared = new HashMap<>();
  private final Map<Place, Open> open = new LinkedHashMap<>();
  private final Deque<Incident> ended = new ArrayDeque<>();

  /**
   * @param events takes what is told
   * @param look has a server probed soon
   */
  Incidents(Consumer<List<MonitoringEvent>> events, Consumer<ServerId> look) {
    this.events = events;
    this.look = look;
  }

  private static final class Member {
    private Set<Place> places = Set.of();
    private @Nullable Instant failingSince;
    private boolean down;
    private @Nullable Open incident;
    private @Nullable Instant heldUntil;
    private final List<MonitoringEvent> held = new ArrayList<>();
  }

  private static final class Open {
    private final UUID id = UUID.randomUUID();
    private final Place place;
    private final Instant since;
    private final Set<ServerId> servers = new LinkedHashSet<>();
    private final Set<ServerId> down = new LinkedHashSet<>();

    private Open(Place place, Instant since) {
      this.place = place;
      this.since = since;
    }
  }

  /** Takes note of what a probe found: where the server is, and whether the probe failed. */
  void probed(ServerId server, Set<Place> places, boolean failed, Instant at) {
    var told = new ArrayList<MonitoringEvent>();
    synchronized (this) {
      var member = members.computeIfAbsent(server, unknown -> new Member());
      if (!member.places.equals(places)) {
        leave(server, member);
        member.places = Set.copyOf(places);
        places.forEach(
            place -> shared.computeIfAbsent(place, p -> new LinkedHashSet<>()).add(server));
      }
      if (!failed) {
        member.failingSince = null;
      } else if (member.failingSince == null) {
        member.failingSince = at;
        gather(member, at, told);
      }
    }
    tell(told);
  }

  /**
   * Takes what is declared of a server, with the events that tell of it; passes these on now,
   * later, or not at all when the server is part of an incident.
   *
   * @param down whether the server is declared down
   */
  void declared(ServerId server, boolean down, Instant at, List<MonitoringEvent> news) {
    var told = new ArrayList<MonitoringEvent>();
    var siblings = new ArrayList<ServerId>();
    synchronized (this) {
      var member = members.computeIfAbsent(server, unknown -> new Member());
      boolean changed = member.down != down;
      member.down = down;
      var incident = member.incident;
      if (incident != null) {
        if (changed) {
          follow(incident, server, down, at, told);
        }
      } else if (member.heldUntil != null) {
        member.held.addAll(news);
        if (!down) {
          told.addAll(release(member));
        }
      } else if (down && changed && canBeShared(member)) {
        member.held.addAll(news);
        member.heldUntil = at.plus(GATHER);
        gather(member, at, told);
        siblings.addAll(siblings(server, member));
      } else {
        told.addAll(news);
      }
    }
    tell(told);
    siblings.forEach(look);
  }

  /** Lets go of alarms that waited long enough. */
  void tick(Instant now) {
    var told = new ArrayList<MonitoringEvent>();
    synchronized (this) {
      for (var member : members.values()) {
        var until = member.heldUntil;
        if (until != null && !now.isBefore(until)) {
          told.addAll(release(member));
        }
      }
    }
    tell(told);
  }

  /** A server is not watched any more. */
  void forget(ServerId server, Instant at) {
    var told = new ArrayList<MonitoringEvent>();
    synchronized (this) {
      var member = members.remove(server);
      if (member != null) {
        leave(server, member);
        told.addAll(release(member));
        var incident = member.incident;
        if (incident != null) {
          incident.servers.remove(server);
          incident.down.remove(server);
          endIfOver(incident, at, told);
        }
      }
    }
    tell(told);
  }

  /** The incident that a server is part of. */
  synchronized Optional<UUID> of(ServerId server) {
    return Optional.ofNullable(members.get(server))
        .flatMap(member -> Optional.ofNullable(member.incident))
        .map(incident -> incident.id);
  }

  /** Those that last, then those that are over, the newest first. */
  synchronized List<Incident> all() {
    var all = new ArrayList<Incident>();
    open.values().forEach(incident -> all.add(snapshot(incident, null)));
    all.sort(comparing(Incident::since).reversed());
    all.addAll(ended);
    return all;
  }

  private void tell(List<MonitoringEvent> told) {
    if (!told.isEmpty()) {
      events.accept(told);
    }
  }

  private void leave(ServerId server, Member member) {
    for (var place : member.places) {
      var servers = shared.get(place);
      if (servers != null) {
        servers.remove(server);
        if (servers.isEmpty()) {
          shared.remove(place);
        }
      }
    }
  }

  private Set<ServerId> at(Place place) {
    return shared.getOrDefault(place, Set.of());
  }

  private boolean canBeShared(Member member) {
    return member.places.stream().anyMatch(place -> at(place).size() >= LEAST);
  }

  private static List<MonitoringEvent> release(Member member) {
    var released = List.copyOf(member.held);
    member.held.clear();
    member.heldUntil = null;
    return released;
  }

  /** Others of the same places that were not found failing. */
  private List<ServerId> siblings(ServerId server, Member member) {
    return member.places.stream()
        .filter(place -> place.kind() != Place.Kind.UPLINK)
        .flatMap(place -> at(place).stream())
        .distinct()
        .filter(other -> !other.equals(server))
        .filter(other -> failingSince(other) == null)
        .limit(LOOKED_AT)
        .toList();
  }

  private @Nullable Instant failingSince(ServerId server) {
    var member = members.get(server);
    return member == null ? null : member.failingSince;
  }

  /** Opens an incident at the widest place where enough servers fail, or joins one. */
  private void gather(Member member, Instant at, List<MonitoringEvent> told) {
    member.places.stream()
        .sorted(comparing(Place::kind).reversed())
        .filter(place -> open.containsKey(place) || isShared(place))
        .findFirst()
        .ifPresent(place -> gather(place, at, told));
  }

  /** Whether most of the servers at a place fail, and one of them for sure. */
  private boolean isShared(Place place) {
    var servers = at(place);
    var failing = servers.stream().filter(server -> failingSince(server) != null).toList();
    boolean sure = failing.stream().anyMatch(this::isDown);
    if (!sure || failing.size() < LEAST) {
      return false;
    }
    if (place.kind() == Place.Kind.UPLINK) {
      return failing.size() >= UPLINK_SHARE * servers.size() && hosts(failing) >= LEAST;
    }
    return failing.size() >= SHARE * servers.size();
  }

  private boolean isDown(ServerId server) {
    var member = members.get(server);
    return member != null && member.down;
  }

  private long hosts(List<ServerId> servers) {
    return servers.stream()
        .map(members::get)
        .flatMap(member -> member.places.stream())
        .filter(place -> place.kind() == Place.Kind.HOST)
        .distinct()
        .count();
  }

  /** Takes every server that fails at the place into its incident. */
  private void gather(Place place, Instant at, List<MonitoringEvent> told) {
    boolean isNew = !open.containsKey(place);
    var failing =
        at(place).stream()
            .filter(server -> failingSince(server) != null)
            .sorted(comparing(server -> String.valueOf(failingSince(server))))
            .toList();
    var incident =
        open.computeIfAbsent(
            place,
            p ->
                new Open(
                    p,
                    failing.stream()
                        .map(this::failingSince)
                        .map(since -> since == null ? at : since)
                        .min(Instant::compareTo)
                        .orElse(at)));
    for (var server : failing) {
      var member = members.get(server);
      var narrower = member == null ? null : member.incident;
      if (member == null || narrower == incident) {
        continue;
      }
      if (narrower != null) {
        open.remove(narrower.place);
      }
      member.incident = incident;
      member.held.clear();
      member.heldUntil = null;
      incident.servers.add(server);
      if (member.down) {
        incident.down.add(server);
      }
    }
    if (isNew) {
      told.add(event(incident, at, Severity.CRITICAL, begun(incident)));
    }
  }

  private void follow(
      Open incident, ServerId server, boolean down, Instant at, List<MonitoringEvent> told) {
    if (down) {
      incident.down.add(server);
    } else {
      incident.down.remove(server);
      var member = members.get(server);
      if (member != null) {
        member.failingSince = null;
      }
      endIfOver(incident, at, told);
    }
  }

  /** It is over when fewer are down than make an incident; who still is, is told of. */
  private void endIfOver(Open incident, Instant at, List<MonitoringEvent> told) {
    boolean failing =
        incident.servers.stream().filter(server -> failingSince(server) != null).count() >= LEAST;
    if (failing || !open.remove(incident.place, incident)) {
      return;
    }
    for (var server : incident.servers) {
      var member = members.get(server);
      if (member != null && member.incident == incident) {
        member.incident = null;
      }
    }
    ended.addFirst(snapshot(incident, at));
    while (ended.size() > ENDED_KEPT) {
      ended.removeLast();
    }
    var still = incident.down.isEmpty() ? "" : "; still down: " + names(incident.down);
    told.add(
        event(
            incident,
            at,
            incident.down.isEmpty() ? Severity.INFO : Severity.ERROR,
            "The incident at %s is over after %d s, %d servers were part of it%s"
                .formatted(
                    incident.place.inWords(),
                    Duration.between(incident.since, at).toSeconds(),
                    incident.servers.size(),
                    still)));
  }

  private String begun(Open incident) {
    return "%d of %d servers at %s fail: %s"
        .formatted(
            incident.servers.size(),
            at(incident.place).size(),
            incident.place.inWords(),
            names(incident.servers));
  }

  private static String names(Set<ServerId> servers) {
    var some =
        servers.stream().limit(LISTED).map(ServerId::value).collect(Collectors.joining(", "));
    int more = servers.size() - LISTED;
    return more > 0 ? "%s and %d more".formatted(some, more) : some;
  }

  private static MonitoringEvent event(
      Open incident, Instant at, Severity severity, String message) {
    return MonitoringEvent.ofMonitor(at, EventType.INCIDENT, severity, message)
        .withDetails(
            Map.of(
                "incident", incident.id.toString(),
                "place", incident.place.kind().wireName(),
                "name", incident.place.name(),
                "since", incident.since.toString(),
                "servers", names(incident.servers)));
  }

  private Incident snapshot(Open incident, @Nullable Instant until) {
    return new Incident(
        incident.id,
        incident.place,
        incident.since,
        until,
        List.copyOf(incident.servers),
        List.copyOf(incident.down),
        at(incident.place).size());
  }
}
