package io.mcprealtime.server.advice;

import io.mcprealtime.LatencySketch;
import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.McpTimeSeriesManager;
import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.Window;
import io.mcprealtime.analysis.MonotoneTrend;
import io.mcprealtime.storage.TimeRange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is stored of servers, read sparingly, as far as the database answers. One caller at a time.
 */
final class History {
  private static final Logger log = LoggerFactory.getLogger(History.class);
  private static final double NANOS_PER_MILLI = 1e6;
  private static final Duration MEMORY_EVERY = Duration.ofMinutes(1);

  /** Stretches that are kept: a page that is open asks every minute for what changes every five. */
  private static final int KEPT = 200;

  private final McpTimeSeriesManager stored;
  private final Map<Stretch, ResponseTimes> kept =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Stretch, ResponseTimes> eldest) {
          return size() > KEPT;
        }
      };

  private record Stretch(ServerId server, Instant first, Instant end) {}

  History(McpTimeSeriesManager stored) {
    this.stored = stored;
  }

  /**
   * Response times of a stretch of time.
   *
   * @param samples how many there are
   * @param medians of five minutes each, milliseconds, oldest first: neighbours in time are alike,
   *     medians of minutes less so
   * @param all of them together
   */
  record ResponseTimes(long samples, List<Double> medians, LatencySketch all) {
    /** The median of all, milliseconds; empty when there are none. */
    OptionalDouble median() {
      return all.quantile(0.5)
          .map(time -> OptionalDouble.of(time.toNanos() / NANOS_PER_MILLI))
          .orElse(OptionalDouble.empty());
    }
  }

  /** The response times between two instants, by whole five minutes that lie between them. */
  ResponseTimes responseTimes(ServerId server, Instant from, Instant to) {
    var first = Window.FIVE_MINUTES.bucketOf(from.plus(Window.FIVE_MINUTES.length()).minusNanos(1));
    var end = Window.FIVE_MINUTES.bucketOf(to);
    var stretch = new Stretch(server, first, end);
    var known = kept.get(stretch);
    if (known != null) {
      return known;
    }
    var rollups = List.<Rollup>of();
    if (first.isBefore(end)) {
      try {
        rollups = stored.getRollups(server, Window.FIVE_MINUTES, new TimeRange(first, end));
      } catch (McpRealtimeException e) {
        log.debug("recommendations do without roll-ups of {}: {}", server, e.getMessage());
        return of(rollups);
      }
    }
    var times = of(rollups);
    kept.put(stretch, times);
    return times;
  }

  private static ResponseTimes of(List<Rollup> rollups) {
    var all = LatencySketch.builder();
    rollups.forEach(rollup -> all.merge(rollup.latency()));
    var sketch = all.build();
    var medians =
        rollups.stream()
            .flatMap(rollup -> rollup.latency().quantile(0.5).stream())
            .map(time -> time.toNanos() / NANOS_PER_MILLI)
            .toList();
    return new ResponseTimes(sketch.count(), medians, sketch);
  }

  /**
   * How the memory of a server's process grew between two instants, by a value a minute; empty when
   * there are fewer than that many.
   */
  Optional<Growth> memory(ServerId server, Instant from, Instant to, int minPoints) {
    var hours = new ArrayList<Double>();
    var bytes = new ArrayList<Double>();
    var noted = new AtomicReference<>(Instant.EPOCH);
    if (from.isBefore(to)) {
      try {
        stored.queryMetrics(
            server,
            new TimeRange(from, to),
            sample -> {
              var memory = sample.memoryBytes();
              if (memory != null && !sample.at().isBefore(noted.get().plus(MEMORY_EVERY))) {
                noted.set(sample.at());
                hours.add(Duration.between(from, sample.at()).toMillis() / 3.6e6);
                bytes.add((double) memory);
              }
            });
      } catch (McpRealtimeException e) {
        log.debug("recommendations do without samples of {}: {}", server, e.getMessage());
      }
    }
    return hours.size() < minPoints
        ? Optional.empty()
        : Optional.of(
            new Growth(hours.size(), MonotoneTrend.of(array(hours), array(bytes)).slope()));
  }

  /** How something grew, from so many values. */
  record Growth(int points, double bytesPerHour) {}

  static double[] array(List<Double> values) {
    return values.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
