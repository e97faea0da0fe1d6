package io.mcprealtime;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The aggregate of a server's samples over one bucket of a window. Identified by server, window and
 * start: writing it again replaces it.
 *
 * @param start the bucket's start, aligned to the window
 * @param stateCounts samples found in each state; states not seen are absent
 * @param requestCount requests that the samples report
 * @param errorCount failed requests that the samples report
 * @param responseTimeSum of all samples with a response time, of which {@code latency} has the
 *     count
 * @param minResponseTime absent when no sample had a response time
 * @param maxResponseTime absent when no sample had a response time
 */
public record Rollup(
    ServerId server,
    Window window,
    Instant start,
    Map<ServerState, Integer> stateCounts,
    long requestCount,
    long errorCount,
    Duration responseTimeSum,
    @Nullable Duration minResponseTime,
    @Nullable Duration maxResponseTime,
    LatencySketch latency) {

  public Rollup {
    requireNonNull(server, "server");
    requireNonNull(latency, "latency");
    if (!window.bucketOf(start).equals(start)) {
      throw new IllegalArgumentException(
          "start %s is not aligned to %s".formatted(start, window.label()));
    }
    stateCounts = Map.copyOf(stateCounts);
    stateCounts.forEach((state, count) -> requireCount("count of " + state, count));
    requireCount("requestCount", requestCount);
    requireCount("errorCount", errorCount);
  }

  private static void requireCount(String what, long count) {
    if (count < 0) {
      throw new IllegalArgumentException("%s must not be negative, is %d".formatted(what, count));
    }
  }

  /** Samples in the bucket. */
  public int sampleCount() {
    return stateCounts.values().stream().mapToInt(Integer::intValue).sum();
  }

  /** Share of samples in which the server was up, 0 to 1; absent without samples. */
  public Optional<Double> upRatio() {
    return upRatio(stateCounts);
  }

  static Optional<Double> upRatio(Map<ServerState, Integer> stateCounts) {
    int samples = 0;
    int up = 0;
    for (var entry : stateCounts.entrySet()) {
      samples += entry.getValue();
      up += entry.getKey().isUp() ? entry.getValue() : 0;
    }
    return samples == 0 ? Optional.empty() : Optional.of((double) up / samples);
  }

  /** The mean response time; absent when no sample had one. */
  public Optional<Duration> meanResponseTime() {
    long count = latency.count();
    return count == 0 ? Optional.empty() : Optional.of(responseTimeSum.dividedBy(count));
  }

  /** Counts that nobody counted may not fit; then the sum is the largest that does. */
  private static long plus(long sum, long count) {
    return count > Long.MAX_VALUE - sum ? Long.MAX_VALUE : sum + count;
  }

  /** The roll-up of these samples, all of one server and within the bucket. */
  public static Rollup ofSamples(
      ServerId server, Window window, Instant start, Collection<ServerMetrics> samples) {
    var sum = new Sum();
    for (var sample : samples) {
      sum.states.merge(sample.state(), 1, Integer::sum);
      sum.requests = plus(sum.requests, sample.requestCount() == null ? 0 : sample.requestCount());
      sum.errors = plus(sum.errors, sample.errorCount() == null ? 0 : sample.errorCount());
      var time = sample.responseTime();
      if (time != null) {
        sum.time = sum.time.plus(time);
        sum.spread(time, time);
        sum.latency.add(time);
      }
    }
    return sum.toRollup(server, window, start);
  }

  /** The roll-up of finer roll-ups, all of one server and within the bucket. */
  public static Rollup ofRollups(
      ServerId server, Window window, Instant start, Collection<Rollup> parts) {
    var sum = new Sum();
    for (var part : parts) {
      part.stateCounts.forEach(
          (state, count) ->
              sum.states.merge(
                  state, count, (a, b) -> (int) Math.min(Integer.MAX_VALUE, (long) a + b)));
      sum.requests = plus(sum.requests, part.requestCount);
      sum.errors = plus(sum.errors, part.errorCount);
      sum.time = sum.time.plus(part.responseTimeSum);
      if (part.minResponseTime != null && part.maxResponseTime != null) {
        sum.spread(part.minResponseTime, part.maxResponseTime);
      }
      sum.latency.merge(part.latency);
    }
    return sum.toRollup(server, window, start);
  }

  /**
   * The roll-ups of a window, oldest first.
   *
   * @param parts 5-minute ones of one server, oldest first
   */
  public static List<Rollup> widen(Window window, List<Rollup> parts) {
    if (window == Window.FIVE_MINUTES) {
      return parts;
    }
    var buckets = new TreeMap<Instant, List<Rollup>>();
    for (var part : parts) {
      buckets.computeIfAbsent(window.bucketOf(part.start), b -> new ArrayList<>()).add(part);
    }
    return buckets.entrySet().stream()
        .map(e -> ofRollups(e.getValue().get(0).server, window, e.getKey(), e.getValue()))
        .toList();
  }

  private static final class Sum {
    private final Map<ServerState, Integer> states = new EnumMap<>(ServerState.class);
    private final LatencySketch.Builder latency = LatencySketch.builder();
    private long requests;
    private long errors;
    private Duration time = Duration.ZERO;
    private @Nullable Duration min;
    private @Nullable Duration max;

    private void spread(Duration low, Duration high) {
      min = min == null || low.compareTo(min) < 0 ? low : min;
      max = max == null || high.compareTo(max) > 0 ? high : max;
    }

    private Rollup toRollup(ServerId server, Window window, Instant start) {
      return new Rollup(
          server, window, start, states, requests, errors, time, min, max, latency.build());
    }
  }
}
