package io.mcprealtime.analysis;

/**
 * What a detector says of one value.
 *
 * @param score 0 is usual, 1 and above is anomalous now
 * @param low lower end of what was expected; NaN until there is enough to judge by
 * @param high upper end of it
 * @param onset whether an anomaly begins with this value
 * @param active whether an anomaly goes on
 */
public record Verdict(double score, double low, double high, boolean onset, boolean active) {
  /** Of a value that cannot be judged. */
  public static final Verdict NONE = new Verdict(0, Double.NaN, Double.NaN, false, false);
}
