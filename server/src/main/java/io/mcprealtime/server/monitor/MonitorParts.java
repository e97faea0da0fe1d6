package io.mcprealtime.server.monitor;

import io.mcprealtime.CollectResult;
import io.mcprealtime.McpRealtimeManager;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.TimeSource;
import io.mcprealtime.mcp.McpProber;
import io.mcprealtime.mcp.ProbeResult;
import io.mcprealtime.mcp.config.ServerDefinition;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * What all watches of a monitor share.
 *
 * @param actions runs what recovers servers, and blocks
 * @param observer is told of every probe
 * @param stored is told what became of every sample
 */
record MonitorParts(
    McpProber prober,
    McpRealtimeManager manager,
    ServerRegistry registry,
    MonitorSettings settings,
    ProbeSchedule schedule,
    Incidents incidents,
    Executor actions,
    TimeSource time,
    BiConsumer<ServerDefinition, ProbeResult> observer,
    Consumer<CollectResult> stored) {

  void tell(List<MonitoringEvent> events) {
    if (!events.isEmpty()) {
      var unused = manager.processEventsAsync(events);
    }
  }

  /** Keeps a sample whose change of state, if it is one, is told by us. */
  void keep(ServerMetrics sample) {
    var unused = manager.collectJudgedAsync(List.of(sample)).thenAccept(stored);
  }
}
