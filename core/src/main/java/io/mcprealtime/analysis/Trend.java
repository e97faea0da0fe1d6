package io.mcprealtime.analysis;

import io.mcprealtime.ServerId;
import io.mcprealtime.Window;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where a server's response time is going over a window, with the evidence. What needs more data
 * than there is, is absent.
 *
 * @param samples samples with a response time in the window
 * @param points values that the test saw: medians of neighbouring samples
 * @param beforeMillis median response time of the window's first quarter, milliseconds
 * @param afterMillis median response time of the window's last quarter, milliseconds
 * @param endMillis where the slope's line ends, at the newest point, milliseconds
 * @param slopeMillisPerHour Theil–Sen slope, milliseconds per hour
 * @param lowSlopeMillisPerHour lower bound of the slope at 95 %
 * @param highSlopeMillisPerHour upper bound of the slope at 95 %
 * @param pValue two-sided, of the hypothesis that there is no trend
 * @param stepped whether one step describes the window clearly better than a line
 * @param avgResponseTimeMillis mean over the window, milliseconds
 */
public record Trend(
    ServerId server,
    Window window,
    Direction direction,
    int samples,
    int points,
    @Nullable Double beforeMillis,
    @Nullable Double afterMillis,
    @Nullable Double endMillis,
    @Nullable Double slopeMillisPerHour,
    @Nullable Double lowSlopeMillisPerHour,
    @Nullable Double highSlopeMillisPerHour,
    @Nullable Double pValue,
    boolean stepped,
    @Nullable Double avgResponseTimeMillis) {
  private static final double MILLIS_PER_HOUR = Duration.ofHours(1).toMillis();
  private static final Duration HORIZON = Duration.ofDays(365);

  /** What the evidence says. */
  public enum Direction {
    IMPROVING,
    STABLE,
    DEGRADING,
    NOT_ENOUGH_DATA
  }

  /** The answer where the test cannot be run. */
  public static Trend notEnoughData(
      ServerId server, Window window, int samples, int points, @Nullable Double avgMillis) {
    return new Trend(
        server,
        window,
        Direction.NOT_ENOUGH_DATA,
        samples,
        points,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        false,
        avgMillis);
  }

  /**
   * How long it takes until the response time reaches a threshold, from its newest point, if it
   * goes on as it did: the slope, and its bounds at 95 %. Zero where it is past the threshold
   * already. Absent where the slope's bounds leave open whether it gets there at all (an interval
   * that holds 0, the other direction, or more than a year), where nothing degrades or improves,
   * and where the change was one step: a step does not go on.
   *
   * @param thresholdMillis response time, milliseconds
   * @throws IllegalArgumentException when it is negative or not finite
   */
  public Optional<Range<Duration>> timeTo(double thresholdMillis) {
    if (!(thresholdMillis >= 0) || Double.isInfinite(thresholdMillis)) {
      throw new IllegalArgumentException(
          "thresholdMillis must be 0 or more, is " + thresholdMillis);
    }
    boolean moves = direction == Direction.DEGRADING || direction == Direction.IMPROVING;
    if (!moves
        || stepped
        || endMillis == null
        || slopeMillisPerHour == null
        || lowSlopeMillisPerHour == null
        || highSlopeMillisPerHour == null
        || lowSlopeMillisPerHour * highSlopeMillisPerHour <= 0) {
      return Optional.empty();
    }
    boolean rises = slopeMillisPerHour > 0;
    double way = Math.max(0, rises ? thresholdMillis - endMillis : endMillis - thresholdMillis);
    double steepest = rises ? highSlopeMillisPerHour : -lowSlopeMillisPerHour;
    double flattest = rises ? lowSlopeMillisPerHour : -highSlopeMillisPerHour;
    if (way / flattest * MILLIS_PER_HOUR > HORIZON.toMillis()) {
      return Optional.empty();
    }
    return Optional.of(
        new Range<>(way / steepest, way / Math.abs(slopeMillisPerHour), way / flattest)
            .map(hours -> Duration.ofMillis(Math.round(hours * MILLIS_PER_HOUR))));
  }

  /** The verdict with its figures, for people. */
  public String sentence() {
    if (beforeMillis == null || afterMillis == null || pValue == null) {
      return "not enough data over the last %s: %d samples with a response time, %d points of at least %d"
          .formatted(words(), samples, points, TrendAnalyzer.MIN_POINTS);
    }
    var evidence =
        " over the last %s (p %s, n = %d)"
            .formatted(
                words(),
                pValue < 0.001
                    ? "< 0.001"
                    : String.format(Locale.ROOT, pValue < 0.01 ? "= %.3f" : "= %.2f", pValue),
                samples);
    if (direction == Direction.STABLE) {
      var from = milliseconds(Math.min(beforeMillis, afterMillis));
      var to = milliseconds(Math.max(beforeMillis, afterMillis));
      return (from.equals(to)
              ? "p50 stayed at %s".formatted(from)
              : "p50 went between %s and %s without a trend".formatted(from, to))
          + evidence;
    }
    var verb =
        direction == Direction.DEGRADING
            ? stepped ? "stepped up" : "rose"
            : stepped ? "stepped down" : "fell";
    return "p50 %s from %s to %s%s"
        .formatted(verb, milliseconds(beforeMillis), milliseconds(afterMillis), evidence);
  }

  private String words() {
    return switch (window) {
      case FIVE_MINUTES -> "5 minutes";
      case FIFTEEN_MINUTES -> "15 minutes";
      case ONE_HOUR -> "hour";
      case ONE_DAY -> "24 hours";
    };
  }

  private static String milliseconds(double millis) {
    return String.format(
        Locale.ROOT, millis < 10 ? "%.2f ms" : millis < 100 ? "%.1f ms" : "%.0f ms", millis);
  }
}
