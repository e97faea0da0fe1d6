package io.mcprealtime.server.http;

import static io.mcprealtime.wire.WireJson.object;

import io.mcprealtime.analysis.Anomaly;
import io.mcprealtime.analysis.AnomalyReport;
import io.mcprealtime.analysis.HealthScore;
import io.mcprealtime.analysis.Shift;
import java.util.Locale;
import tools.jackson.databind.node.ObjectNode;

/** What the analysis finds, as JSON. */
final class AnalysisJson {
  private AnalysisJson() {}

  static ObjectNode anomalies(AnomalyReport report) {
    var json = object().put("server", report.server().value());
    var list = json.putArray("anomalies");
    report.anomalies().forEach(anomaly -> list.add(anomaly(anomaly)));
    var shifts = json.putArray("shifts");
    report.shifts().forEach(shift -> shifts.add(shift(shift)));
    var summary = report.summary();
    json.putObject("summary")
        .put("total", summary.total())
        .put("critical", summary.critical())
        .put("warnings", summary.warnings());
    return json;
  }

  private static ObjectNode anomaly(Anomaly anomaly) {
    var until = anomaly.until();
    return object()
        .put("metric", anomaly.metric())
        .put("severity", anomaly.severity().name().toLowerCase(Locale.ROOT))
        .put("since", anomaly.since().toString())
        .put("until", until == null ? null : until.toString())
        .put("value", anomaly.value())
        .put("expectedLow", anomaly.expectedLow())
        .put("expectedHigh", anomaly.expectedHigh())
        .put("score", anomaly.score())
        .put("sentence", anomaly.sentence());
  }

  private static ObjectNode shift(Shift shift) {
    return object()
        .put("since", shift.since().toString())
        .put("seenAt", shift.seenAt().toString())
        .put("beforeMs", shift.beforeMillis())
        .put("afterMs", shift.afterMillis())
        .put("beforeSamples", shift.beforeSamples())
        .put("afterSamples", shift.afterSamples())
        .put("sentence", shift.sentence());
  }

  /** How well a server does, what takes points off, and what it was made from. */
  static ObjectNode health(HealthScore health) {
    var figures = health.figures();
    var json = object().put("score", health.score());
    var deductions = json.putArray("deductions");
    health
        .deductions()
        .forEach(
            deduction ->
                deductions.add(
                    object()
                        .put("part", deduction.part())
                        .put("points", deduction.points())
                        .put("why", deduction.why())));
    json.put("upRatio", figures.upRatio())
        .put("errorRate", figures.errorRate())
        .put("calls", figures.calls())
        .put("recentMs", figures.recentMillis())
        .put("usualMs", figures.usualMillis());
    var anomalies = json.putArray("anomalies");
    figures.anomalies().forEach(anomaly -> anomalies.add(anomaly(anomaly)));
    return json;
  }
}
