package io.mcprealtime.analysis;

/** The standard normal distribution. */
final class Normal {
  private Normal() {}

  /** P(Z &gt; z): Abramowitz and Stegun 7.1.26, error under 1.5e-7. */
  static double upperTail(double z) {
    return z >= 0 ? tail(z) : 1 - tail(-z);
  }

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
