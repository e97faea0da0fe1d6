package io.mcprealtime.server.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.ManualTime;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.mcp.config.ClientConfig;
import io.mcprealtime.mcp.config.ExpansionContext;
import io.mcprealtime.mcp.config.ServerDefinition;
import io.mcprealtime.wire.WireJson;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServerViewTest {
  private static final ServerId GITHUB = ServerId.of("github");

  private final ManualTime time = ManualTime.startingAt("2026-11-20T12:00:00Z");
  private final ServerRegistry registry = new ServerRegistry(time, Duration.ofMinutes(2));

  private static ServerDefinition definition() {
    var json =
        WireJson.parse("{\"mcpServers\": {\"github\": {\"url\": \"https://a.example/mcp\"}}}");
    var file = Path.of("mcp.json");
    return ClientConfig.parse(json, file.toString(), ExpansionContext.ofFile(file))
        .servers()
        .get(0);
  }

  private boolean isAwaited() {
    return registry.view(GITHUB).orElseThrow().isAwaited();
  }

  private ServerMetrics sample(ServerState state) {
    return ServerMetrics.builder(GITHUB, time.instant(), state).build();
  }

  private void probed(ServerState state) {
    registry.onMetrics(List.of(sample(state)));
    registry.onHealthChecks(
        List.of(
            new HealthCheck(
                GITHUB, time.instant(), state, null, null, List.of(), null, null, null, null)));
  }

  @Test
  void server_isAwaitedUntilItsStateIsFoundOut() {
    registry.known(List.of(sample(ServerState.DOWN)));
    time.advance(Duration.ofHours(1));
    assertThat(isAwaited()).as("nobody probes it").isFalse();
    registry.define(definition());
    assertThat(isAwaited()).isTrue();
    probed(ServerState.UNKNOWN);
    assertThat(isAwaited()).as("one failure is no verdict").isTrue();
    time.advance(Duration.ofSeconds(15));
    probed(ServerState.DOWN);
    assertThat(isAwaited()).isFalse();
    time.advance(Duration.ofHours(1));
    assertThat(isAwaited()).as("it was known and fell silent").isFalse();
  }

  @Test
  void server_thatCannotBeProbed_isNotAwaited() {
    registry.define(definition());
    registry.problem(GITHUB, "no such program");

    assertThat(isAwaited()).isFalse();
  }
}
