package io.mcprealtime.budget;

import io.mcprealtime.analysis.GrowthForecast;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How fast a month's count grows: its pace from readings of the last 24 hours, and how much days
 * differ from one reading an hour of the last 7 days. Not thread-safe.
 */
final class Pace {
  private static final Duration SPAN = Duration.ofHours(24);
  private static final Duration SEEN = Duration.ofHours(1);
  private static final Duration STEP = Duration.ofMinutes(1);
  private static final Duration KEPT = Duration.ofDays(7);
  private static final Duration OLD_STEP = Duration.ofHours(1);
  private static final double SECONDS_PER_DAY = 86_400;

  private final Deque<Reading> readings = new ArrayDeque<>();
  private final Deque<Reading> old = new ArrayDeque<>();
  private @Nullable Instant month;
  private long last;
  private long grown;

  private record Reading(Instant at, long grown) {}

  /** Reads the count of the month that began at an instant. */
  void read(Instant now, Instant monthStart, long used) {
    if (month == null) {
      last = used;
    } else if (!month.equals(monthStart)) {
      last = 0;
    }
    month = monthStart;
    grown += Math.max(0, used - last);
    last = Math.max(used, last);
    var newest = readings.peekLast();
    if (newest == null || !now.isBefore(newest.at.plus(STEP))) {
      readings.addLast(new Reading(now, grown));
    }
    while (readings.getFirst().at.isBefore(now.minus(SPAN))) {
      keep(readings.removeFirst());
    }
    while (!old.isEmpty() && old.getFirst().at.isBefore(now.minus(KEPT))) {
      old.removeFirst();
    }
  }

  private void keep(Reading reading) {
    var newest = old.peekLast();
    if (newest == null || !reading.at.isBefore(newest.at.plus(OLD_STEP))) {
      old.addLast(reading);
    }
  }

  /** Takes a count that somebody else knew better: what it jumps by was not used just now. */
  void rebase(Instant monthStart, long used) {
    month = monthStart;
    last = used;
  }

  /** By how much the count has grown since the start. */
  long grown() {
    return grown;
  }

  /** What is used a day, over an hour at least; absent before. */
  @Nullable Double perDay(Instant now) {
    var oldest = readings.peekFirst();
    if (oldest == null || now.isBefore(oldest.at.plus(SEEN))) {
      return null;
    }
    double seconds = Duration.between(oldest.at, now).toMillis() / 1e3;
    return (grown - oldest.grown) / seconds * SECONDS_PER_DAY;
  }

  /** Where the count is going at that pace; absent before it is known. */
  @Nullable GrowthForecast growth(Instant now) {
    var pace = perDay(now);
    if (pace == null) {
      return null;
    }
    double[] days =
        all()
            .mapToDouble(one -> Duration.between(now, one.at).toMillis() / 1e3 / SECONDS_PER_DAY)
            .toArray();
    double[] amounts = all().mapToDouble(Reading::grown).toArray();
    return GrowthForecast.of(days, amounts, pace).orElse(null);
  }

  private Stream<Reading> all() {
    return Stream.concat(old.stream(), readings.stream());
  }
}
