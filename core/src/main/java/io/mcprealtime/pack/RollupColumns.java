package io.mcprealtime.pack;

import io.mcprealtime.LatencySketch;
import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerState;
import io.mcprealtime.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The columns of some roll-ups; the same code writes and reads them. */
final class RollupColumns {
  static final int MAX_ROLLUPS = 10_000;

  private static final int STATES = EnumCode.STATES.size();
  private static final int DEGRADED = EnumCode.STATES.of(ServerState.DEGRADED);
  private static final int DOWN = EnumCode.STATES.of(ServerState.DOWN);
  private static final LatencySketch EMPTY = LatencySketch.builder().build();
  private static final long NANOS_PER_MICRO = 1_000;
  private static final int MAX_EVEN = 1 << 24;
  private static final int ABSENT = 0;
  private static final int INSIDE = 1;
  private static final int EQUAL = 2;
  private static final int OUTSIDE = 3;

  private final int count;
  private final long[] starts;
  private final long[][] stateCounts;
  private final long[] requests;
  private final long[] errors;
  private final long[] sums;
  private final @Nullable Long[] minima;
  private final @Nullable Long[] maxima;
  private final LatencySketch[] sketches;

  RollupColumns(int count) {
    this.count = count;
    starts = new long[count];
    stateCounts = new long[count][STATES];
    requests = new long[count];
    errors = new long[count];
    sums = new long[count];
    minima = new Long[count];
    maxima = new Long[count];
    sketches = new LatencySketch[count];
  }

  static void checkCount(int count) {
    if (count > MAX_ROLLUPS) {
      throw new IllegalArgumentException(
          "a chunk holds at most %d roll-ups, not %d".formatted(MAX_ROLLUPS, count));
    }
  }

  void fill(List<Rollup> rollups) {
    for (int row = 0; row < count; row++) {
      var rollup = rollups.get(row);
      starts[row] = rollup.start().toEpochMilli();
      for (var entry : rollup.stateCounts().entrySet()) {
        int value = entry.getValue();
        stateCounts[row][EnumCode.STATES.of(entry.getKey())] = value < 0 ? value : value + 1L;
      }
      requests[row] = rollup.requestCount();
      errors[row] = rollup.errorCount();
      sums[row] = toNanos(rollup.responseTimeSum());
      minima[row] = rollup.minResponseTime() == null ? null : toNanos(rollup.minResponseTime());
      maxima[row] = rollup.maxResponseTime() == null ? null : toNanos(rollup.maxResponseTime());
      sketches[row] = rollup.latency();
    }
  }

  private static long toNanos(Duration duration) {
    try {
      return duration.toNanos();
    } catch (ArithmeticException e) {
      throw new IllegalArgumentException(
          "a chunk cannot hold a duration as long as %s".formatted(duration), e);
    }
  }

  void code(BitCoder coder) {
    Times.code(coder, starts, count);
    codeStateCounts(coder);
    Column.code(coder, requests, count);
    codeErrors(coder);
    codeLatency(coder);
  }

  private void codeStateCounts(BitCoder coder) {
    var numbers = new Numbers(2 * STATES);
    var previous = new long[STATES];
    for (int row = 0; row < count; row++) {
      int changed = 0;
      for (int state = 0; state < STATES; state++) {
        long change =
            numbers.code(coder, state << 1 | changed, stateCounts[row][state] - previous[state]);
        stateCounts[row][state] = previous[state] + change;
        previous[state] = stateCounts[row][state];
        changed |= change == 0 ? 0 : 1;
      }
    }
  }

  private void codeErrors(BitCoder coder) {
    var numbers = new Numbers(4);
    int context = 0;
    for (int row = 0; row < count; row++) {
      int unwell = stateCounts[row][DEGRADED] > 0 ? 1 : 0;
      errors[row] = numbers.code(coder, context << 1 | unwell, errors[row]);
      context = errors[row] == 0 ? 0 : 1;
    }
  }

  private void codeLatency(BitCoder coder) {
    long unit = coder.plain(inMicros() ? 1 : 0, 1) == 1 ? NANOS_PER_MICRO : 1;
    var sketch = new SketchModel(coder, coder.isDecoding() ? List.of() : List.of(sketches));
    var lowest = new EdgeModel();
    var highest = new EdgeModel();
    var sum = new Numbers(1);
    for (int row = 0; row < count; row++) {
      long answers = 0;
      for (int state = 0; state < DOWN; state++) {
        answers += Math.max(0, stateCounts[row][state] - 1);
      }
      sketches[row] = sketch.code(coder, coder.isDecoding() ? EMPTY : sketches[row], answers);
      int top = Math.max(0, sketch.size - 1);
      minima[row] = lowest.code(coder, unit, sketch.bins[0], minima[row], null);
      maxima[row] = highest.code(coder, unit, sketch.bins[top], maxima[row], minima[row]);
      long expected = expectedSum(sketch, unit, minima[row], maxima[row]);
      sums[row] = (expected + sum.code(coder, 0, sums[row] / unit - expected)) * unit;
    }
  }

  private boolean inMicros() {
    for (int row = 0; row < count; row++) {
      long odd = sums[row] % NANOS_PER_MICRO;
      Long min = minima[row];
      Long max = maxima[row];
      odd |= min == null ? 0 : min % NANOS_PER_MICRO;
      odd |= max == null ? 0 : max % NANOS_PER_MICRO;
      if (odd != 0) {
        return false;
      }
    }
    return true;
  }

  /**
   * Each response time lies somewhere in its bin; of the shortest and the longest more is known.
   */
  private static long expectedSum(
      SketchModel sketch, long unit, @Nullable Long min, @Nullable Long max) {
    double sum = 0;
    double scale = (double) NANOS_PER_MICRO / unit;
    for (int i = 0; i < sketch.size; i++) {
      sum += sketch.binCounts[i] * middle(sketch.bins[i]) * scale;
    }
    if (min != null && sketch.size > 0) {
      sum += (double) min / unit - middle(sketch.bins[0]) * scale;
    }
    if (max != null && sketch.total > 1) {
      sum += (double) max / unit - middle(sketch.bins[sketch.size - 1]) * scale;
    }
    return Math.round(sum);
  }

  private static double middle(int bin) {
    return (LatencySketch.lowerBoundMicros(bin) + LatencySketch.lowerBoundMicros(bin + 1)) / 2;
  }

  /** The shortest or longest response time: its bin is known, what is left is the place in it. */
  private static final class EdgeModel {
    private final Symbols kinds = new Symbols(2, 1);
    private final Numbers outside = new Numbers(1);

    private @Nullable Long code(
        BitCoder coder, long unit, int bin, @Nullable Long nanos, @Nullable Long equal) {
      double scale = (double) NANOS_PER_MICRO / unit;
      double low = LatencySketch.lowerBoundMicros(bin) * scale;
      double high = LatencySketch.lowerBoundMicros(bin + 1) * scale;
      long from = (long) low;
      int width = (int) Math.min(MAX_EVEN, (long) high - from + 1);
      long value = nanos == null ? 0 : nanos / unit;
      int kind = OUTSIDE;
      if (nanos == null) {
        kind = ABSENT;
      } else if (nanos.equals(equal)) {
        kind = EQUAL;
      } else if (value >= from && value - from < width) {
        kind = INSIDE;
      }
      kind = kinds.code(coder, 0, kind);
      if (kind == ABSENT) {
        return null;
      }
      if (kind == EQUAL && equal != null) {
        return equal;
      }
      if (kind == INSIDE) {
        return (from + coder.even((int) (value - from), width)) * unit;
      }
      return (from + outside.code(coder, 0, value - from)) * unit;
    }
  }

  List<Rollup> rollups(ServerId server) {
    var rollups = new ArrayList<Rollup>(count);
    for (int row = 0; row < count; row++) {
      var counts = new EnumMap<ServerState, Integer>(ServerState.class);
      for (var state : EnumCode.STATES.values()) {
        long value = stateCounts[row][EnumCode.STATES.of(state)];
        if (value != 0) {
          counts.put(state, Math.toIntExact(value < 0 ? value : value - 1));
        }
      }
      rollups.add(
          new Rollup(
              server,
              Window.FIVE_MINUTES,
              Instant.ofEpochMilli(starts[row]),
              counts,
              requests[row],
              errors[row],
              Duration.ofNanos(sums[row]),
              ofNanos(minima[row]),
              ofNanos(maxima[row]),
              sketches[row]));
    }
    return rollups;
  }

  private static @Nullable Duration ofNanos(@Nullable Long nanos) {
    return nanos == null ? null : Duration.ofNanos(nanos);
  }
}
