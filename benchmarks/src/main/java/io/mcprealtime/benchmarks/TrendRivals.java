package io.mcprealtime.benchmarks;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/**
 * False positives of other corrections of the Mann–Kendall test for autocorrelation, on the noise
 * of {@link Noise}, at 5 %. Values are thinned to {@value #POINTS} medians.
 */
final class TrendRivals {
  private static final int POINTS = 240;
  private static final int BLOCKS = 12;
  private static final int[] COUNTS = {20, 60, 240};

  /** z of the standard normal at 5 %, two-sided; of an autocorrelation at 95 %. */
  private static final double QUANTILE = 1.96;

  private static final Map<String, ToDoubleFunction<double[]>> RIVALS = new LinkedHashMap<>();

  static {
    RIVALS.put("no correction", values -> z(values, 1));
    RIVALS.put("lag one", TrendRivals::lagOne);
    RIVALS.put("Hamed and Rao", TrendRivals::hamedRao);
    RIVALS.put("prewhitened", TrendRivals::prewhitened);
    RIVALS.put(BLOCKS + " medians", values -> z(medians(values, BLOCKS), 1));
  }

  private TrendRivals() {}

  static void print(int runs) {
    System.out.printf("%nfalse positives of other corrections, %% of %d runs%n%-20s", runs, "");
    for (var rival : RIVALS.keySet()) {
      System.out.printf("%24s", rival);
    }
    System.out.printf("%n%-20s", "samples");
    for (int i = 0; i < RIVALS.size(); i++) {
      System.out.printf("%8d%8d%8d", COUNTS[0], COUNTS[1], COUNTS[2]);
    }
    System.out.println();
    for (var noise : Noise.values()) {
      if (!noise.isIrregular()) {
        System.out.printf("%-20s", noise.label());
        for (var rival : RIVALS.values()) {
          for (int count : COUNTS) {
            System.out.printf(Locale.ROOT, "%8.1f", share(noise, rival, count, runs));
          }
        }
        System.out.println();
      }
    }
  }

  private static double share(Noise noise, ToDoubleFunction<double[]> rival, int count, int runs) {
    var random = new Random(count);
    int hits = 0;
    for (int run = 0; run < runs; run++) {
      double z = rival.applyAsDouble(medians(noise.series(random, count), POINTS));
      hits += Math.abs(z) > QUANTILE ? 1 : 0;
    }
    return 100.0 * hits / runs;
  }

  /** The variance of S widened by the lag-one autocorrelation of the detrended values. */
  private static double lagOne(double[] values) {
    double correlation = Math.max(0, correlation(detrended(values), 1));
    return z(values, (1 + correlation) / (1 - correlation));
  }

  /** Likewise by all significant autocorrelations of the ranks of the detrended values. */
  private static double hamedRao(double[] values) {
    double n = values.length;
    double[] ranks = ranks(detrended(values));
    double sum = 0;
    for (int lag = 1; lag < n - 2; lag++) {
      double correlation = correlation(ranks, lag);
      if (Math.abs(correlation) > QUANTILE / Math.sqrt(n)) {
        sum += (n - lag) * (n - lag - 1) * (n - lag - 2) * correlation;
      }
    }
    return z(values, Math.max(1, 1 + 2 * sum / (n * (n - 1) * (n - 2))));
  }

  /** The trend taken out, the autocorrelation removed, the trend put back (TFPW). */
  private static double prewhitened(double[] values) {
    double slope = slope(values);
    double[] rest = detrended(values);
    double correlation = Math.max(0, correlation(rest, 1));
    var whitened = new double[values.length - 1];
    for (int i = 1; i < values.length; i++) {
      whitened[i - 1] = rest[i] - correlation * rest[i - 1] + slope * i;
    }
    return z(whitened, 1);
  }

  static double z(double[] values, double inflation) {
    int n = values.length;
    double s = 0;
    for (int i = 0; i < n; i++) {
      for (int j = i + 1; j < n; j++) {
        s += Math.signum(values[j] - values[i]);
      }
    }
    double variance = (double) n * (n - 1) * (2 * n + 5);
    var sorted = values.clone();
    Arrays.sort(sorted);
    for (int i = 0; i < n; ) {
      int end = i;
      while (end < n && sorted[end] == sorted[i]) {
        end++;
      }
      double tied = end - i;
      variance -= tied * (tied - 1) * (2 * tied + 5);
      i = end;
    }
    return variance <= 0 ? 0 : (s - Math.signum(s)) / Math.sqrt(variance * inflation / 18);
  }

  static double slope(double[] values) {
    int n = values.length;
    var slopes = new double[n * (n - 1) / 2];
    int next = 0;
    for (int i = 0; i < n; i++) {
      for (int j = i + 1; j < n; j++) {
        slopes[next++] = (values[j] - values[i]) / (j - i);
      }
    }
    return median(slopes);
  }

  private static double[] detrended(double[] values) {
    double slope = slope(values);
    var rest = new double[values.length];
    for (int i = 0; i < rest.length; i++) {
      rest[i] = values[i] - slope * i;
    }
    return rest;
  }

  static double correlation(double[] values, int lag) {
    double mean = Arrays.stream(values).average().orElse(0);
    double covariance = 0;
    double variance = 0;
    for (int i = 0; i < values.length; i++) {
      variance += (values[i] - mean) * (values[i] - mean);
      covariance += i < lag ? 0 : (values[i] - mean) * (values[i - lag] - mean);
    }
    return variance == 0 ? 0 : covariance / variance;
  }

  static double[] ranks(double[] values) {
    var sorted = values.clone();
    Arrays.sort(sorted);
    var ranks = new double[values.length];
    for (int i = 0; i < ranks.length; i++) {
      int place = Arrays.binarySearch(sorted, values[i]);
      int first = place;
      int last = place;
      while (first > 0 && sorted[first - 1] == values[i]) {
        first--;
      }
      while (last < sorted.length - 1 && sorted[last + 1] == values[i]) {
        last++;
      }
      ranks[i] = (first + last) / 2.0;
    }
    return ranks;
  }

  static double[] medians(double[] values, int count) {
    int size = Math.min(count, values.length);
    var medians = new double[size];
    for (int i = 0; i < size; i++) {
      int from = (int) ((long) i * values.length / size);
      int to = (int) ((long) (i + 1) * values.length / size);
      medians[i] = median(Arrays.copyOfRange(values, from, to));
    }
    return medians;
  }

  static double median(double[] values) {
    var sorted = values.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
