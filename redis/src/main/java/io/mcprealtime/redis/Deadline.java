package io.mcprealtime.redis;

import java.time.Duration;

/**
 * The moment by which a call must have ended.
 *
 * @param nanos that moment as a reading of {@link System#nanoTime()}
 */
record Deadline(long nanos) {
  static Deadline in(Duration timeout) {
    return new Deadline(System.nanoTime() + timeout.toNanos());
  }

  /** Nanoseconds left, never negative. */
  long left() {
    return Math.max(0, nanos - System.nanoTime());
  }

  /** Milliseconds left, at least one: zero means forever to a socket. */
  int leftMillis() {
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, left() / 1_000_000));
  }
}
