package io.mcprealtime.benchmarks;

import io.mcprealtime.analysis.GrowthForecast;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** How often the day on which an amount reaches a limit lies within the range that was forecast. */
final class ForecastSimulation {
  private static final int HOURS = 24;
  private static final double PER_DAY = 1_000;

  /** Runs go on for so many times what is left at a steady pace. */
  private static final int PATIENCE = 12;

  /** How an amount grows, in hours. */
  enum Growth {
    STEADY("noise of hours", 0.8, 0, 0, 1),
    UNEVEN("days differ", 0.8, 0.4, 0, 1),
    RHYTHM("daily rhythm", 0.8, 0, 0.8, 1),
    UNEVEN_RHYTHM("days differ, rhythm", 0.8, 0.4, 0.8, 1),
    CLEANED_ONCE("one clean-up before", 0.8, 0.4, 0.8, 1),
    CLEANED_OFTEN("clean-ups at random", 0.8, 0.4, 0.8, 0.5),
    CLEANED_REGULARLY("clean-up every 6 h", 0.8, 0.4, 0.8, 0.5);

    private static final double OFTEN_HOURS = 72;
    private static final int REGULAR_HOURS = 6;

    private final String label;
    private final double hours;
    private final double days;
    private final double rhythm;
    private final double remains;

    /**
     * @param hours deviation of the logarithm of an hour's growth
     * @param days deviation of the logarithm of a day's growth
     * @param rhythm by what share the growth swings through a day
     * @param remains share of the growth that clean-ups leave
     */
    Growth(String label, double hours, double days, double rhythm, double remains) {
      this.label = label;
      this.hours = hours;
      this.days = days;
      this.rhythm = rhythm;
      this.remains = remains;
    }

    String label() {
      return label;
    }

    private double[] amounts(Random random, int seen, int all) {
      var amounts = new double[all + 1];
      double phase = random.nextDouble();
      int once = random.nextInt(seen);
      double day = 1;
      for (int hour = 0; hour < all; hour++) {
        if (hour % HOURS == 0) {
          day = lognormal(random, days);
        }
        double swing = 1 + rhythm * Math.sin(2 * Math.PI * ((double) hour / HOURS + phase));
        double grows = PER_DAY / HOURS * day * swing * lognormal(random, hours);
        amounts[hour + 1] = amounts[hour] + grows - cleaned(random, hour, once);
      }
      return amounts;
    }

    private double cleaned(Random random, int hour, int once) {
      double taken = (1 - remains) * PER_DAY / HOURS;
      return switch (this) {
        case CLEANED_ONCE -> hour == once ? 4 * PER_DAY : 0;
        case CLEANED_OFTEN -> random.nextDouble() < 1 / OFTEN_HOURS ? taken * OFTEN_HOURS : 0;
        case CLEANED_REGULARLY ->
            hour % REGULAR_HOURS == 0 ? taken * REGULAR_HOURS * (0.5 + random.nextDouble()) : 0;
        default -> 0;
      };
    }

    private static double lognormal(Random random, double deviation) {
      return Math.exp(deviation * random.nextGaussian() - deviation * deviation / 2);
    }
  }

  private ForecastSimulation() {}

  /**
   * How often the true day is within.
   *
   * @param history that is measured, once an hour
   * @param daysLeft until the limit at the pace that clean-ups leave
   */
  static TrendSimulation.Share within(
      Growth growth, Duration history, int daysLeft, int runs, long seed) {
    var random = new Random(seed);
    int seen = (int) history.toHours();
    int hits = 0;
    for (int run = 0; run < runs; run++) {
      var amounts = growth.amounts(random, seen, seen + PATIENCE * daysLeft * HOURS);
      var days = new double[seen + 1];
      var known = new double[seen + 1];
      for (int hour = 0; hour <= seen; hour++) {
        days[hour] = (double) hour / HOURS;
        known[hour] = amounts[hour];
      }
      double more = PER_DAY * growth.remains * daysLeft;
      double truth = reached(amounts, seen, amounts[seen] + more);
      var range = GrowthForecast.ofHeld(days, known).flatMap(forecast -> forecast.daysUntil(more));
      boolean never = Double.isInfinite(truth);
      if (range.isEmpty()) {
        hits += never ? 1 : 0;
      } else {
        var high = range.get().high();
        boolean early = truth < range.get().low();
        boolean late = high != null && truth > high;
        hits += early || late ? 0 : 1;
      }
    }
    return new TrendSimulation.Share(hits, runs);
  }

  private static double reached(double[] amounts, int from, double limit) {
    for (int hour = from; hour < amounts.length; hour++) {
      if (amounts[hour] >= limit) {
        return (double) (hour - from) / HOURS;
      }
    }
    return Double.POSITIVE_INFINITY;
  }

  static void print(int runs) {
    var histories =
        List.of(
            Duration.ofHours(6),
            Duration.ofDays(1),
            Duration.ofDays(2),
            Duration.ofDays(5),
            Duration.ofDays(7));
    System.out.printf(
        "%nthe true day lies within, %% of %d runs: history measured / days left%n%-20s", runs, "");
    int[] left = {2, 10, 40};
    for (var history : histories) {
      for (int days : left) {
        System.out.printf(
            "%9s",
            (history.toHours() < 24 ? history.toHours() + "h" : history.toDays() + "d")
                + "/"
                + days);
      }
    }
    System.out.println();
    for (var growth : Growth.values()) {
      System.out.printf("%-20s", growth.label());
      for (var history : histories) {
        for (int days : left) {
          System.out.printf("%9.0f", 100 * within(growth, history, days, runs, 3).value());
        }
      }
      System.out.println();
    }
  }
}
