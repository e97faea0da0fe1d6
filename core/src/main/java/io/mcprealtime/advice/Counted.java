package io.mcprealtime.advice;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Counters as they were at times of the last hour, so that what came since can be told. They are
 * taken for 0 before the first time. Not thread-safe.
 */
final class Counted<T> {
  private static final Duration SPAN = Duration.ofHours(1);
  private static final Duration EVERY = Duration.ofMinutes(1);

  private final Deque<Point<T>> points = new ArrayDeque<>();

  private record Point<T>(Instant at, T value) {}

  /** Notes counters, once a minute. */
  void note(Instant now, T value) {
    var newest = points.peekLast();
    if (newest != null && newest.at().isAfter(now)) {
      // The clock was put back.
      points.clear();
      newest = null;
    }
    if (newest != null && now.isBefore(newest.at().plus(EVERY))) {
      return;
    }
    points.addLast(new Point<>(now, value));
    while (points.size() > 1 && second().at().isBefore(now.minus(SPAN))) {
      points.removeFirst();
    }
  }

  private Point<T> second() {
    Iterator<Point<T>> all = points.iterator();
    all.next();
    return all.next();
  }

  /** The counters at that time or next after it; null when they were 0 then, or nobody looked. */
  @Nullable T at(Instant since) {
    for (var point : points) {
      if (!point.at().isBefore(since)) {
        return point.value();
      }
    }
    return null;
  }

  /** The counters an hour ago; null when that was before the start. */
  @Nullable T hourAgo(Instant now) {
    var first = points.peekFirst();
    return first == null || first.at().isAfter(now.minus(SPAN)) ? null : first.value();
  }
}
