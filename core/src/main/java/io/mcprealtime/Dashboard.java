package io.mcprealtime;

import java.util.List;

/** What a dashboard shows at once. */
public record Dashboard(
    RealtimeStats stats, List<ServerMetrics> servers, List<MonitoringEvent> recentEvents) {
  public Dashboard {
    servers = List.copyOf(servers);
    recentEvents = List.copyOf(recentEvents);
  }
}
