package io.mcprealtime.analysis;

import io.mcprealtime.ServerId;
import io.mcprealtime.Severity;
import java.util.List;

/** The anomalies of a server over a span of time, oldest first. */
public record AnomalyReport(ServerId server, List<Anomaly> anomalies) {
  public AnomalyReport {
    anomalies = List.copyOf(anomalies);
  }

  public Summary summary() {
    int critical = count(Severity.CRITICAL);
    int warnings = count(Severity.WARNING);
    return new Summary(anomalies.size(), critical, warnings);
  }

  private int count(Severity severity) {
    return (int) anomalies.stream().filter(anomaly -> anomaly.severity() == severity).count();
  }

  /** How many there are of each severity. */
  public record Summary(int total, int critical, int warnings) {}
}
