package io.mcprealtime.analysis;

import java.util.Arrays;

/**
 * Whether values of one group tend to be higher than those of another: the test of Mann and Whitney
 * ("On a test of whether one of two random variables is stochastically larger than the other",
 * Annals of Mathematical Statistics 18, 1947) by the normal approximation with the correction for
 * ties.
 *
 * @param pValue one-sided, of the hypothesis that the later values are not higher
 */
public record MannWhitney(double pValue) {
  private static final int MIN_VALUES = 4;

  /**
   * Tests whether the later values are higher. All must be independent.
   *
   * @throws IllegalArgumentException when a group has under {@value #MIN_VALUES} values, for which
   *     the approximation is too coarse
   */
  public static MannWhitney higher(double[] before, double[] after) {
    return higher(before, after, 1);
  }

  private static MannWhitney higher(double[] before, double[] after, double inflation) {
    int n = before.length;
    int m = after.length;
    if (n < MIN_VALUES || m < MIN_VALUES) {
      throw new IllegalArgumentException(
          "each group needs %d values, they have %d and %d".formatted(MIN_VALUES, n, m));
    }
    var all = new double[n + m];
    System.arraycopy(before, 0, all, 0, n);
    System.arraycopy(after, 0, all, n, m);
    Arrays.sort(all);
    double ties = 0;
    double rankSum = 0;
    var sortedAfter = after.clone();
    Arrays.sort(sortedAfter);
    int next = 0;
    for (int i = 0; i < all.length; ) {
      int end = i;
      while (end < all.length && all[end] == all[i]) {
        end++;
      }
      double tied = end - i;
      ties += tied * tied * tied - tied;
      double rank = (i + 1 + end) / 2.0;
      while (next < m && sortedAfter[next] == all[i]) {
        rankSum += rank;
        next++;
      }
      i = end;
    }
    double u = rankSum - m * (m + 1) / 2.0;
    double total = n + m;
    double variance = n * (double) m / 12 * (total + 1 - ties / (total * (total - 1))) * inflation;
    if (variance <= 0) {
      return new MannWhitney(1);
    }
    double z = (u - n * (double) m / 2 - 0.5) / Math.sqrt(variance);
    return new MannWhitney(Normal.upperTail(z));
  }

  /**
   * As {@link #higher}, of values that follow one another in time, where neighbours are alike: the
   * variance is widened by as much as their first-order autocorrelation makes that of a mean wider.
   *
   * @param before oldest first
   * @param after oldest first, next to the last before
   */
  public static MannWhitney higherSince(double[] before, double[] after) {
    double correlation = Persistence.withinGroups(before, after);
    double n = before.length;
    double m = after.length;
    double inflation =
        (inflation(correlation, n) / n + inflation(correlation, m) / m) / (1 / n + 1 / m);
    return higher(before, after, inflation);
  }

  /** By how much the variance of the mean of so many is wider than that of independent ones. */
  private static double inflation(double correlation, double n) {
    double sum = 0;
    double power = 1;
    for (int lag = 1; lag < n; lag++) {
      power *= correlation;
      sum += (1 - lag / n) * power;
    }
    return 1 + 2 * sum;
  }
}
