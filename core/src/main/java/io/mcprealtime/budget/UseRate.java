package io.mcprealtime.budget;

import java.time.Duration;

/**
 * How fast one resource is used up, measured from minute to minute: what a write slot (an interval
 * in which a write was due) costs, what reads cost a second when nothing is stretched, and how much
 * others use beside it. Averages fade with age. Not thread-safe.
 */
final class UseRate {
  /** Write slots over which the cost of one is averaged. */
  private static final double SLOTS = 60;

  private static final double FAST_SECONDS = 600;
  private static final double SLOW_SECONDS = 6 * 3_600.0;

  /** How long reads are expected to stay as they were in the last minutes. */
  private static final double BURST_SECONDS = 3_600;

  private double writes;
  private double slots;
  private final Average fast = new Average(FAST_SECONDS);
  private final Average slow = new Average(SLOW_SECONDS);
  private final Average own = new Average(SLOW_SECONDS);
  private final Average all = new Average(SLOW_SECONDS);

  /** A rate a second whose older parts count less. */
  private static final class Average {
    private final double span;
    private double amount;
    private double seconds;

    private Average(double span) {
      this.span = span;
    }

    private void add(double more, double during) {
      double fade = Math.exp(-during / span);
      amount = amount * fade + more;
      seconds = seconds * fade + during;
    }

    private double perSecond() {
      return seconds == 0 ? 0 : amount / seconds;
    }
  }

  /**
   * @param firstWrite what a write is taken to cost before one was measured
   */
  UseRate(double firstWrite) {
    writes = firstWrite;
    slots = 1;
  }

  /**
   * Takes in what was used during some seconds.
   *
   * @param writing what writes used
   * @param due how many writes were due
   * @param reading what everything else used
   * @param stretch of the first level meanwhile
   * @param everybody what all processes used
   */
  void add(
      double seconds,
      double writing,
      double due,
      double reading,
      double stretch,
      double everybody) {
    double fade = Math.exp(-due / SLOTS);
    writes = writes * fade + writing;
    slots = slots * fade + due;
    fast.add(reading * stretch, seconds);
    slow.add(reading * stretch, seconds);
    own.add(writing + reading, seconds);
    all.add(everybody, seconds);
  }

  /** What all are going to use in that time, at a write each interval and with that stretch. */
  double during(Duration left, Duration interval, double stretch) {
    double seconds = left.toMillis() / 1e3;
    double burst = Math.min(seconds, BURST_SECONDS);
    double reads =
        Math.max(fast.perSecond(), slow.perSecond()) * burst + slow.perSecond() * (seconds - burst);
    double mine = writes / slots * seconds / (interval.toMillis() / 1e3) + reads / stretch;
    double others = Math.max(0, all.perSecond() - own.perSecond());
    // Others on the same budget pace themselves likewise, unless nothing is used here to go by.
    return own.perSecond() > 0 ? mine * (1 + others / own.perSecond()) : mine + others * seconds;
  }
}
