package io.mcprealtime.budget;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
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

  /** The growth a day, negative when it shrinks; absent before the fourth hourly reading. */
  synchronized @Nullable Double perDay() {
    int n = readings.size();
    if (n < MIN_READINGS) {
      return null;
    }
    var list = new ArrayList<>(readings);
    var slopes = new double[n * (n - 1) / 2];
    int next = 0;
    for (int i = 0; i < n; i++) {
      for (int j = i + 1; j < n; j++) {
        double days =
            Duration.between(list.get(i).at, list.get(j).at).toMillis() / 1e3 / SECONDS_PER_DAY;
        slopes[next++] = (list.get(j).held - list.get(i).held) / days;
      }
    }
    Arrays.sort(slopes);
    return (slopes[(next - 1) / 2] + slopes[next / 2]) / 2;
  }
}
