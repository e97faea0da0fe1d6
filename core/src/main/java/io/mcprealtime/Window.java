package io.mcprealtime;

import java.time.Duration;
import java.time.Instant;

/** A length of time that samples are aggregated over; buckets are aligned to the epoch (UTC). */
public enum Window {
  FIVE_MINUTES("5m", Duration.ofMinutes(5)),
  FIFTEEN_MINUTES("15m", Duration.ofMinutes(15)),
  ONE_HOUR("1h", Duration.ofHours(1)),
  ONE_DAY("24h", Duration.ofHours(24));

  private final String label;
  private final Duration length;

  Window(String label, Duration length) {
    this.label = label;
    this.length = length;
  }

  /** The name that people and the API use: {@code 5m}, {@code 15m}, {@code 1h}, {@code 24h}. */
  public String label() {
    return label;
  }

  public Duration length() {
    return length;
  }

  /** The start of the bucket that holds this instant. */
  public Instant bucketOf(Instant instant) {
    long millis = length.toMillis();
    return Instant.ofEpochMilli(Math.floorDiv(instant.toEpochMilli(), millis) * millis);
  }

  /** The window of that label. */
  public static Window ofLabel(String label) {
    for (var window : values()) {
      if (window.label.equals(label)) {
        return window;
      }
    }
    throw new IllegalArgumentException(
        "window '%s' is not known; use 5m, 15m, 1h or 24h".formatted(label));
  }
}
