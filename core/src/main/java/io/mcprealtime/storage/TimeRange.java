package io.mcprealtime.storage;

import java.time.Duration;
import java.time.Instant;

/** A span of time from an instant (inclusive) to another (exclusive). */
public record TimeRange(Instant from, Instant to) {
  public TimeRange {
    if (to.isBefore(from)) {
      throw new IllegalArgumentException(
          "a time range must not end (%s) before it starts (%s)".formatted(to, from));
    }
  }

  /** The span of that length that ends at an instant. */
  public static TimeRange endingAt(Instant to, Duration length) {
    return new TimeRange(to.minus(length), to);
  }

  /** The span of that length that begins at an instant. */
  public static TimeRange startingAt(Instant from, Duration length) {
    return new TimeRange(from, from.plus(length));
  }

  public boolean contains(Instant instant) {
    return !instant.isBefore(from) && instant.isBefore(to);
  }
}
