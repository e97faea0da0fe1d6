package io.mcprealtime.server.advice;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.CircuitState;
import io.mcprealtime.Era;
import io.mcprealtime.HealthCheck;
import io.mcprealtime.ManualTime;
import io.mcprealtime.McpRealtime;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerState;
import io.mcprealtime.catalog.Catalog;
import io.mcprealtime.mcp.Expiry;
import io.mcprealtime.mcp.Operation;
import io.mcprealtime.mcp.ProbeResult;
import io.mcprealtime.mcp.ProcessStats;
import io.mcprealtime.mcp.StateRule;
import io.mcprealtime.mcp.config.ClientConfig;
import io.mcprealtime.mcp.config.ExpansionContext;
import io.mcprealtime.mcp.config.ServerDefinition;
import io.mcprealtime.server.monitor.Cadence;
import io.mcprealtime.server.monitor.MonitorSettings;
import io.mcprealtime.server.monitor.ServerView;
import io.mcprealtime.server.monitor.WatchView;
import io.mcprealtime.wire.WireJson;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is known of one server, as a test sets it. */
final class Facts implements AutoCloseable {
  static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
  static final ServerId GITHUB = ServerId.of("github");
  static final String HTTP = "{\"url\": \"https://github.example/mcp\"}";
  static final String STDIO = "{\"command\": \"github-mcp\"}";

  final ManualTime time = ManualTime.startingAt("2026-11-20T12:00:00Z");
  final McpRealtime mcp = McpRealtime.builder().time(time).start();
  final ProbeSeries probes = new ProbeSeries();
  final List<Expiry> expiries = new ArrayList<>();
  final List<ServerView.Point> recent = new ArrayList<>();
  ServerDefinition definition = definition(HTTP);
  Duration timeout = Duration.ofSeconds(5);
  boolean flapping;
  Cadence.Load load = new Cadence.Load(NOON, 100, 300, Duration.ofSeconds(10), 0.01, 1);
  @Nullable ProcessStats process;
  @Nullable Integer toolCount = 12;
  @Nullable String revision = "2026-07-28";
  @Nullable String serverName = "github 1.0";

  static ServerDefinition definition(String entry) {
    var json = WireJson.parse("{\"mcpServers\": {\"github\": %s}}".formatted(entry));
    var file = Path.of("mcp.json");
    var imported = ClientConfig.parse(json, file.toString(), ExpansionContext.ofFile(file));
    assertThat(imported.problems()).isEmpty();
    return imported.servers().get(0);
  }

  ServerFacts now() {
    var at = time.instant();
    var check =
        new HealthCheck(
            GITHUB,
            at,
            ServerState.HEALTHY,
            null,
            null,
            List.of(),
            revision == null ? null : revision.compareTo("2026") < 0 ? Era.LEGACY : Era.MODERN,
            revision,
            serverName,
            toolCount);
    var watch =
        new WatchView(
            StateRule.ALL_PASSED,
            null,
            flapping,
            CircuitState.CLOSED,
            null,
            load,
            process,
            List.of(),
            expiries,
            List.of(),
            null);
    var view = new ServerView(GITHUB, definition, check, null, null, null, null, watch, recent);
    return new ServerFacts(
        at,
        view,
        definition,
        probes,
        MonitorSettings.of(Duration.ofSeconds(15), Duration.ofSeconds(30)),
        timeout,
        new History(mcp.timeSeries()));
  }

  /** Adds that many probes, 15 s apart, with the clock; what an answer took goes up to the last. */
  void answers(int count, double millis) {
    for (int i = 0; i < count; i++) {
      probe(answer(millis * (i + 1) / count));
    }
  }

  void hangs(int count) {
    for (int i = 0; i < count; i++) {
      probe(new Operation("ping", timeout, "timeout"));
    }
  }

  static Operation answer(double millis) {
    return new Operation("ping", Duration.ofNanos(Math.round(millis * 1e6)), null);
  }

  static Operation first(double millis) {
    return new Operation(
        "initialize", Duration.ofNanos(Math.round(millis * 1e6)), null, true, null, null);
  }

  void probe(Operation... operations) {
    time.advance(Duration.ofSeconds(15));
    probes.add(result(time.instant(), null, operations), definition.transport().equals("stdio"));
  }

  static ProbeResult result(Instant at, @Nullable Catalog catalog, Operation... operations) {
    return new ProbeResult(
        at,
        Duration.ofMillis(50),
        StateRule.ALL_PASSED,
        null,
        null,
        List.of(),
        null,
        null,
        null,
        null,
        catalog,
        List.of(),
        List.of(operations),
        operations.length,
        0,
        null,
        null,
        List.of(),
        null,
        false);
  }

  @Override
  public void close() {
    mcp.close();
  }
}
