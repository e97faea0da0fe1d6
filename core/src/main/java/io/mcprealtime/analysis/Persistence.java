package io.mcprealtime.analysis;

import java.util.Arrays;

/**
 * How much longer than white noise values stay where they are, once a line or a step is taken out
 * of them: the cautious estimate of a first-order autocorrelation. See docs/trends.md for the
 * constants and the simulation that they come from.
 *
 * @param inflation by how much it widens the variance of Mann–Kendall's S (Hamed and Rao, "A
 *     modified Mann-Kendall trend test for autocorrelated data", Journal of Hydrology 204, 1998)
 * @param stepped whether a step was taken out, rather than a line
 */
record Persistence(double inflation, boolean stepped) {
  /** A step must leave less than this share of what a line leaves, to be taken for one. */
  private static final double STEP_LEAVES = 0.8;

  /** A step stands at least so far from either end, in points and as a share of them. */
  private static final int STEP_MARGIN = 3;

  private static final int STEP_MARGIN_SHARE = 8;

  /** Places for a step that are tried at most, about. */
  private static final int STEP_PLACES = 48;

  /** Taking out a line or a step takes correlation with it; these put it back, on average. */
  private static final double BIAS_ADDED = 3;

  private static final int BIAS_POINTS = 6;

  /** So many standard errors the correlation is taken to be above its estimate. */
  private static final double CAUTION = 2;

  private static final double MAX_CORRELATION = 0.99;

  /** Residuals under this share of the largest value are rounding. */
  private static final double ROUNDING = 1e-9;

  static Persistence of(double[] times, double[] values, double slope) {
    int n = values.length;
    var line = new double[n];
    for (int i = 0; i < n; i++) {
      line[i] = values[i] - slope * (times[i] - times[0]);
    }
    int step = step(values, line);
    var residuals = step < 0 ? line : withoutStep(values, step);
    double unit = ROUNDING * Arrays.stream(values).map(Math::abs).max().orElse(0);
    double spearman = lagOne(ranks(residuals, unit));
    double correlation = cautious(2 * Math.sin(Math.PI * spearman / 6), n);
    return new Persistence(inflation(correlation, n), step >= 0);
  }

  /**
   * The first-order autocorrelation of two groups of values that follow one another, once the
   * median of each is taken out: the bias of that put back, without further caution.
   */
  static double withinGroups(double[] before, double[] after) {
    var all = Arrays.copyOf(before, before.length + after.length);
    System.arraycopy(after, 0, all, before.length, after.length);
    double unit = ROUNDING * Arrays.stream(all).map(Math::abs).max().orElse(0);
    double spearman = lagOne(ranks(withoutStep(all, before.length), unit));
    double unbiased = unbiased(2 * Math.sin(Math.PI * spearman / 6), all.length);
    return Math.max(0, Math.min(MAX_CORRELATION, unbiased));
  }

  /** Where the step lies that describes values clearly better than the line; -1 without one. */
  private static int step(double[] values, double[] line) {
    int n = values.length;
    double least = STEP_LEAVES * deviation(line, 0, n);
    int at = -1;
    int margin = Math.max(STEP_MARGIN, n / STEP_MARGIN_SHARE);
    int stride = Math.max(1, n / STEP_PLACES);
    for (int i = margin; i <= n - margin; i += stride) {
      double left = deviation(values, 0, i) + deviation(values, i, n);
      if (left < least) {
        least = left;
        at = i;
      }
    }
    return at;
  }

  /** The sum of the distances from the median. */
  private static double deviation(double[] values, int from, int to) {
    var part = Arrays.copyOfRange(values, from, to);
    Arrays.sort(part);
    double sum = 0;
    for (int i = 0; i < part.length / 2; i++) {
      sum += part[part.length - 1 - i] - part[i];
    }
    return sum;
  }

  private static double[] withoutStep(double[] values, int at) {
    double before = MannKendall.median(Arrays.copyOfRange(values, 0, at));
    double after = MannKendall.median(Arrays.copyOfRange(values, at, values.length));
    var rest = new double[values.length];
    for (int i = 0; i < rest.length; i++) {
      rest[i] = values[i] - (i < at ? before : after);
    }
    return rest;
  }

  /** Ranks from 0, tied ones sharing their mean; so outliers weigh no more than others. */
  private static double[] ranks(double[] values, double unit) {
    var rounded = new double[values.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = unit == 0 ? 0 : Math.rint(values[i] / unit);
    }
    var sorted = rounded.clone();
    Arrays.sort(sorted);
    var ranks = new double[rounded.length];
    for (int i = 0; i < ranks.length; i++) {
      int below = 0;
      int tied = 0;
      for (double other : sorted) {
        below += other < rounded[i] ? 1 : 0;
        tied += other == rounded[i] ? 1 : 0;
      }
      ranks[i] = below + (tied - 1) / 2.0;
    }
    return ranks;
  }

  private static double lagOne(double[] ranks) {
    double mean = (ranks.length - 1) / 2.0;
    double covariance = 0;
    double variance = 0;
    for (int i = 0; i < ranks.length; i++) {
      double deviation = ranks[i] - mean;
      variance += deviation * deviation;
      covariance += i == 0 ? 0 : deviation * (ranks[i - 1] - mean);
    }
    return variance == 0 ? 0 : covariance / variance;
  }

  private static double unbiased(double correlation, int n) {
    return (n * correlation + BIAS_ADDED) / Math.max(1, n - BIAS_POINTS);
  }

  private static double cautious(double correlation, int n) {
    double unbiased = unbiased(correlation, n);
    double within = Math.max(0, Math.min(1, unbiased));
    double error = Math.sqrt((1 - within * within) / n + 1.0 / n / n);
    return Math.max(0, Math.min(MAX_CORRELATION, unbiased + CAUTION * error));
  }

  private static double inflation(double correlation, double n) {
    double sum = 0;
    double power = 1;
    for (int lag = 1; lag < n - 2; lag++) {
      power *= correlation;
      sum += (n - lag) * (n - lag - 1) * (n - lag - 2) * power;
    }
    return n < 3 ? 1 : 1 + 2 * sum / (n * (n - 1) * (n - 2));
  }
}
