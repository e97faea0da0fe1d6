package io.mcprealtime.analysis;

/** Exact tails of the binomial distribution. */
final class Binomial {
  /** Terms under this share of the sum do not change it any more. */
  private static final double NEGLIGIBLE = 1e-17;

  private Binomial() {}

  /**
   * The probability of at least that many failures among so many trials.
   *
   * @param rate of failures, above 0 and under 1
   */
  static double upperTail(long failures, long trials, double rate) {
    if (failures <= 0) {
      return 1;
    }
    if (failures > trials) {
      return 0;
    }
    if (failures <= trials * rate) {
      // The other tail is the short one.
      return 1 - sum(trials - failures + 1, trials, 1 - rate);
    }
    return sum(failures, trials, rate);
  }

  /** Sums the terms from a count beyond the mode up, each from the one before. */
  private static double sum(long from, long trials, double rate) {
    if (from > trials) {
      return 0;
    }
    double logTerm =
        logFactorial(trials)
            - logFactorial(from)
            - logFactorial(trials - from)
            + from * Math.log(rate)
            + (trials - from) * Math.log1p(-rate);
    double term = 1;
    double sum = 1;
    double odds = rate / (1 - rate);
    for (long k = from; k < trials; k++) {
      term *= (double) (trials - k) / (k + 1) * odds;
      sum += term;
      if (term < sum * NEGLIGIBLE) {
        break;
      }
    }
    return Math.min(1, Math.exp(logTerm + Math.log(sum)));
  }

  /** ln n!: exact sums for small n, Stirling's series beyond (error under 1e-13 from 32 on). */
  static double logFactorial(long n) {
    if (n < 32) {
      double sum = 0;
      for (long i = 2; i <= n; i++) {
        sum += Math.log((double) i);
      }
      return sum;
    }
    double x = n + 1;
    double inverse = 1 / x;
    double square = inverse * inverse;
    return (x - 0.5) * Math.log(x)
        - x
        + 0.5 * Math.log(2 * Math.PI)
        + inverse * (1.0 / 12 - square * (1.0 / 360 - square / 1_260));
  }

  /**
   * The greatest share of failures that is still to be expected: one that is reached by chance in
   * fewer than one of a thousand such spans is not.
   */
  static double expectedShare(long trials, double rate) {
    long low = (long) (trials * rate);
    long high = trials;
    while (low < high) {
      long middle = (low + high + 1) >>> 1;
      if (upperTail(middle, trials, rate) >= 1e-3) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return (double) low / trials;
  }
}
