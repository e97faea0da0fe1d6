package io.mcprealtime.benchmarks;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.Stream;

/**
 * What other ways to see a long memory would cost: each with the margin at which {@value #LIMIT} of
 * AR(1) noise of 0.9 with white noise on top are taken for a trend, and the power that is left.
 * {@value #SAMPLES} samples give {@value #POINTS} medians.
 */
final class TrendMemory {
  private static final int SAMPLES = 60;
  private static final int POINTS = 48;
  private static final double LIMIT = 0.05;
  private static final double QUANTILE = 1.96;
  private static final double RELEVANT_CHANGE = 0.05;
  private static final double STEP_LEAVES = 0.8;
  private static final int STEP_MARGIN = 6;

  /** Autocorrelations beyond are not looked at. */
  private static final int LAGS = 6;

  private static final double MAX_CORRELATION = 0.99;
  private static final double MAX_MARGIN = 20;

  private static final BayesFactor BAYES_FACTOR = new BayesFactor(POINTS);

  private static final List<Noise> LONG_MEMORY =
      List.of(Noise.AR_09_WHITE_05, Noise.AR_09_WHITE_1, Noise.AR_09_WHITE_2);

  /** What a verdict takes: the lags are those of the ranks of what a line or a step leaves. */
  private static final class Run {
    private final double z;
    private final boolean relevant;
    private final double[] lags;
    private final double bayes;

    private Run(double z, boolean relevant, double[] lags, double bayes) {
      this.z = z;
      this.relevant = relevant;
      this.lags = lags;
      this.bayes = bayes;
    }
  }

  /** By how much the variance of S is widened, which grows with the margin. */
  private interface Widening {
    double of(double[] lags, double margin);
  }

  private interface Way {
    boolean finds(Run run, double margin);

    static Way widening(Widening widening) {
      return (run, margin) -> Math.abs(run.z) > QUANTILE * Math.sqrt(widening.of(run.lags, margin));
    }
  }

  /** As the test is, with a margin of {@value #PRESENT_MARGIN} standard errors. */
  private static final Way PRESENT = Way.widening(TrendMemory::lagOne);

  private static final double PRESENT_MARGIN = 2;
  private static final Map<String, Way> WAYS = new LinkedHashMap<>();

  static {
    WAYS.put("lag one", PRESENT);
    WAYS.put("two lags", Way.widening(TrendMemory::twoLags));
    WAYS.put("least squares", Way.widening(TrendMemory::leastSquares));
    WAYS.put("memory of 0.9", Way.widening(TrendMemory::givenMemory));
    WAYS.put("Bartlett sum", Way.widening(TrendMemory::bartlett));
    WAYS.put("pairs", Way.widening(TrendMemory::pairs));
    WAYS.put("Bayes factor", (run, margin) -> run.bayes > margin);
  }

  private TrendMemory() {}

  static void print(int runs) {
    System.out.printf(
        "%n%d samples, margins that take %.0f %% of AR 0.9 + white for trends, %% of %d runs%n",
        SAMPLES, 100 * LIMIT, runs);
    System.out.printf("%-16s%8s%10s%10s%10s", "", "margin", "AR 0.9", "+ white", "0.95 + w");
    System.out.printf("%12s%12s%12s%12s%n", "shift 10 %", "ramp 10 %", "shift 20 %", "ramp 20 %");
    var persistent = noise(Noise.AR_09, runs);
    var mixed = LONG_MEMORY.stream().map(noise -> noise(noise, runs)).toList();
    var longer =
        Stream.of(Noise.AR_095_WHITE_05, Noise.AR_095_WHITE_1, Noise.AR_095_WHITE_2)
            .map(noise -> noise(noise, runs))
            .toList();
    var changes =
        Stream.of(0.1, 0.2)
            .flatMap(
                deviation ->
                    Stream.of(
                        change(TrendSimulation::shift, deviation, runs),
                        change(TrendSimulation::ramp, deviation, runs)))
            .toList();
    row("as it is", PRESENT, PRESENT_MARGIN, persistent, mixed, longer, changes);
    WAYS.forEach(
        (name, way) -> row(name, way, margin(way, mixed), persistent, mixed, longer, changes));
  }

  private static void row(
      String name,
      Way way,
      double margin,
      List<Run> persistent,
      List<List<Run>> mixed,
      List<List<Run>> longer,
      List<List<Run>> changes) {
    System.out.printf(Locale.ROOT, "%-16s%8.2f", name, margin);
    System.out.printf(
        Locale.ROOT,
        "%10.1f%10.1f%10.1f",
        100 * share(way, persistent, margin),
        100 * worst(way, mixed, margin),
        100 * worst(way, longer, margin));
    changes.forEach(
        runs -> System.out.printf(Locale.ROOT, "%12.1f", 100 * share(way, runs, margin)));
    System.out.println();
  }

  /** The least margin that keeps all of them within the limit. */
  private static double margin(Way way, List<List<Run>> noises) {
    double low = -MAX_MARGIN;
    double high = MAX_MARGIN;
    while (high - low > 0.005) {
      double middle = (low + high) / 2;
      if (worst(way, noises, middle) > LIMIT) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  private static double worst(Way way, List<List<Run>> noises, double margin) {
    return noises.stream().mapToDouble(runs -> share(way, runs, margin)).max().orElse(0);
  }

  private static double share(Way way, List<Run> runs, double margin) {
    long hits = runs.stream().filter(run -> run.relevant && way.finds(run, margin)).count();
    return (double) hits / runs.size();
  }

  private static List<Run> noise(Noise noise, int runs) {
    var random = new Random(1);
    return Stream.generate(() -> run(noise.series(random, SAMPLES))).limit(runs).toList();
  }

  private static List<Run> change(DoubleUnaryOperator change, double deviation, int runs) {
    var random = new Random(2);
    return Stream.generate(() -> run(TrendSimulation.changing(change, deviation, SAMPLES, random)))
        .limit(runs)
        .toList();
  }

  private static Run run(double[] millis) {
    double[] points = TrendRivals.medians(millis, POINTS);
    double slope = TrendRivals.slope(points);
    double before = TrendRivals.median(Arrays.copyOf(points, POINTS / 4));
    double[] ranks = TrendRivals.ranks(rest(points, slope));
    var lags = new double[LAGS + 1];
    for (int lag = 1; lag <= LAGS; lag++) {
      double pearson = 2 * Math.sin(Math.PI * TrendRivals.correlation(ranks, lag) / 6);
      lags[lag] = (POINTS * pearson + 3) / (POINTS - 6);
    }
    return new Run(
        TrendRivals.z(points, 1),
        Math.abs(slope) * (POINTS - 1) > RELEVANT_CHANGE * before,
        lags,
        BAYES_FACTOR.log(TrendRivals.ranks(points)));
  }

  /** What the line leaves, or one step where that leaves clearly less. */
  private static double[] rest(double[] values, double slope) {
    var rest = new double[POINTS];
    for (int i = 0; i < POINTS; i++) {
      rest[i] = values[i] - slope * i;
    }
    double middle = TrendRivals.median(rest);
    double least = STEP_LEAVES * Arrays.stream(rest).map(r -> Math.abs(r - middle)).sum();
    for (int at = STEP_MARGIN; at <= POINTS - STEP_MARGIN; at++) {
      double before = TrendRivals.median(Arrays.copyOf(values, at));
      double after = TrendRivals.median(Arrays.copyOfRange(values, at, POINTS));
      var stepped = new double[POINTS];
      double left = 0;
      for (int i = 0; i < POINTS; i++) {
        stepped[i] = values[i] - (i < at ? before : after);
        left += Math.abs(stepped[i]);
      }
      if (left < least) {
        least = left;
        rest = stepped;
      }
    }
    return rest;
  }

  private static double error(double correlation, double n) {
    double within = Math.max(0, Math.min(1, correlation));
    return Math.sqrt((1 - within * within) / n + 1 / n / n);
  }

  private static double within(double value, double most) {
    return Math.max(0, Math.min(most, value));
  }

  /** The variance of S where the autocorrelation is {@code share * correlation^lag}. */
  private static double inflation(double share, double correlation, double n) {
    double sum = 0;
    double power = share;
    for (int lag = 1; lag < n - 2; lag++) {
      power *= correlation;
      sum += (n - lag) * (n - lag - 1) * (n - lag - 2) * power;
    }
    return 1 + 2 * sum / (n * (n - 1) * (n - 2));
  }

  /** As the test does it: so many standard errors above the estimate. */
  private static double lagOne(double[] lags, double margin) {
    double cautious = lags[1] + margin * error(lags[1], POINTS);
    return inflation(1, within(cautious, MAX_CORRELATION), POINTS);
  }

  /** The memory is the second autocorrelation by the first. */
  private static double twoLags(double[] lags, double margin) {
    double error = margin * error(lags[1], POINTS);
    double first = within(lags[1] + error, MAX_CORRELATION);
    double second = lags[1] > 0 ? (lags[2] + error) / Math.max(0.05, first) : 0;
    double memory = within(Math.max(first, second), 0.95);
    double share = memory > 0 ? within(first / memory, 1) : 0;
    return Math.max(inflation(1, first, POINTS), inflation(share, memory, POINTS));
  }

  /** Share and memory by least squares over all lags. */
  private static double leastSquares(double[] lags, double margin) {
    double least = Double.MAX_VALUE;
    double widened = 1;
    for (double memory : new double[] {0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95}) {
      double product = 0;
      double squares = 0;
      for (int lag = 1; lag <= LAGS; lag++) {
        product += lags[lag] * Math.pow(memory, lag);
        squares += Math.pow(memory, 2 * lag);
      }
      double share = within(product / squares, 1);
      double left = 0;
      for (int lag = 1; lag <= LAGS; lag++) {
        left += Math.pow(lags[lag] - share * Math.pow(memory, lag), 2);
      }
      if (left < least) {
        least = left;
        double cautious = share + margin * error(lags[1], POINTS) / Math.sqrt(squares);
        widened = inflation(within(cautious, 1), memory, POINTS);
      }
    }
    return Math.max(widened, lagOne(lags, margin));
  }

  /** The share from the sum of four lags, were the memory 0.9. */
  private static double givenMemory(double[] lags, double margin) {
    double memory = 0.9;
    double sum = 0;
    double powers = 0;
    for (int lag = 1; lag <= 4; lag++) {
      sum += lags[lag];
      powers += Math.pow(memory, lag);
    }
    double cautious = (sum + margin * Math.sqrt(4.0 / POINTS)) / powers;
    return Math.max(inflation(within(cautious, 1), memory, POINTS), lagOne(lags, 1.5));
  }

  /** Lags with falling weights, times a factor: the margin. */
  private static double bartlett(double[] lags, double margin) {
    double sum = 1;
    for (int lag = 1; lag <= LAGS; lag++) {
      sum += 2 * (1 - lag / (LAGS + 1.0)) * lags[lag];
    }
    return Math.max(0, margin) * Math.max(0.1, sum);
  }

  /** The correlation between sums of two neighbours, of which white noise hides less. */
  private static double pairs(double[] lags, double margin) {
    double variance = Math.max(0.6, 2 + 2 * lags[1]);
    double correlation = (lags[1] + 2 * lags[2] + lags[3]) / variance;
    double cautious = correlation + margin * error(correlation, POINTS / 2.0);
    double widened = inflation(1, within(cautious, MAX_CORRELATION), POINTS / 2.0);
    return Math.max(variance / 2 * widened, lagOne(lags, 0));
  }
}
