package io.mcprealtime;

import io.mcprealtime.analysis.Anomaly;
import io.mcprealtime.analysis.Findings;
import io.mcprealtime.analysis.Shift;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** Puts into events what is found in samples. */
final class AnalysisEvents {
  private AnalysisEvents() {}

  /** The events of a sample. */
  static void of(ServerMetrics sample, Findings findings, Consumer<MonitoringEvent> sink) {
    for (var anomaly : findings.began()) {
      sink.accept(
          anomaly(
              sample, anomaly, anomaly.severity(), sample.server() + ": " + anomaly.sentence()));
    }
    for (var anomaly : findings.ended()) {
      var lasted = Duration.between(anomaly.since(), sample.at());
      sink.accept(
          anomaly(
              sample,
              anomaly,
              Severity.INFO,
              "%s: over after %d s. %s"
                  .formatted(sample.server(), lasted.toSeconds(), anomaly.sentence())));
    }
    findings.shifts().forEach(shift -> sink.accept(shift(sample, shift)));
  }

  private static MonitoringEvent anomaly(
      ServerMetrics sample, Anomaly anomaly, Severity severity, String message) {
    var details = new LinkedHashMap<String, String>();
    details.put("metric", anomaly.metric());
    details.put("since", anomaly.since().toString());
    if (anomaly.until() != null) {
      details.put("until", anomaly.until().toString());
    }
    details.put("value", number(anomaly.value()));
    details.put("expectedLow", number(anomaly.expectedLow()));
    details.put("expectedHigh", number(anomaly.expectedHigh()));
    if (anomaly.score() != null) {
      details.put("score", number(anomaly.score()));
    }
    return MonitoringEvent.of(sample.server(), sample.at(), EventType.ANOMALY, severity, message)
        .withDetails(details);
  }

  private static MonitoringEvent shift(ServerMetrics sample, Shift shift) {
    return MonitoringEvent.of(
            sample.server(),
            sample.at(),
            EventType.PERFORMANCE_DEGRADATION,
            shift.isSlower() ? Severity.WARNING : Severity.INFO,
            sample.server() + ": " + shift.sentence())
        .withDetails(
            Map.of(
                "metric", "response_time_ms",
                "since", shift.since().toString(),
                "before", number(shift.beforeMillis()),
                "after", number(shift.afterMillis()),
                "samplesBefore", Long.toString(shift.beforeSamples()),
                "samplesAfter", Long.toString(shift.afterSamples())));
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.4g", value);
  }
}
