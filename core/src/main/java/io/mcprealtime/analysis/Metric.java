package io.mcprealtime.analysis;

import io.mcprealtime.ServerMetrics;
import io.mcprealtime.analysis.BandDetector.Side;
import java.util.Locale;
import java.util.OptionalDouble;

/** What is judged of a server's samples one value at a time. */
public enum Metric {
  /** Judged as a ratio: a server that takes a tenth longer is as usual, whatever its pace. */
  RESPONSE_TIME("response_time_ms", "Response time", "ms", 5, 1.2) {
    @Override
    OptionalDouble of(ServerMetrics sample) {
      var time = sample.responseTime();
      return time == null ? OptionalDouble.empty() : OptionalDouble.of(time.toNanos() / 1e6);
    }
  },
  MEMORY("memory_mb", "Memory", "MB", 1, 1.1) {
    @Override
    OptionalDouble of(ServerMetrics sample) {
      var bytes = sample.memoryBytes();
      return bytes == null ? OptionalDouble.empty() : OptionalDouble.of(bytes / 1e6);
    }
  },
  THROUGHPUT("requests", "Requests of a sample", "", 5, 1.5) {
    @Override
    OptionalDouble of(ServerMetrics sample) {
      var requests = sample.requestCount();
      return requests == null ? OptionalDouble.empty() : OptionalDouble.of(requests);
    }
  };

  private final String wireName;
  private final String title;
  private final String unit;
  private final double offset;
  private final double floorRatio;

  Metric(String wireName, String title, String unit, double offset, double floorRatio) {
    this.wireName = wireName;
    this.title = title;
    this.unit = unit;
    this.offset = offset;
    this.floorRatio = floorRatio;
  }

  /** The value of a sample in the metric's unit; empty when the sample has none. */
  abstract OptionalDouble of(ServerMetrics sample);

  /** Logarithmic, but for values that are so small that their noise would look large. */
  double scaled(double value) {
    return Math.log(value + offset);
  }

  double unscaled(double scaled) {
    return Math.max(0, Math.exp(scaled) - offset);
  }

  /** A detector of what is unusual in it, and bad: a server that is faster is none. */
  BandDetector detector() {
    return new BandDetector(this == THROUGHPUT ? Side.BOTH : Side.UP, Math.log(floorRatio));
  }

  /** The name on the wire: {@code response_time_ms}. */
  public String wireName() {
    return wireName;
  }

  String title() {
    return title;
  }

  /** A value for people: {@code 12.5 ms}. */
  String text(double value) {
    return String.format(Locale.ROOT, "%.1f", value) + (unit.isEmpty() ? "" : " " + unit);
  }
}
