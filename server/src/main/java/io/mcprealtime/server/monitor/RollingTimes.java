package io.mcprealtime.server.monitor;

import io.mcprealtime.LatencySketch;
import io.mcprealtime.TimeSource;
import java.time.Duration;
import java.util.Optional;

/**
 * Times of the last minutes: two sketches that take turns, so that what is told covers between one
 * and two spans. Thread-safe.
 */
public final class RollingTimes {
  private final TimeSource time;
  private final long spanNanos;
  private LatencySketch.Builder current = LatencySketch.builder();
  private LatencySketch before = LatencySketch.builder().build();
  private Duration longest = Duration.ZERO;
  private Duration longestBefore = Duration.ZERO;
  private long begunNanos;

  RollingTimes(TimeSource time, Duration span) {
    this.time = time;
    this.spanNanos = span.toNanos();
    this.begunNanos = time.nanoTime();
  }

  /**
   * What the last minutes held; times are absent when nothing was recorded.
   *
   * @param max the longest
   */
  public record Summary(
      long count, Optional<Duration> p50, Optional<Duration> p99, Optional<Duration> max) {}

  synchronized void record(Duration value) {
    roll();
    var measured = value.isNegative() ? Duration.ZERO : value;
    current.add(measured);
    longest = measured.compareTo(longest) > 0 ? measured : longest;
  }

  synchronized Summary summary() {
    roll();
    var all = LatencySketch.builder().merge(before).merge(current.build()).build();
    var max = longest.compareTo(longestBefore) > 0 ? longest : longestBefore;
    return new Summary(
        all.count(),
        all.quantile(0.5),
        all.quantile(0.99),
        all.count() == 0 ? Optional.empty() : Optional.of(max));
  }

  private void roll() {
    long now = time.nanoTime();
    long age = now - begunNanos;
    if (age < spanNanos) {
      return;
    }
    boolean recent = age < 2 * spanNanos;
    before = recent ? current.build() : LatencySketch.builder().build();
    longestBefore = recent ? longest : Duration.ZERO;
    current = LatencySketch.builder();
    longest = Duration.ZERO;
    begunNanos = now;
  }
}
