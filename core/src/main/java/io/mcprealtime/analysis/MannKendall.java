package io.mcprealtime.analysis;

import java.util.Arrays;

/**
 * The Mann–Kendall test for a monotone trend, with the correction for ties (Kendall, "Rank
 * Correlation Methods", 1975) and the variance widened for serial correlation by {@link
 * Persistence}, and the Theil–Sen slope with the interval that belongs to the test (Sen, "Estimates
 * of the regression coefficient based on Kendall's tau", JASA 63, 1968). Quadratic in the number of
 * points.
 *
 * @param slope the median of all pairwise slopes, value per unit of time
 * @param lowSlope lower bound of the slope at 95 %
 * @param highSlope upper bound of the slope at 95 %
 * @param pValue two-sided
 * @param stepped whether one step describes the values clearly better than a line
 */
record MannKendall(
    double slope, double lowSlope, double highSlope, double pValue, boolean stepped) {
  /** Of the standard normal, two-sided. */
  private static final double QUANTILE_95 = 1.959964;

  /** Tests values taken at strictly increasing times. */
  static MannKendall test(double[] times, double[] values) {
    int n = values.length;
    long s = 0;
    var slopes = new double[n * (n - 1) / 2];
    int next = 0;
    for (int i = 0; i < n; i++) {
      for (int j = i + 1; j < n; j++) {
        s += (long) Math.signum(values[j] - values[i]);
        slopes[next++] = (values[j] - values[i]) / (times[j] - times[i]);
      }
    }
    Arrays.sort(slopes);
    double slope = medianOfSorted(slopes);
    var persistence = Persistence.of(times, values, slope);
    double variance = variance(values) * persistence.inflation();
    if (variance <= 0) {
      return new MannKendall(slope, slope, slope, 1, false);
    }
    double z = s == 0 ? 0 : (s - Long.signum(s)) / Math.sqrt(variance);
    double reach = QUANTILE_95 * Math.sqrt(variance);
    return new MannKendall(
        slope,
        rank(slopes, (slopes.length - reach) / 2),
        rank(slopes, (slopes.length + reach) / 2 - 1),
        Math.min(1, 2 * Normal.upperTail(Math.abs(z))),
        persistence.stepped());
  }

  /** The value of that rank, counted from 0; beyond the ends the outermost. */
  private static double rank(double[] sorted, double rank) {
    double within = Math.max(0, Math.min(sorted.length - 1, rank));
    int below = (int) within;
    int above = Math.min(sorted.length - 1, below + 1);
    return sorted[below] + (sorted[above] - sorted[below]) * (within - below);
  }

  private static double variance(double[] values) {
    double n = values.length;
    double variance = n * (n - 1) * (2 * n + 5);
    var sorted = values.clone();
    Arrays.sort(sorted);
    for (int i = 0; i < sorted.length; ) {
      int end = i;
      while (end < sorted.length && sorted[end] == sorted[i]) {
        end++;
      }
      double tied = end - i;
      variance -= tied * (tied - 1) * (2 * tied + 5);
      i = end;
    }
    return variance / 18;
  }

  static double median(double[] values) {
    var sorted = values.clone();
    Arrays.sort(sorted);
    return medianOfSorted(sorted);
  }

  private static double medianOfSorted(double[] sorted) {
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
