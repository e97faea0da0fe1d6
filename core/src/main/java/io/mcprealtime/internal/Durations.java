package io.mcprealtime.internal;

import java.time.Duration;
import java.util.regex.Pattern;

/**
 * Durations as people write them: {@code 250ms}, {@code 15s}, {@code 5m}, {@code 6h}, {@code 7d}.
 */
public final class Durations {
  private static final Pattern FORMAT = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h|d)");

  private Durations() {}

  /**
   * The duration of that text.
   *
   * @throws IllegalArgumentException when it is none, or nothing
   */
  public static Duration parse(String text) {
    var match = FORMAT.matcher(text.strip());
    if (!match.matches()) {
      throw new IllegalArgumentException(
          "'%s' is no duration; write a number and a unit: 250ms, 15s, 5m, 6h or 7d"
              .formatted(text));
    }
    long amount = Long.parseLong(match.group(1));
    var duration =
        switch (match.group(2)) {
          case "ms" -> Duration.ofMillis(amount);
          case "s" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMinutes(amount);
          case "h" -> Duration.ofHours(amount);
          default -> Duration.ofDays(amount);
        };
    if (duration.isZero()) {
      throw new IllegalArgumentException("'%s' must be longer than nothing".formatted(text));
    }
    return duration;
  }
}
