package io.mcprealtime.pack;

import java.time.Duration;
import java.time.temporal.ChronoUnit;

/** Durations as whole microseconds. */
final class Durations {
  private Durations() {}

  static long toMicros(Duration duration) {
    try {
      return Math.addExact(
          Math.multiplyExact(duration.getSeconds(), 1_000_000L), duration.getNano() / 1_000);
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "a chunk cannot hold a duration as long as %s".formatted(duration), e);
    }
  }

  static Duration ofMicros(long micros) {
    return Duration.of(micros, ChronoUnit.MICROS);
  }
}
