package io.mcprealtime.analysis;

import io.mcprealtime.ServerId;
import io.mcprealtime.Severity;
import java.util.List;

/**
 * What was unusual about a server over a span of time.
 *
 * @param anomalies oldest first; those without an end go on
 * @param shifts lasting changes of response time, oldest first
 */
public record AnomalyReport(ServerId server, List<Anomaly> anomalies, List<Shift> shifts) {
  public AnomalyReport {
    anomalies = List.copyOf(anomalies);
    shifts = List.copyOf(shifts);
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
