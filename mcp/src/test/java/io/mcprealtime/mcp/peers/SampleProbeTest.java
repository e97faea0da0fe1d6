package io.mcprealtime.mcp.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.Era;
import io.mcprealtime.ServerState;
import io.mcprealtime.catalog.CatalogEntry;
import io.mcprealtime.mcp.Canary;
import io.mcprealtime.mcp.McpProber;
import io.mcprealtime.mcp.ProbeOptions;
import io.mcprealtime.mcp.ProbeResult;
import io.mcprealtime.mcp.Target;
import io.mcprealtime.mcp.TargetProbe;
import io.mcprealtime.mcp.sample.SampleMcpServer;
import io.mcprealtime.mcp.sample.SampleOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Our probe against every behaviour of the sample server. */
class SampleProbeTest {
  private static final Canary ECHO = new Canary("echo", "{\"text\":\"hello\"}");

  @ParameterizedTest
  @CsvSource({
    "eras=both, HEALTHY, MODERN",
    "eras=modern, HEALTHY, MODERN",
    "eras=legacy, HEALTHY, LEGACY",
    "quirks=event-stream, HEALTHY, MODERN",
    "slow-start=300, HEALTHY, MODERN",
    "latency=20, HEALTHY, MODERN",
    "quirks=no-tools, EMPTY, MODERN",
    "quirks=soft-failure, DEGRADED, MODERN",
    "token=s3cret, AUTH_REQUIRED, ",
    "failures=1, DOWN, ",
    "quirks=html-page, DOWN, ",
    "quirks=http-500, DOWN, ",
    "quirks=hang, DOWN, "
  })
  void http_isJudged(String word, ServerState state, Era era) {
    try (var server = SampleMcpServer.http(SampleOptions.parse(List.of(word)))) {
      Target target = new Target.StreamableHttp(server.url(), Map.of());
      Duration patience = Duration.ofSeconds(word.equals("quirks=hang") ? 2 : 10);
      ProbeResult result = probe(target, canaryFor(word), patience);
      assertThat(result.state()).as("%s", result).isEqualTo(state);
      if (era != null) {
        assertThat(result.era()).isEqualTo(era);
      }
    }
  }

  @Test
  void http_isHealthyWithItsToken() {
    try (var server = SampleMcpServer.http(SampleOptions.parse(List.of("token=s3cret")))) {
      var headers = Map.of("Authorization", "Bearer s3cret");
      ProbeResult result = probe(new Target.StreamableHttp(server.url(), headers));
      assertThat(result.state()).as("%s", result).isEqualTo(ServerState.HEALTHY);
      assertThat(result.catalog().entries())
          .extracting(CatalogEntry::name)
          .containsExactlyInAnyOrder("echo", "add", "time");
    }
  }

  @Test
  void legacySession_isClosedAfterTheProbe() {
    try (var server = SampleMcpServer.http(SampleOptions.parse(List.of("eras=legacy")))) {
      probe(new Target.StreamableHttp(server.url(), Map.of()));
      assertThat(server.openSessions()).isZero();
    }
  }

  @Test
  void sse_isHealthy() {
    try (var server = SampleMcpServer.http(SampleOptions.parse(List.of("eras=legacy")))) {
      ProbeResult result = probe(new Target.Sse(server.sseUrl(), Map.of()));
      assertThat(result.state()).as("%s", result).isEqualTo(ServerState.HEALTHY);
      assertThat(result.era()).isEqualTo(Era.LEGACY);
      assertThat(result.toolCount()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "eras=both, HEALTHY",
    "eras=modern, HEALTHY",
    "eras=legacy, HEALTHY",
    "quirks=stdout-noise, DEGRADED",
    "quirks=no-tools, EMPTY",
    "quirks=http-500, DOWN"
  })
  void stdio_isJudged(String word, ServerState state) {
    ProbeResult result = probe(process(word), canaryFor(word));
    assertThat(result.state()).as("%s", result).isEqualTo(state);
  }

  private static Target process(String... words) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add(SampleMcpServer.class.getName());
    command.addAll(List.of(words));
    var env = Map.of("CLASSPATH", System.getProperty("java.class.path"));
    return new Target.Stdio(command, env, null);
  }

  /** A server without tools has none to call. */
  private static @Nullable Canary canaryFor(String word) {
    return word.endsWith("no-tools") ? null : ECHO;
  }

  private static ProbeResult probe(Target target) {
    return probe(target, ECHO);
  }

  private static ProbeResult probe(Target target, @Nullable Canary canary) {
    return probe(target, canary, Duration.ofSeconds(10));
  }

  private static ProbeResult probe(Target target, @Nullable Canary canary, Duration patience) {
    var options = ProbeOptions.builder().canary(canary).requestTimeout(patience).build();
    try (McpProber prober = McpProber.builder().build();
        TargetProbe probe = prober.open(target, options)) {
      return probe.run().join();
    }
  }
}
