package io.mcprealtime.benchmarks;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.Window;
import io.mcprealtime.analysis.Trend;
import io.mcprealtime.analysis.Trend.Direction;
import io.mcprealtime.analysis.TrendAnalyzer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;

/** How often the verdict on a trend is wrong where nothing changes, and right where it does. */
final class TrendSimulation {
  private static final ServerId SERVER = ServerId.of("simulated");
  private static final Instant START = Instant.parse("2026-11-20T12:00:00Z");
  private static final double CHANGE = 0.2;
  private static final double LEVEL_MILLIS = 100;

  /** Beyond that many samples a run costs much and verdicts are far from wrong. */
  private static final int MANY_SAMPLES = 5_000;

  /** A window at an interval of collection. */
  record Sampled(Window window, Duration interval) {
    /** By what share of the interval irregular samples come late at most. */
    private static final double JITTER = 0.8;

    static final List<Sampled> ALL =
        List.of(
            new Sampled(Window.FIVE_MINUTES, Duration.ofSeconds(15)),
            new Sampled(Window.FIFTEEN_MINUTES, Duration.ofSeconds(15)),
            new Sampled(Window.ONE_HOUR, Duration.ofSeconds(15)),
            new Sampled(Window.ONE_DAY, Duration.ofSeconds(15)),
            new Sampled(Window.FIVE_MINUTES, Duration.ofSeconds(3)),
            new Sampled(Window.FIFTEEN_MINUTES, Duration.ofSeconds(3)),
            new Sampled(Window.ONE_HOUR, Duration.ofSeconds(3)),
            new Sampled(Window.FIFTEEN_MINUTES, Duration.ofSeconds(60)),
            new Sampled(Window.ONE_HOUR, Duration.ofSeconds(60)),
            new Sampled(Window.ONE_DAY, Duration.ofSeconds(60)));

    int count() {
      return (int) window.length().dividedBy(interval);
    }

    String label() {
      return "%s/%ds".formatted(window.label(), interval.toSeconds());
    }

    private Trend trend(double[] millis, boolean irregular, Random random) {
      var analyzer = new TrendAnalyzer(SERVER, window);
      double late = irregular ? JITTER * interval.toMillis() : 0;
      for (int i = 0; i < millis.length; i++) {
        if (!Double.isNaN(millis[i])) {
          long at = i * interval.toMillis() + (late > 0 ? (long) (late * random.nextDouble()) : 0);
          analyzer.add(
              ServerMetrics.builder(SERVER, START.plusMillis(at), ServerState.HEALTHY)
                  .responseTime(Duration.ofNanos(Math.round(millis[i] * 1e6)))
                  .build());
        }
      }
      return analyzer.trend();
    }
  }

  /** A share of runs. */
  record Share(int hits, int runs) {
    double value() {
      return (double) hits / runs;
    }

    double standardError() {
      return Math.sqrt(value() * (1 - value()) / runs);
    }
  }

  private TrendSimulation() {}

  /** How often the verdict is improving or degrading where nothing changes. */
  static Share falsePositives(Noise noise, Sampled sampled, int runs, long seed) {
    var random = new Random(seed);
    int hits = 0;
    for (int run = 0; run < runs; run++) {
      var millis = noise.series(random, sampled.count());
      var direction = sampled.trend(millis, noise.isIrregular(), random).direction();
      hits += direction == Direction.IMPROVING || direction == Direction.DEGRADING ? 1 : 0;
    }
    return new Share(hits, runs);
  }

  /**
   * How often the verdict is degrading where response times rise by 20 % on top of white noise.
   *
   * @param deviation of the noise, as a share of the level
   * @param change how much of the rise is there at a share of the window
   */
  static Share found(
      DoubleUnaryOperator change, double deviation, Sampled sampled, int runs, long seed) {
    var random = new Random(seed);
    int hits = 0;
    for (int run = 0; run < runs; run++) {
      var millis = changing(change, deviation, sampled.count(), random);
      hits += sampled.trend(millis, false, random).direction() == Direction.DEGRADING ? 1 : 0;
    }
    return new Share(hits, runs);
  }

  /** Response times that rise by 20 %, with white noise. */
  static double[] changing(DoubleUnaryOperator change, double deviation, int count, Random random) {
    var millis = new double[count];
    for (int i = 0; i < count; i++) {
      double level = 1 + CHANGE * change.applyAsDouble((i + 0.5) / count);
      millis[i] = Math.max(1, LEVEL_MILLIS * (level + deviation * random.nextGaussian()));
    }
    return millis;
  }

  static double shift(double share) {
    return share < 0.5 ? 0 : 1;
  }

  static double ramp(double share) {
    return share;
  }

  static void print(int runs) {
    head("false positives, %% ± standard error, of %d runs".formatted(runs));
    for (var noise : Noise.values()) {
      row(noise.label(), runs, (sampled, few) -> falsePositives(noise, sampled, few, 1));
    }
    head("found, %% ± standard error: +%.0f %%, white noise".formatted(100 * CHANGE));
    for (double deviation : new double[] {0.02, 0.05, 0.1, 0.2}) {
      for (boolean ramp : new boolean[] {false, true}) {
        DoubleUnaryOperator change = ramp ? TrendSimulation::ramp : TrendSimulation::shift;
        row(
            String.format(
                Locale.ROOT, "%s, noise %.0f %%", ramp ? "ramp" : "shift", 100 * deviation),
            runs / 2,
            (sampled, few) -> found(change, deviation, sampled, few, 2));
      }
    }
  }

  private interface Cell {
    Share of(Sampled sampled, int runs);
  }

  private static void head(String title) {
    System.out.printf("%n%s%n%-20s", title, "");
    Sampled.ALL.forEach(sampled -> System.out.printf("%12s", sampled.label()));
    System.out.printf("%n%-20s", "samples");
    Sampled.ALL.forEach(sampled -> System.out.printf("%12d", sampled.count()));
    System.out.println();
  }

  private static void row(String label, int runs, Cell cell) {
    System.out.printf("%-20s", label);
    Sampled.ALL.parallelStream()
        .map(
            sampled ->
                cell.of(sampled, sampled.count() >= MANY_SAMPLES ? Math.max(1, runs / 5) : runs))
        .map(
            share ->
                String.format(
                    Locale.ROOT, "%.1f ±%.1f", 100 * share.value(), 100 * share.standardError()))
        .toList()
        .forEach(text -> System.out.printf("%12s", text));
    System.out.println();
  }
}
