package io.mcprealtime.analysis;

import java.time.Instant;

/** Judges a series one value at a time, from what came before. Not thread-safe. */
public interface Detector {
  /** Judges the next value, then learns it. */
  Verdict next(Instant at, double value);

  /** Values learnt. */
  long count();

  /** The whole state, which restores to a detector that goes on as this one would. */
  byte[] save();
}
