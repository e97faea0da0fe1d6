package io.mcprealtime.benchmarks;

import io.mcprealtime.ServerMetrics;
import io.mcprealtime.analysis.Detector;
import io.mcprealtime.mcp.sample.FaultScore.Told;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** One detector for each server's response time and each server's error rate. Thread-safe. */
final class Judge {
  private static final double NANOS_PER_MILLI = 1e6;

  private final Supplier<Detector> make;
  private final Map<String, Detector> detectors = new HashMap<>();
  private final List<Told> told = new ArrayList<>();

  Judge(Supplier<Detector> make) {
    this.make = make;
  }

  synchronized void take(ServerMetrics sample) {
    var responseTime = sample.responseTime();
    if (responseTime != null) {
      judge(sample, "response_time_ms", responseTime.toNanos() / NANOS_PER_MILLI);
    }
    var errorRate = sample.errorRate();
    if (errorRate != null) {
      judge(sample, "error_rate", errorRate);
    }
  }

  private void judge(ServerMetrics sample, String metric, double value) {
    var server = sample.server().value();
    var detector = detectors.computeIfAbsent(server + " " + metric, name -> make.get());
    if (detector.next(sample.at(), value).onset()) {
      told.add(new Told(server, metric, sample.at()));
    }
  }

  synchronized List<Told> told() {
    return List.copyOf(told);
  }
}
