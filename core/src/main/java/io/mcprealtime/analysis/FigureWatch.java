package io.mcprealtime.analysis;

import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The figures behind a health score, each an average whose older parts fade. Not thread-safe. */
final class FigureWatch {
  /** What lies so far back counts 37 %: for what is said of now. */
  private static final double RECENT_MILLIS = Duration.ofMinutes(10).toMillis();

  private static final double HOUR_MILLIS = Duration.ofHours(1).toMillis();
  private static final double USUAL_MILLIS = Duration.ofDays(1).toMillis();

  /** What has faded to less than that is too old to speak of. */
  private static final double LEAST_WEIGHT = 0.05;

  private ServerState state = ServerState.UNKNOWN;
  private double up;
  private double samples;
  private double calls;
  private double failures;
  private double recentSum;
  private double recentCount;
  private double usualSum;
  private double usualCount;

  void next(ServerMetrics sample, @Nullable Instant before) {
    double millis = before == null ? 0 : Duration.between(before, sample.at()).toMillis();
    double hour = Math.exp(-millis / HOUR_MILLIS);
    state = sample.state();
    samples *= hour;
    up *= hour;
    calls *= hour;
    failures *= hour;
    if (state != ServerState.UNKNOWN) {
      samples++;
      up += state.isUp() ? 1 : 0;
    }
    // What a server that is not up reports says nothing of how it works.
    if (state.isUp() && sample.requestCount() != null && sample.errorCount() != null) {
      calls += sample.requestCount();
      failures += Math.min(sample.errorCount(), sample.requestCount());
    }
    double recent = Math.exp(-millis / RECENT_MILLIS);
    double usual = Math.exp(-millis / USUAL_MILLIS);
    recentSum *= recent;
    recentCount *= recent;
    usualSum *= usual;
    usualCount *= usual;
    var time = Metric.RESPONSE_TIME.of(sample);
    if (time.isPresent() && state.isUp()) {
      double value = Metric.RESPONSE_TIME.scaled(time.getAsDouble());
      recentSum += value;
      recentCount++;
      usualSum += value;
      usualCount++;
    }
  }

  HealthFigures figures(List<Anomaly> open) {
    return new HealthFigures(
        state,
        samples < LEAST_WEIGHT ? null : up / samples,
        calls < LEAST_WEIGHT ? null : failures / calls,
        calls < LEAST_WEIGHT ? null : calls,
        typical(recentSum, recentCount),
        typical(usualSum, usualCount),
        open);
  }

  private static @Nullable Double typical(double sum, double count) {
    return count < LEAST_WEIGHT ? null : Metric.RESPONSE_TIME.unscaled(sum / count);
  }

  void save(DataOutputStream out) throws IOException {
    out.writeUTF(state.name());
    for (double value : values()) {
      out.writeDouble(value);
    }
  }

  private double[] values() {
    return new double[] {
      up, samples, calls, failures, recentSum, recentCount, usualSum, usualCount
    };
  }

  void restore(DataInputStream in) throws IOException {
    state = ServerState.valueOf(in.readUTF());
    up = in.readDouble();
    samples = in.readDouble();
    calls = in.readDouble();
    failures = in.readDouble();
    recentSum = in.readDouble();
    recentCount = in.readDouble();
    usualSum = in.readDouble();
    usualCount = in.readDouble();
  }
}
