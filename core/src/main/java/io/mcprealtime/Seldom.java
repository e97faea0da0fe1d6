package io.mcprealtime;

import java.time.Duration;
import java.time.Instant;

/** Whether it is time again for what is done or told now and then. Thread-safe. */
final class Seldom {
  private final Duration interval;
  private Instant last = Instant.EPOCH;

  Seldom(Duration interval) {
    this.interval = interval;
  }

  /**
   * Whether the interval is over since the last time that this said yes, or the clock went back.
   */
  synchronized boolean isDue(Instant now) {
    boolean due = Duration.between(last, now).abs().compareTo(interval) >= 0;
    last = due ? now : last;
    return due;
  }
}
