package io.mcprealtime.mcp.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.Era;
import io.mcprealtime.ServerState;
import io.mcprealtime.mcp.McpProber;
import io.mcprealtime.mcp.ProbeOptions;
import io.mcprealtime.mcp.ProbeResult;
import io.mcprealtime.mcp.Target;
import io.mcprealtime.mcp.TargetProbe;
import io.mcprealtime.testkit.NodeFixture;
import io.mcprealtime.testkit.Requires;
import io.mcprealtime.testkit.TestPorts;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our probe against servers that others wrote. */
class ReferenceServersTest {
  private static final String PACKAGES = "@modelcontextprotocol/";
  private static final String EVERYTHING = PACKAGES + "server-everything/dist/index.js";
  private static final int EVERYTHING_TOOLS = 13;

  @TempDir private Path folder;
  private NodeFixture fixture;

  @BeforeEach
  void requireNode() {
    fixture = Requires.nodeServers();
  }

  @Test
  void memory_isHealthy() {
    var command = fixture.packageCommand(PACKAGES + "server-memory/dist/index.js");
    var env = Map.of("MEMORY_FILE_PATH", folder.resolve("memory.json").toString());
    requireLegacy(probe(new Target.Stdio(command, env, null)), 9);
  }

  @Test
  void filesystem_isHealthy() {
    var command =
        fixture.packageCommand(PACKAGES + "server-filesystem/dist/index.js", folder.toString());
    requireLegacy(probe(stdio(command)), 14);
  }

  @Test
  void sequentialThinking_isHealthy() {
    var command = fixture.packageCommand(PACKAGES + "server-sequential-thinking/dist/index.js");
    requireLegacy(probe(stdio(command)), 1);
  }

  @Test
  void everything_isHealthyOverStdio() {
    requireLegacy(probe(stdio(fixture.packageCommand(EVERYTHING, "stdio"))), EVERYTHING_TOOLS);
  }

  @Test
  void everything_isHealthyOverStreamableHttp() {
    int port = TestPorts.free();
    var command = fixture.packageCommand(EVERYTHING, "streamableHttp");
    try (var server = NodeServer.start(command, port, folder)) {
      URI url = server.url("/mcp");
      requireLegacy(probe(new Target.StreamableHttp(url, Map.of())), EVERYTHING_TOOLS);
    }
  }

  @Test
  void everything_isHealthyOverSse() {
    int port = TestPorts.free();
    var command = fixture.packageCommand(EVERYTHING, "sse");
    try (var server = NodeServer.start(command, port, folder)) {
      requireLegacy(probe(new Target.Sse(server.url("/sse"), Map.of())), EVERYTHING_TOOLS);
    }
  }

  @Test
  void modernOnly_isHealthyOverStdio() {
    requireModern(probe(stdio(fixture.scriptCommand("modern-only.mjs", "stdio"))));
  }

  @Test
  void modernOnly_isHealthyOverStreamableHttp() {
    int port = TestPorts.free();
    var command = fixture.scriptCommand("modern-only.mjs", "http", Integer.toString(port));
    try (var server = NodeServer.start(command, port, folder)) {
      requireModern(probe(new Target.StreamableHttp(server.url("/mcp"), Map.of())));
    }
  }

  private static Target stdio(List<String> command) {
    return new Target.Stdio(command, Map.of(), null);
  }

  private static ProbeResult probe(Target target) {
    try (McpProber prober =
            McpProber.builder()
                .requestTimeout(Duration.ofSeconds(20))
                .probeTimeout(Duration.ofSeconds(60))
                .build();
        TargetProbe probe = prober.open(target, ProbeOptions.defaults())) {
      return probe.run().join();
    }
  }

  private static void requireLegacy(ProbeResult result, int tools) {
    require(result, Era.LEGACY, "2025-11-25", tools);
  }

  private static void requireModern(ProbeResult result) {
    require(result, Era.MODERN, "2026-07-28", 2);
  }

  private static void require(ProbeResult result, Era era, String version, int tools) {
    assertThat(result.state()).as("%s", result).isEqualTo(ServerState.HEALTHY);
    assertThat(result.reason()).isNull();
    assertThat(result.era()).isEqualTo(era);
    assertThat(result.protocolVersion()).isEqualTo(version);
    assertThat(result.toolCount()).isEqualTo(tools);
  }
}
