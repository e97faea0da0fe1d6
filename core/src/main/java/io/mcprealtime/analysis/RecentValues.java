package io.mcprealtime.analysis;

import java.nio.ByteBuffer;

/**
 * The last values of a series. Their figures are summed anew each time, as distances from the
 * latest value: a running sum would drift, and lose the digits of small changes in great values.
 */
final class RecentValues {
  /** How many values a figure is over. */
  static final int SPAN = 30;

  private final double[] ring = new double[2 * SPAN];
  private int next;
  private int filled;

  void add(double value) {
    ring[next] = value;
    next = (next + 1) % ring.length;
    filled = Math.min(filled + 1, ring.length);
  }

  /** Mean of the last values; NaN until there are enough. */
  double mean() {
    return filled < SPAN ? Double.NaN : back(0) + meanDistance(0);
  }

  /** Mean of as many values before the last ones; NaN until there are enough. */
  double meanBefore() {
    return filled < 2 * SPAN ? Double.NaN : back(0) + meanDistance(SPAN);
  }

  /** Standard deviation of the last values; NaN until there are enough. */
  double deviation() {
    if (filled < SPAN) {
      return Double.NaN;
    }
    double mean = mean();
    double squares = 0;
    for (int i = 0; i < SPAN; i++) {
      double distance = back(i) - mean;
      squares += distance * distance;
    }
    return Math.sqrt(squares / SPAN);
  }

  /** Mean of the last values less the mean of as many before them; NaN until there are enough. */
  double step() {
    return filled < 2 * SPAN ? Double.NaN : meanDistance(0) - meanDistance(SPAN);
  }

  /**
   * The values that are held, those over the median by more than six robust deviations, or by the
   * least distance, cut to that (median absolute deviation × 1.4826; Hampel, "The influence curve
   * and its role in robust estimation", JASA 69, 1974).
   */
  double[] withoutOutliers(double leastDistance) {
    var values = new double[filled];
    for (int i = 0; i < filled; i++) {
      values[i] = back(filled - 1 - i);
    }
    double median = MannKendall.median(values);
    var distances = new double[filled];
    for (int i = 0; i < filled; i++) {
      distances[i] = Math.abs(values[i] - median);
    }
    double most = median + Math.max(leastDistance, 6 * 1.4826 * MannKendall.median(distances));
    for (int i = 0; i < filled; i++) {
      values[i] = Math.min(values[i], most);
    }
    return values;
  }

  private double meanDistance(int from) {
    double latest = back(0);
    double sum = 0;
    for (int i = from; i < from + SPAN; i++) {
      sum += back(i) - latest;
    }
    return sum / SPAN;
  }

  private double back(int i) {
    int index = next - 1 - i;
    return ring[index < 0 ? index + ring.length : index];
  }

  void write(ByteBuffer out) {
    out.putInt(filled);
    for (int i = filled - 1; i >= 0; i--) {
      out.putDouble(back(i));
    }
  }

  void read(ByteBuffer in) {
    for (int i = in.getInt(); i > 0; i--) {
      add(in.getDouble());
    }
  }
}
