package io.mcprealtime.redis;

import java.time.Duration;

/**
 * The moment by which a call must have ended, however many commands it takes.
 *
 * @param nanos that moment as a reading of {@link System#nanoTime()}
 * @param timeout how long after the call's begin that is, for messages
 */
record Deadline(long nanos, Duration timeout) {
  private static final long NANOS_PER_MILLI = 1_000_000;

  static Deadline in(Duration timeout) {
    return new Deadline(System.nanoTime() + timeout.toNanos(), timeout);
  }

  /** Nanoseconds left, never negative. */
  long left() {
    return Math.max(0, nanos - System.nanoTime());
  }

  boolean isOver() {
    return left() == 0;
  }

  /** Milliseconds left, rounded up and at least one: zero means forever to a socket. */
  int leftMillis() {
    long millis = (left() + NANOS_PER_MILLI - 1) / NANOS_PER_MILLI;
    return (int) Math.max(1, Math.min(Integer.MAX_VALUE, millis));
  }
}
