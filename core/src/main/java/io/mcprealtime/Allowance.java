package io.mcprealtime;

/** How many samples may be judged now: so many a second, and as many seconds ahead. Thread-safe. */
final class Allowance {
  static final int A_SECOND = 5_000;
  private static final int AHEAD_SECONDS = 2;

  private double left = (double) A_SECOND * AHEAD_SECONDS;
  private long lastNanos;

  synchronized int take(int wanted, long nanos) {
    double seconds = Math.max(0, nanos - lastNanos) / 1e9;
    lastNanos = nanos;
    left = Math.min((double) A_SECOND * AHEAD_SECONDS, left + seconds * A_SECOND);
    int taken = (int) Math.min(wanted, left);
    left -= taken;
    return taken;
  }
}
