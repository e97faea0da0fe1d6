package io.mcprealtime;

import io.mcprealtime.storage.StorageMaintenance.UsagePoint;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * How fast the storage grows, from its sizes as measured from time to time: the median of the
 * slopes between all pairs of them (Theil–Sen), which a clean-up now and then does not bend.
 *
 * @param bytesPerDay the median; negative when it shrinks
 * @param lowBytesPerDay the first quartile of the slopes
 * @param highBytesPerDay the third quartile of the slopes
 * @param points measurements behind it
 * @param span from the first of them to the last
 */
public record StorageGrowth(
    double bytesPerDay, double lowBytesPerDay, double highBytesPerDay, int points, Duration span) {
  private static final int MIN_POINTS = 4;
  private static final Duration MIN_SPAN = Duration.ofHours(3);
  private static final double MILLIS_PER_DAY = Duration.ofDays(1).toMillis();

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
    var span = Duration.between(points.get(0).at(), points.get(points.size() - 1).at());
    if (span.compareTo(MIN_SPAN) < 0) {
      return Optional.empty();
    }
    int n = points.size();
    var slopes = new double[n * (n - 1) / 2];
    int next = 0;
    for (int i = 0; i < n; i++) {
      for (int j = i + 1; j < n; j++) {
        double days =
            Duration.between(points.get(i).at(), points.get(j).at()).toMillis() / MILLIS_PER_DAY;
        if (days > 0) {
          slopes[next++] = (points.get(j).totalBytes() - points.get(i).totalBytes()) / days;
        }
      }
    }
    var sorted = Arrays.copyOf(slopes, next);
    Arrays.sort(sorted);
    return Optional.of(
        new StorageGrowth(
            quantile(sorted, 0.5), quantile(sorted, 0.25), quantile(sorted, 0.75), n, span));
  }

  /** By linear interpolation between the nearest ranks. */
  private static double quantile(double[] sorted, double share) {
    double rank = share * (sorted.length - 1);
    int low = (int) Math.floor(rank);
    int high = (int) Math.ceil(rank);
    return sorted[low] + (sorted[high] - sorted[low]) * (rank - low);
  }

  /** Days until that many bytes more are there; absent when it does not grow. */
  Optional<Double> daysUntil(long moreBytes) {
    if (bytesPerDay <= 0) {
      return Optional.empty();
    }
    return Optional.of(Math.max(0, moreBytes / bytesPerDay));
  }
}
