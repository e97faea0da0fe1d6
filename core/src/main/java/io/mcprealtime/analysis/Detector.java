package io.mcprealtime.analysis;

import java.time.Instant;

/** Judges a series one value at a time, from what came before. Not thread-safe. */
public interface Detector {
  /**
   * Judges the next value, then learns it. Values are taken in the order in which they arrive; the
   * instant only tells the hour of day. A value that is not finite is neither judged nor learnt.
   */
  Verdict next(Instant at, double value);

  /** How many values were learnt. */
  long count();

  /** The whole state, which restores to a detector that goes on as this one would. */
  byte[] save();
}
