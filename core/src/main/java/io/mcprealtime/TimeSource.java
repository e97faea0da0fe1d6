package io.mcprealtime;

import java.time.Instant;
import java.time.InstantSource;

/** Wall time for timestamps and monotonic time for durations, so that tests can set both. */
public interface TimeSource extends InstantSource {
  /** A reading in nanoseconds that never steps back; only differences mean anything. */
  long nanoTime();

  static TimeSource system() {
    return new TimeSource() {
      @Override
      public Instant instant() {
        return Instant.now();
      }

      @Override
      public long nanoTime() {
        return System.nanoTime();
      }
    };
  }
}
