package io.mcprealtime.server.monitor;

import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What {@link Incidents} knows of one server, under its lock. */
final class Member {
  /** Alarms kept for the end of an incident. */
  private static final int HELD = 10;

  final ServerId id;
  Set<Place> places = Set.of();
  @Nullable Instant failingSince;
  boolean down;

  /** Whether it was told by itself that it is down. */
  boolean told;

  @Nullable OpenIncident incident;
  @Nullable Long heldUntilNanos;
  private final List<MonitoringEvent> held = new ArrayList<>();

  Member(ServerId id) {
    this.id = id;
  }

  /**
   * Keeps what may be told of it later: the first, which says that it went down, and the newest.
   */
  void hold(List<MonitoringEvent> news) {
    held.addAll(news);
    while (held.size() > HELD) {
      held.remove(1);
    }
  }

  /** What was kept, which is told now. */
  List<MonitoringEvent> release() {
    var released = List.copyOf(held);
    held.clear();
    heldUntilNanos = null;
    told = down;
    return released;
  }

  /** It is up again, and no part of its incident any more. */
  void recovered() {
    failingSince = null;
    incident = null;
    told = false;
    held.clear();
  }
}
