package io.mcprealtime.analysis;

import java.util.Arrays;

/**
 * The Mann–Kendall test for a monotone trend, with the correction for ties (Kendall, "Rank
 * Correlation Methods", 1975) and the variance inflated for serial correlation at lag one of the
 * detrended series (Yue and Wang, "The Mann-Kendall test modified by effective sample size", Water
 * Resources Management 18, 2004), and the Theil–Sen slope (Sen, "Estimates of the regression
 * coefficient based on Kendall's tau", JASA 63, 1968). Quadratic in the number of points.
 *
 * @param slope the median of all pairwise slopes, value per unit of time
 * @param pValue two-sided
 */
record MannKendall(double slope, double pValue) {
  /** Residuals whose square is under this share of the level's are rounding, not noise. */
  private static final double ROUNDING = 1e-20;

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
    double slope = median(slopes);
    double variance = variance(values) * inflation(times, values, slope);
    if (variance <= 0) {
      return new MannKendall(slope, 1);
    }
    double z = s == 0 ? 0 : (s - Long.signum(s)) / Math.sqrt(variance);
    return new MannKendall(slope, Math.min(1, 2 * upperTail(Math.abs(z))));
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

  /** By how much a first-order autocorrelation of that strength widens the variance of S. */
  private static double inflation(double[] times, double[] values, double slope) {
    int n = values.length;
    var residuals = new double[n];
    double mean = 0;
    for (int i = 0; i < n; i++) {
      residuals[i] = values[i] - slope * (times[i] - times[0]);
      mean += residuals[i] / n;
    }
    double covariance = 0;
    double variance = 0;
    for (int i = 0; i < n; i++) {
      double deviation = residuals[i] - mean;
      variance += deviation * deviation;
      covariance += i == 0 ? 0 : deviation * (residuals[i - 1] - mean);
    }
    if (variance <= ROUNDING * n * mean * mean) {
      return 1;
    }
    double lagOne = Math.max(0, covariance / variance);
    return (1 + lagOne) / (1 - lagOne);
  }

  static double median(double[] values) {
    var sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  /** P(Z &gt; z) of the standard normal: Abramowitz and Stegun 7.1.26, error under 1.5e-7. */
  private static double upperTail(double z) {
    double x = z / Math.sqrt(2);
    double t = 1 / (1 + 0.3275911 * x);
    double poly =
        t
            * (0.254829592
                + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
    return poly * Math.exp(-x * x) / 2;
  }
}
