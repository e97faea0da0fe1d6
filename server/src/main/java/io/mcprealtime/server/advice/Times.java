package io.mcprealtime.server.advice;

import java.util.OptionalDouble;
import java.util.stream.DoubleStream;

/** Times in milliseconds. */
final class Times {
  private final double[] sorted;

  /** Those of a stream that are numbers. */
  Times(DoubleStream values) {
    this.sorted = values.filter(value -> !Double.isNaN(value)).sorted().toArray();
  }

  int count() {
    return sorted.length;
  }

  /** The smallest that this share of all is at or under; empty without any. */
  OptionalDouble quantile(double share) {
    if (sorted.length == 0) {
      return OptionalDouble.empty();
    }
    int rank = (int) Math.ceil(share * sorted.length);
    return OptionalDouble.of(sorted[Math.max(0, Math.min(sorted.length, rank) - 1)]);
  }

  /** All of them together. */
  double total() {
    return DoubleStream.of(sorted).sum();
  }

  /** The longest, or 0. */
  double longest() {
    return sorted.length == 0 ? 0 : sorted[sorted.length - 1];
  }
}
