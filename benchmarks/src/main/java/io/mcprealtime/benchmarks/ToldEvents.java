package io.mcprealtime.benchmarks;

import io.mcprealtime.EventType;
import io.mcprealtime.LiveFeed;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.mcp.sample.FaultScore.Told;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The anomalies that the managers tell of as they take samples. Thread-safe. */
final class ToldEvents implements LiveFeed.Listener {
  private final List<Told> anomalies = new ArrayList<>();

  @Override
  public synchronized void onEvents(List<MonitoringEvent> events) {
    for (var event : events) {
      var server = event.server();
      if (server == null) {
        continue;
      }
      var details = event.details();
      if (event.type() == EventType.ANOMALY) {
        // It is told when it begins and when it ends; both name its onset.
        var since = details.get("since");
        anomalies.add(
            new Told(
                server.value(),
                details.getOrDefault("metric", "unknown"),
                since == null ? event.at() : Instant.parse(since),
                event.at()));
      }
    }
  }

  synchronized List<Told> anomalies() {
    return List.copyOf(anomalies);
  }
}
