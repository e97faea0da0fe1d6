package io.mcprealtime.analysis;

import io.mcprealtime.ServerState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server's health score is made from.
 *
 * @param state its newest
 * @param upRatio share of the samples of about the last hour in which it was up, 0 to 1
 * @param errorRate share of the calls of about the last hour that failed, 0 to 1
 * @param calls how many those calls are, older ones counting less
 * @param recentMillis typical response time of about the last ten minutes, milliseconds
 * @param usualMillis typical response time of about the last day, milliseconds
 * @param anomalies those that go on
 */
public record HealthFigures(
    ServerState state,
    @Nullable Double upRatio,
    @Nullable Double errorRate,
    @Nullable Double calls,
    @Nullable Double recentMillis,
    @Nullable Double usualMillis,
    List<Anomaly> anomalies) {
  public HealthFigures {
    anomalies = List.copyOf(anomalies);
  }

  /** Those of a server of which nothing but its state is known. */
  public static HealthFigures of(ServerState state) {
    return new HealthFigures(state, null, null, null, null, null, List.of());
  }

  /** The same with that state. */
  public HealthFigures withState(ServerState value) {
    return new HealthFigures(
        value, upRatio, errorRate, calls, recentMillis, usualMillis, anomalies);
  }
}
