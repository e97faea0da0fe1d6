package io.mcprealtime.benchmarks;

import java.util.Arrays;
import java.util.Locale;

/** A mean of counts and its standard error. */
record Average(double mean, double standardError) {
  static Average of(int... counts) {
    double mean = Arrays.stream(counts).average().orElseThrow();
    double squares = Arrays.stream(counts).mapToDouble(c -> (c - mean) * (c - mean)).sum();
    double freedom = Math.max(1, counts.length - 1);
    return new Average(mean, Math.sqrt(squares / freedom / counts.length));
  }

  String text() {
    return String.format(Locale.ROOT, "%.2f ±%.2f", mean, standardError);
  }
}
