package io.mcprealtime.server.http;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerState;
import io.mcprealtime.mcp.Operation;
import io.mcprealtime.mcp.ProbeResult;
import io.mcprealtime.mcp.config.ServerDefinition;
import io.mcprealtime.server.monitor.ServerRegistry;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Set;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;

/** What Prometheus reads: the operations of our probes, the servers' states, and ourselves. */
public final class OperationMetrics implements AutoCloseable {
  /** OpenTelemetry's buckets of mcp.client.operation.duration, seconds. */
  private static final Duration[] BUCKETS =
      DoubleStream.of(0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300)
          .mapToObj(seconds -> Duration.ofMillis(Math.round(seconds * 1_000)))
          .toArray(Duration[]::new);

  private static final String SERVER = "mcp.server.id";

  /** The errors of JSON-RPC, and those that MCP adds. */
  private static final Set<Integer> CODES =
      Set.of(
          -32700, -32600, -32601, -32602, -32603, -32000, -32001, -32002, -32020, -32021, -32022,
          -32042);

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  public OperationMetrics(ServerRegistry servers) {
    for (var state : ServerState.values()) {
      Gauge.builder(
              "mcp.realtime.servers",
              servers,
              known -> known.views().stream().filter(view -> view.state() == state).count())
          .description("Servers in each state")
          .tag("state", state.name())
          .register(registry);
    }
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  /** Counts the operations of a probe. */
  public void probed(ServerDefinition definition, ProbeResult result) {
    String version = result.protocolVersion();
    var tags =
        Tags.of(
            SERVER,
            definition.id().value(),
            "network.transport",
            definition.transport().equals("stdio") ? "pipe" : "tcp",
            "mcp.protocol.version",
            version == null ? "" : version);
    result.operations().forEach(operation -> record(operation, tags));
  }

  private void record(Operation operation, Tags server) {
    var tags =
        server.and(
            "mcp.method.name",
            operation.method(),
            "error.type",
            errorType(operation.errorType()),
            "gen_ai.tool.name",
            operation.tool() == null ? "" : operation.tool());
    if (operation.first()) {
      // Its time holds connections and start-up, which say nothing of how the server answers.
      Counter.builder("mcp.client.session.first.operation")
          .description("First MCP requests of a session, which are in no duration")
          .tags(tags)
          .register(registry)
          .increment();
      return;
    }
    Timer.builder("mcp.client.operation.duration")
        .description("How long an MCP request took, from the client's side")
        .tags(tags)
        .serviceLevelObjectives(BUCKETS)
        .register(registry)
        .record(operation.duration());
  }

  /** A server chooses its codes: those that nobody knows are one, or it could fill the memory. */
  static String errorType(@Nullable String error) {
    if (error == null) {
      return "";
    }
    try {
      int code = Integer.parseInt(error);
      boolean httpStatus = code >= 100 && code <= 599;
      return httpStatus || CODES.contains(code) ? error : "other";
    } catch (NumberFormatException e) {
      // One of our own words.
      return error;
    }
  }

  /** Drops what was counted of a server that is not probed any more. */
  public void forget(ServerId server) {
    for (var meter : registry.getMeters()) {
      if (server.value().equals(meter.getId().getTag(SERVER))) {
        registry.remove(meter);
      }
    }
  }

  String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    registry.close();
  }
}
