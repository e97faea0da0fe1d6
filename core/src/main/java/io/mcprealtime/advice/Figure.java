package io.mcprealtime.advice;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A measured quantity that following a recommendation should change.
 *
 * @param name what it is, in words: {@code probes that time out}
 * @param samples how many observations it was measured from; absent where it is no statistic
 */
public record Figure(String name, double value, Unit unit, Better better, @Nullable Long samples) {
  private static final double KILO = 1e3;
  private static final double MEGA = 1e6;

  /** Where it should go. */
  public enum Better {
    LOWER,
    HIGHER,
    /** What should change is not measured; this must not rise by it. */
    NOT_HIGHER
  }

  /** What it is counted in, and how that is written. */
  public enum Unit {
    /** 0 to 1, of as many samples as it was measured from. */
    SHARE,
    MILLISECONDS,
    BYTES,
    BYTES_PER_HOUR,
    DAYS,
    COUNT;

    /** The name on the wire: lower case. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }

    private String write(double value) {
      return switch (this) {
        case SHARE -> format("%.1f %%", value * 100);
        case MILLISECONDS ->
            value >= KILO ? format("%.2f s", value / KILO) : format("%.1f ms", value);
        case BYTES -> bytes(value);
        case BYTES_PER_HOUR -> bytes(value) + " an hour";
        case DAYS -> format("%.1f days", value);
        case COUNT -> format("%.0f", value);
      };
    }

    private static String bytes(double value) {
      return Math.abs(value) >= MEGA
          ? format("%.1f MB", value / MEGA)
          : format("%.1f kB", value / KILO);
    }

    private static String format(String pattern, double value) {
      return String.format(Locale.ROOT, pattern, value);
    }
  }

  public Figure {
    if (!Double.isFinite(value)) {
      throw new IllegalArgumentException("%s must be a number, is %s".formatted(name, value));
    }
    if (samples != null && samples < 0) {
      throw new IllegalArgumentException(
          "samples of %s must not be negative, are %d".formatted(name, samples));
    }
  }

  /** A figure that should go down. */
  public static Figure lower(String name, double value, Unit unit) {
    return new Figure(name, value, unit, Better.LOWER, null);
  }

  /** A figure that must not go up. */
  public static Figure notHigher(String name, double value, Unit unit) {
    return new Figure(name, value, unit, Better.NOT_HIGHER, null);
  }

  /** A figure that should go up. */
  public static Figure higher(String name, double value, Unit unit) {
    return new Figure(name, value, unit, Better.HIGHER, null);
  }

  /** The same, measured from so many observations. */
  public Figure of(long observations) {
    return new Figure(name, value, unit, better, observations);
  }

  /** The value with its unit. */
  public String text() {
    return unit.write(value);
  }
}
