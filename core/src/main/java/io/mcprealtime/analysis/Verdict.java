package io.mcprealtime.analysis;

/**
 * What a {@link Detector} says of one value.
 *
 * @param score 0 is usual, 1 and above is anomalous now
 * @param low lower end of what was expected of the value, NaN until there is enough to judge by
 * @param high upper end of what was expected of the value, NaN until there is enough to judge by
 * @param onset whether an alarm begins with this value
 * @param active whether an anomaly goes on
 */
public record Verdict(double score, double low, double high, boolean onset, boolean active) {
  /** Nothing is known, and no anomaly goes on. */
  public static final Verdict NONE = new Verdict(0, Double.NaN, Double.NaN, false, false);

  /** Nothing is known of this value, but an anomaly goes on. */
  static final Verdict ONGOING = new Verdict(0, Double.NaN, Double.NaN, false, true);
}
