package io.mcprealtime.server.monitor;

import static java.util.Comparator.comparing;

import io.mcprealtime.EventType;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.TimeSource;
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
import org.jspecify.annotations.Nullable;

/**
 * Makes one incident of outages with one cause. When a server goes down that shares a host, an
 * address, a program or the way out with others, its alarm is held for a moment and the others are
 * looked at; when most of them fail as well, one event with their list takes the place of all
 * theirs. Who is down still when the incident is over gets its own alarm then. Thread-safe.
 */
final class Incidents {
  /** Fewer servers are told one by one. */
  static final int LEAST = 3;

  /**
   * How long an alarm waits for others; and how long an incident of too few servers goes on, as
   * they come back one after another.
   */
  static final Duration GATHER = Duration.ofSeconds(10);

  /** So many of the others are looked at when one fails, or is back. */
  private static final int LOOKED_AT = 10;

  private static final int ENDED_KEPT = 50;

  private final TimeSource time;
  private final Consumer<List<MonitoringEvent>> events;
  private final Consumer<ServerId> look;
  private final Map<ServerId, Member> members = new HashMap<>();
  private final SharedPlaces shared = new SharedPlaces(LEAST);
  private final Map<Place, OpenIncident> open = new LinkedHashMap<>();
  private final Deque<Incident> ended = new ArrayDeque<>();
  private boolean closed;

  /**
   * @param events takes what is told
   * @param look has a server probed soon; must not wait for anything
   */
  Incidents(TimeSource time, Consumer<List<MonitoringEvent>> events, Consumer<ServerId> look) {
    this.time = time;
    this.events = events;
    this.look = look;
  }

  /** Takes note of what a probe found: where the server is, and whether the probe failed. */
  void probed(ServerId server, Set<Place> places, boolean failed, Instant at) {
    var told = new ArrayList<MonitoringEvent>();
    synchronized (this) {
      var member = members.computeIfAbsent(server, Member::new);
      shared.move(member, places);
      if (failed && member.failingSince == null) {
        member.failingSince = at;
        gather(member, at, told);
      } else if (!failed) {
        member.failingSince = null;
        var incident = member.incident;
        if (incident != null && !member.down) {
          member.incident = null;
          incident.leave(server);
          settle(incident, at, told);
        }
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
    var lookedAt = new ArrayList<ServerId>();
    synchronized (this) {
      var member = members.computeIfAbsent(server, Member::new);
      boolean changed = member.down != down;
      member.down = down;
      var incident = member.incident;
      if (incident != null) {
        follow(member, incident, changed, at, news, told, lookedAt);
      } else if (member.heldUntilNanos != null) {
        member.hold(news);
        if (!down) {
          told.addAll(member.release());
        }
      } else if (!closed && down && changed && shared.isShared(member)) {
        member.hold(news);
        member.heldUntilNanos = time.nanoTime() + GATHER.toNanos();
        // Known to be down from before this process, which told it.
        member.told = news.isEmpty();
        gather(member, at, told);
        lookedAt.addAll(shared.siblings(member, LOOKED_AT));
      } else {
        told.addAll(news);
        member.told = down;
      }
    }
    tell(told);
    lookedAt.forEach(look);
  }

  /** Lets go of alarms that waited long enough, and of incidents with too few servers. */
  void tick() {
    var told = new ArrayList<MonitoringEvent>();
    synchronized (this) {
      long now = time.nanoTime();
      for (var member : members.values()) {
        var until = member.heldUntilNanos;
        if (until != null && now >= until) {
          told.addAll(member.release());
        }
      }
      for (var incident : List.copyOf(open.values())) {
        settle(incident, time.instant(), told);
      }
    }
    tell(told);
  }

  /** A server is not watched any more. */
  void forget(ServerId server) {
    var told = new ArrayList<MonitoringEvent>();
    synchronized (this) {
      var member = members.remove(server);
      if (member != null) {
        shared.move(member, Set.of());
        var incident = member.incident;
        if (incident == null) {
          told.addAll(member.release());
        } else {
          incident.forget(server);
          settle(incident, time.instant(), told);
        }
      }
    }
    tell(told);
  }

  /**
   * Tells the alarms that wait, and gathers no more: servers that are let go of now are neither
   * back nor gone.
   */
  void close() {
    var told = new ArrayList<MonitoringEvent>();
    synchronized (this) {
      closed = true;
      members.values().stream()
          .filter(member -> member.heldUntilNanos != null)
          .forEach(member -> told.addAll(member.release()));
    }
    tell(told);
  }

  /** The incident that a server is part of. */
  synchronized Optional<UUID> of(ServerId server) {
    return Optional.ofNullable(members.get(server))
        .flatMap(member -> Optional.ofNullable(member.incident))
        .map(OpenIncident::id);
  }

  /** Whether a server is part of an incident, or it is being found out whether it is. */
  synchronized boolean mayBeShared(ServerId server) {
    var member = members.get(server);
    return member != null && (member.incident != null || member.heldUntilNanos != null);
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

  /** Opens an incident at the widest place where enough servers fail, or joins one. */
  private void gather(Member member, Instant at, List<MonitoringEvent> told) {
    if (closed) {
      return;
    }
    var widestFirst = member.places.stream().sorted(comparing(Place::kind).reversed()).toList();
    for (var place : widestFirst) {
      if ((open.containsKey(place) || shared.isFailing(place)) && gather(place, at, told)) {
        return;
      }
    }
  }

  /**
   * Takes the servers that fail at the place into its incident, except those that are part of a
   * wider one.
   *
   * @return whether there is such an incident now
   */
  private boolean gather(Place place, Instant at, List<MonitoringEvent> told) {
    var failing =
        shared.at(place).stream()
            .filter(member -> member.failingSince != null && !isWithin(member, place))
            .sorted(comparing(member -> since(member, at)))
            .toList();
    boolean isNew = !open.containsKey(place);
    if (isNew && failing.size() < LEAST) {
      return false;
    }
    var incident = open.computeIfAbsent(place, p -> new OpenIncident(p, since(failing.get(0), at)));
    var superseded = new LinkedHashSet<OpenIncident>();
    for (var member : failing) {
      var narrower = member.incident;
      if (narrower != null && narrower != incident) {
        superseded.add(narrower);
      }
      join(member, incident);
    }
    superseded.forEach(narrower -> supersede(narrower, incident, at));
    settle(incident, at, told);
    if (isNew) {
      told.add(incident.begun(at, shared.at(place).size(), superseded));
    }
    return true;
  }

  private static Instant since(Member member, Instant at) {
    return member.failingSince == null ? at : member.failingSince;
  }

  private static boolean isWithin(Member member, Place place) {
    var incident = member.incident;
    return incident != null
        && !incident.place().equals(place)
        && incident.place().kind().compareTo(place.kind()) >= 0;
  }

  private static void join(Member member, OpenIncident incident) {
    member.incident = incident;
    member.heldUntilNanos = null;
    incident.join(member.id, member.down);
  }

  private void supersede(OpenIncident narrower, OpenIncident wider, Instant at) {
    for (var server : narrower.out()) {
      var member = members.get(server);
      if (member != null && member.incident == narrower) {
        join(member, wider);
      }
    }
    open.remove(narrower.place(), narrower);
    keep(snapshot(narrower, at));
  }

  /** A member of an incident was declared something. */
  private void follow(
      Member member,
      OpenIncident incident,
      boolean changed,
      Instant at,
      List<MonitoringEvent> news,
      List<MonitoringEvent> told,
      List<ServerId> lookedAt) {
    if (member.told || !(changed || member.down)) {
      told.addAll(news);
    } else if (member.down) {
      member.hold(news);
    } else {
      // That it is back is no news to who was not told that it was down.
      news.stream().filter(event -> !isReturn(event)).forEach(told::add);
    }
    if (!changed) {
      return;
    }
    if (member.down) {
      incident.declaredDown(member.id);
      return;
    }
    member.recovered();
    incident.leave(member.id);
    // What they share may be back for all of them.
    incident.out().stream().limit(LOOKED_AT).forEach(lookedAt::add);
    settle(incident, at, told);
  }

  private static boolean isReturn(MonitoringEvent event) {
    return event.type() == EventType.RECOVERY || event.type() == EventType.CIRCUIT_BREAKER;
  }

  /** Ends an incident when nobody is out, or so few for a while that they are no incident. */
  private void settle(OpenIncident incident, Instant at, List<MonitoringEvent> told) {
    incident.lingerUntil(time.nanoTime() + GATHER.toNanos(), LEAST);
    if (closed || !incident.isOver(time.nanoTime()) || !open.remove(incident.place(), incident)) {
      return;
    }
    told.add(incident.over(at));
    keep(snapshot(incident, at));
    for (var server : incident.out()) {
      var member = members.get(server);
      if (member != null && member.incident == incident) {
        member.incident = null;
        told.addAll(member.release());
      }
    }
  }

  private void keep(Incident over) {
    ended.addFirst(over);
    while (ended.size() > ENDED_KEPT) {
      ended.removeLast();
    }
  }

  private Incident snapshot(OpenIncident incident, @Nullable Instant until) {
    return incident.snapshot(until, shared.at(incident.place()).size());
  }
}
