package io.mcprealtime.analysis;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Where an amount is going that grows by fits and starts: its pace, and how far stretches of time
 * depart from that pace. The true value lies within the ranges that it gives with a probability of
 * about 80 %, as long as what comes departs as much as what was. Clean-ups widen a range to the
 * side of less growth only. See docs/trends.md for how it is calibrated.
 */
public final class GrowthForecast {
  /** Beyond so many days nothing is forecast. */
  public static final int HORIZON_DAYS = 3_650;

  private static final int MIN_STRETCHES = 3;
  private static final int STRETCHES = 4;
  private static final int MAX_STRETCHES = 7;

  /** 90 % quantiles of Student's t at 3, 4, … degrees of freedom: 80 % lie between both sides. */
  private static final double[] DAYS_QUANTILES = {1.638, 1.533, 1.476, 1.440};

  /**
   * As long as no four days are seen, nobody knows how they differ: 95 % quantiles of Student's t
   * at 2 and 3 degrees of freedom.
   */
  private static final double[] PARTS_QUANTILES = {2.920, 2.353};

  private final double perDay;
  private final double stretchDays;
  private final int stretches;
  private final double quantile;
  private final double above;
  private final double below;

  private GrowthForecast(
      double perDay,
      double stretchDays,
      int stretches,
      double quantile,
      double above,
      double below) {
    this.perDay = perDay;
    this.stretchDays = stretchDays;
    this.stretches = stretches;
    this.quantile = quantile;
    this.above = above;
    this.below = below;
  }

  /**
   * The forecast from readings, oldest first. Their time is cut into days where at least 4 are
   * there (the last 7 count), otherwise into 4 equal stretches, or 3 where there are only 4
   * readings.
   *
   * @param days when each was read, in days from anywhere, ascending
   * @param amounts what was read
   * @param perDay the pace
   * @return absent when there are fewer than 4 readings
   */
  public static Optional<GrowthForecast> of(double[] days, double[] amounts, double perDay) {
    int n = days.length;
    double span = n == 0 ? 0 : days[n - 1] - days[0];
    boolean wholeDays = span >= STRETCHES;
    int stretches =
        wholeDays ? (int) Math.min(MAX_STRETCHES, Math.floor(span)) : Math.min(STRETCHES, n - 1);
    if (stretches < MIN_STRETCHES || !(span > 0)) {
      return Optional.empty();
    }
    double length = wholeDays ? 1 : span / stretches;
    double quantile =
        wholeDays
            ? DAYS_QUANTILES[stretches - STRETCHES]
            : PARTS_QUANTILES[stretches - MIN_STRETCHES];
    double above = 0;
    double below = 0;
    double end = amounts[n - 1];
    for (int i = 1; i <= stretches; i++) {
      double start = at(days, amounts, days[n - 1] - i * length);
      double departs = (end - start) / length - perDay;
      above += departs > 0 ? departs * departs : 0;
      below += departs < 0 ? departs * departs : 0;
      end = start;
    }
    double each = 2.0 / (stretches - 1);
    return Optional.of(
        new GrowthForecast(
            perDay, length, stretches, quantile, Math.sqrt(above * each), Math.sqrt(below * each)));
  }

  /** As {@link #of}, at the median of the slopes between all readings (Theil–Sen). */
  public static Optional<GrowthForecast> ofHeld(double[] days, double[] amounts) {
    int n = days.length;
    var slopes = new double[n * (n - 1) / 2];
    int next = 0;
    for (int i = 0; i < n; i++) {
      for (int j = i + 1; j < n; j++) {
        if (days[j] > days[i]) {
          slopes[next++] = (amounts[j] - amounts[i]) / (days[j] - days[i]);
        }
      }
    }
    return next == 0
        ? Optional.empty()
        : of(days, amounts, MannKendall.median(Arrays.copyOf(slopes, next)));
  }

  private static double at(double[] days, double[] amounts, double day) {
    int found = Arrays.binarySearch(days, day);
    if (found >= 0) {
      return amounts[found];
    }
    int next = Math.max(1, Math.min(days.length - 1, -found - 1));
    double share = (day - days[next - 1]) / (days[next] - days[next - 1]);
    return amounts[next - 1] + (amounts[next] - amounts[next - 1]) * Math.max(0, share);
  }

  /** By how much the amount grows in that many days; negative where it shrinks. */
  public Range<Double> growthIn(double days) {
    return new Range<>(
        perDay * days - reach(below, days), perDay * days, perDay * days + reach(above, days));
  }

  /** The pace itself in the long run, a day: what is left of the doubt when chance evens out. */
  public Range<Double> perDay() {
    double reach = quantile / Math.sqrt(stretches);
    return new Range<>(perDay - reach * below, perDay, perDay + reach * above);
  }

  /**
   * Days until so much more is there. The median is absent where it does not grow, the later bound
   * where it may never get there; both where that is over {@value #HORIZON_DAYS} days.
   *
   * @param more nothing to wait for when not positive
   * @return absent when not even the earlier bound gets there
   */
  public Optional<Range<Double>> daysUntil(double more) {
    return daysUntil(more, HORIZON_DAYS);
  }

  /** As {@link #daysUntil(double)}, with another horizon. */
  public Optional<Range<Double>> daysUntil(double more, double horizonDays) {
    if (more <= 0) {
      return Optional.of(new Range<>(0.0, 0.0, 0.0));
    }
    var low = reached(more, above, horizonDays);
    if (low == null) {
      return Optional.empty();
    }
    var median = reached(more, 0, horizonDays);
    var high = median == null ? null : reached(more, -below, horizonDays);
    return Optional.of(new Range<>(low, median, high));
  }

  /** The first day on which the pace and that departure have brought so much; null for never. */
  private @Nullable Double reached(double more, double departure, double horizonDays) {
    double early = 0;
    double late = horizonDays;
    if (!(grown(departure, late) >= more)) {
      return null;
    }
    for (int i = 0; i < 60; i++) {
      double middle = (early + late) / 2;
      if (grown(departure, middle) >= more) {
        late = middle;
      } else {
        early = middle;
      }
    }
    return late;
  }

  private double grown(double departure, double days) {
    return perDay * days + Math.signum(departure) * reach(Math.abs(departure), days);
  }

  /** The doubt about the pace grows with time, that about what chance brings with its root. */
  private double reach(double departure, double days) {
    return quantile * departure * Math.sqrt(days * days / stretches + days * stretchDays);
  }
}
