package io.mcprealtime.budget;

import io.mcprealtime.analysis.GrowthForecast;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Readings of an amount that is held: the newest, and one an hour of the last 7 days. Its growth is
 * the median of the slopes between all pairs of them (Theil–Sen), which a clean-up now and then
 * does not bend. Thread-safe.
 */
final class HeldSeries {
  private static final Duration KEPT = Duration.ofDays(7);
  private static final Duration STEP = Duration.ofHours(1);
  private static final int MIN_READINGS = 4;
  private static final double SECONDS_PER_DAY = 86_400;

  private final Deque<Reading> readings = new ArrayDeque<>();
  private volatile @Nullable Long newest;

  private record Reading(Instant at, long held) {}

  @Nullable Long newest() {
    return newest;
  }

  synchronized void read(Instant now, long held) {
    newest = held;
    var last = readings.peekLast();
    if (last == null || !now.isBefore(last.at.plus(STEP))) {
      readings.addLast(new Reading(now, held));
      while (readings.getFirst().at.isBefore(now.minus(KEPT))) {
        readings.removeFirst();
      }
    }
  }

  /** Where it is going; absent before the fourth hourly reading. */
  synchronized @Nullable GrowthForecast growth() {
    if (readings.size() < MIN_READINGS) {
      return null;
    }
    var first = readings.getFirst().at;
    double[] days =
        readings.stream()
            .mapToDouble(one -> Duration.between(first, one.at).toMillis() / 1e3 / SECONDS_PER_DAY)
            .toArray();
    double[] amounts = readings.stream().mapToDouble(Reading::held).toArray();
    return GrowthForecast.ofHeld(days, amounts).orElse(null);
  }
}
