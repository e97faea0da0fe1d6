package io.mcprealtime.analysis;

import java.util.Arrays;

/**
 * Whether values of one group tend to be higher than those of another: the test of Mann and Whitney
 * ("On a test of whether one of two random variables is stochastically larger than the other",
 * Annals of Mathematical Statistics 18, 1947) by the normal approximation with the correction for
 * ties. Values must be independent: of a series, take medians of blocks.
 *
 * @param pValue one-sided, of the hypothesis that the later values are not higher
 */
public record MannWhitney(double pValue) {
  private static final int MIN_VALUES = 4;

  /**
   * Tests whether the later values are higher.
   *
   * @throws IllegalArgumentException when a group has under {@value #MIN_VALUES} values, for which
   *     the approximation is too coarse
   */
  public static MannWhitney higher(double[] before, double[] after) {
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
    double variance = n * (double) m / 12 * (total + 1 - ties / (total * (total - 1)));
    if (variance <= 0) {
      return new MannWhitney(1);
    }
    double z = (u - n * (double) m / 2 - 0.5) / Math.sqrt(variance);
    return new MannWhitney(upperTail(z));
  }

  private static double upperTail(double z) {
    return z >= 0 ? tail(z) : 1 - tail(-z);
  }

  /** P(Z &gt; z) of the standard normal: Abramowitz and Stegun 7.1.26, error under 1.5e-7. */
  private static double tail(double z) {
    double x = z / Math.sqrt(2);
    double t = 1 / (1 + 0.3275911 * x);
    double poly =
        t
            * (0.254829592
                + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
    return poly * Math.exp(-x * x) / 2;
  }
}
