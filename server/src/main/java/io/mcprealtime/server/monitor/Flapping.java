package io.mcprealtime.server.monitor;

import io.mcprealtime.server.monitor.MonitorSettings.FlappingRule;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/** Notices when a state goes to and fro. Not thread-safe. */
final class Flapping {
  private static final int MOST = 1_000;

  private final FlappingRule rule;
  private final Deque<Instant> changes = new ArrayDeque<>();
  private boolean flapping;

  Flapping(FlappingRule rule) {
    this.rule = rule;
  }

  void changed(Instant at) {
    changes.addLast(at);
    if (changes.size() > MOST) {
      changes.removeFirst();
    }
  }

  /** Looks at the time; tells whether flapping began or ended by that. */
  boolean update(Instant now) {
    // The clock was put back: what lies so far ahead would count for as long.
    changes.removeIf(at -> at.isAfter(now.plus(rule.window())));
    while (!changes.isEmpty() && !changes.peekFirst().isAfter(now.minus(rule.window()))) {
      changes.removeFirst();
    }
    boolean before = flapping;
    var newest = changes.peekLast();
    if (!flapping) {
      flapping = changes.size() >= rule.changes();
    } else if (newest == null || !newest.isAfter(now.minus(rule.calm()))) {
      flapping = false;
      changes.clear();
    }
    return before != flapping;
  }

  boolean isFlapping() {
    return flapping;
  }

  /** Changes in the window. */
  int changes() {
    return changes.size();
  }
}
