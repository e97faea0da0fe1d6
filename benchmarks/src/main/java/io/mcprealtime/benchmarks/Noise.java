package io.mcprealtime.benchmarks;

import java.util.Random;

/** Response times that go nowhere, in the ways in which real ones do. */
enum Noise {
  WHITE("white", 0),
  AR_03("AR(1) 0.3", 0.3),
  AR_06("AR(1) 0.6", 0.6),
  AR_08("AR(1) 0.8", 0.8),
  AR_09("AR(1) 0.9", 0.9),
  LOGNORMAL("lognormal", 0),
  LOGNORMAL_08("lognormal, 0.8", 0.8),
  QUANTISED("1 ms steps", 0),
  QUANTISED_08("1 ms steps, 0.8", 0.8),
  OUTLIERS("outliers", 0),
  OUTLIERS_09("outliers, 0.9", 0.9),
  MISSING("30 % missing", 0),
  MISSING_09("30 % missing, 0.9", 0.9),
  GAP_09("gap of a third, 0.9", 0.9),
  /**
   * White noise of half, once and twice the variance on top: the test takes it for less persistent
   * than it is.
   */
  AR_08_WHITE_05("AR 0.8 + white 0.5", 0.8, 0.5),
  AR_08_WHITE_1("AR 0.8 + white 1", 0.8, 1),
  AR_08_WHITE_2("AR 0.8 + white 2", 0.8, 2),
  AR_09_WHITE_05("AR 0.9 + white 0.5", 0.9, 0.5),
  AR_09_WHITE_1("AR 0.9 + white 1", 0.9, 1),
  AR_09_WHITE_2("AR 0.9 + white 2", 0.9, 2),
  AR_095_WHITE_05("AR 0.95 + white 0.5", 0.95, 0.5),
  AR_095_WHITE_1("AR 0.95 + white 1", 0.95, 1),
  AR_095_WHITE_2("AR 0.95 + white 2", 0.95, 2);

  private static final double LEVEL_MILLIS = 100;
  private static final double DEVIATION = 0.2;
  private static final double LOG_DEVIATION = 0.5;
  private static final double COARSE_LEVEL_MILLIS = 5;
  private static final double OUTLIERS_SHARE = 0.05;
  private static final double MISSING_SHARE = 0.3;

  private final String label;
  private final double persistence;
  private final double white;

  Noise(String label, double persistence) {
    this(label, persistence, 0);
  }

  /**
   * @param white the variance of white noise on top, as a multiple of the other's
   */
  Noise(String label, double persistence, double white) {
    this.label = label;
    this.persistence = persistence;
    this.white = white;
  }

  String label() {
    return label;
  }

  /** Whether samples come irregularly. */
  boolean isIrregular() {
    return this == MISSING || this == MISSING_09 || this == GAP_09;
  }

  /** That many response times in milliseconds, NaN where one is missing. */
  double[] series(Random random, int count) {
    double[] normal = autoregressive(random, count, persistence);
    var millis = new double[count];
    for (int i = 0; i < count; i++) {
      millis[i] = missing(random, i, count) ? Double.NaN : millis(random, normal[i]);
    }
    return millis;
  }

  private boolean missing(Random random, int i, int count) {
    return switch (this) {
      case MISSING, MISSING_09 -> random.nextDouble() < MISSING_SHARE;
      case GAP_09 -> i > count / 3 && i < count * 2 / 3;
      default -> false;
    };
  }

  private double millis(Random random, double normal) {
    return switch (this) {
      case LOGNORMAL, LOGNORMAL_08 -> LEVEL_MILLIS * Math.exp(LOG_DEVIATION * normal);
      case QUANTISED, QUANTISED_08 ->
          Math.max(1, Math.rint(COARSE_LEVEL_MILLIS * (1 + DEVIATION * normal)));
      case OUTLIERS, OUTLIERS_09 ->
          usual(normal) * (random.nextDouble() < OUTLIERS_SHARE ? 3 + 7 * random.nextDouble() : 1);
      default -> usual(white == 0 ? normal : withWhite(random, normal));
    };
  }

  private double withWhite(Random random, double normal) {
    return (normal + Math.sqrt(white) * random.nextGaussian()) / Math.sqrt(1 + white);
  }

  private static double usual(double normal) {
    return Math.max(1, LEVEL_MILLIS * (1 + DEVIATION * normal));
  }

  /** Of variance 1, and as if it had gone on for ever. */
  private static double[] autoregressive(Random random, int count, double persistence) {
    var values = new double[count];
    double fresh = Math.sqrt(1 - persistence * persistence);
    double value = random.nextGaussian();
    for (int i = 0; i < count; i++) {
      values[i] = value;
      value = persistence * value + fresh * random.nextGaussian();
    }
    return values;
  }
}
