package io.mcprealtime.analysis;

/**
 * Whether values only go up or down, tested by Mann–Kendall with corrections for ties and serial
 * correlation, and how steeply, by Theil–Sen.
 *
 * @param slope the median of all pairwise slopes, value per unit of time
 * @param pValue two-sided, of the hypothesis that there is no trend
 */
public record MonotoneTrend(double slope, double pValue) {
  /** The test is quadratic in the number of values. */
  public static final int MAX_VALUES = 1_000;

  /**
   * Tests values.
   *
   * @param times strictly increasing, in any unit
   * @throws IllegalArgumentException when there are under 3 or over {@value #MAX_VALUES} values, or
   *     not as many times
   */
  public static MonotoneTrend of(double[] times, double[] values) {
    if (times.length != values.length || values.length < 3 || values.length > MAX_VALUES) {
      throw new IllegalArgumentException(
          "a trend needs 3 to %d values and as many times, got %d and %d"
              .formatted(MAX_VALUES, values.length, times.length));
    }
    var test = MannKendall.test(times, values);
    return new MonotoneTrend(test.slope(), test.pValue());
  }
}
