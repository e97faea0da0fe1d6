package io.mcprealtime;

import io.mcprealtime.analysis.GrowthForecast;
import io.mcprealtime.analysis.Range;
import io.mcprealtime.storage.StorageMaintenance.UsagePoint;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How fast the storage grows, from its sizes as measured from time to time: the median of the
 * slopes between all pairs of them (Theil–Sen), which a clean-up now and then does not bend.
 *
 * @param forecast where that leads, with ranges of about 80 %
 * @param points measurements behind it
 * @param span from the first of them to the last
 */
public record StorageGrowth(GrowthForecast forecast, int points, Duration span) {
  private static final int MIN_POINTS = 4;
  private static final Duration MIN_SPAN = Duration.ofHours(3);
  private static final double MILLIS_PER_DAY = Duration.ofDays(1).toMillis();

  /** The growth, bytes a day; negative when it shrinks. */
  public Range<Double> bytesPerDay() {
    return forecast.perDay();
  }

  /**
   * The growth over these measurements; absent when they are fewer than {@value #MIN_POINTS} or
   * span less than three hours.
   *
   * @param points oldest first
   */
  static Optional<StorageGrowth> of(List<UsagePoint> points) {
    if (points.size() < MIN_POINTS) {
      return Optional.empty();
    }
    var first = points.get(0).at();
    var span = Duration.between(first, points.get(points.size() - 1).at());
    if (span.compareTo(MIN_SPAN) < 0) {
      return Optional.empty();
    }
    double[] days =
        points.stream()
            .mapToDouble(point -> Duration.between(first, point.at()).toMillis() / MILLIS_PER_DAY)
            .toArray();
    double[] bytes = points.stream().mapToDouble(UsagePoint::totalBytes).toArray();
    return GrowthForecast.ofHeld(days, bytes)
        .map(forecast -> new StorageGrowth(forecast, points.size(), span));
  }

  /** Days until that many bytes more are there; absent when it does not grow towards them. */
  Optional<Range<Double>> daysUntil(long moreBytes) {
    return forecast.daysUntil((double) moreBytes);
  }
}
