package io.mcprealtime.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.Era;
import io.mcprealtime.ProbeStage;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerState;
import io.mcprealtime.StageResult;
import io.mcprealtime.StageResult.Verdict;
import io.mcprealtime.catalog.CatalogEntry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The way of a probe with servers that behave, of both eras and over all transports. */
class ProbeTest {
  private final McpProber prober = McpProber.builder().build();

  @AfterEach
  void close() {
    prober.close();
  }

  private static ProbeResult run(TargetProbe probe) throws Exception {
    return probe.run().get(30, TimeUnit.SECONDS);
  }

  private TargetProbe stdio(ProbeOptions options, String... arguments) {
    return prober.open(
        new Target.Stdio(StdioServerMain.command(arguments), Map.of(), null), options);
  }

  private TargetProbe http(FakeHttpServer server) {
    return prober.open(new Target.StreamableHttp(server.url(), Map.of()), ProbeOptions.defaults());
  }

  private static List<String> methods(ProbeResult result) {
    return result.operations().stream().map(Operation::method).toList();
  }

  private static StageResult stage(ProbeResult result, ProbeStage stage) {
    return result.stages().stream().filter(s -> s.stage() == stage).findFirst().orElseThrow();
  }

  @Test
  void run_legacyOverStdio() throws Exception {
    TargetProbe probe = stdio(ProbeOptions.builder().canary(Canary.of("echo")).build(), "legacy");
    ProbeResult first = run(probe);
    assertThat(first.state()).as(first.reason()).isEqualTo(ServerState.HEALTHY);
    assertThat(first.era()).isEqualTo(Era.LEGACY);
    assertThat(first.protocolVersion()).isEqualTo("2025-11-25");
    assertThat(first.serverName()).isEqualTo("old 1.0");
    assertThat(first.catalog().entries())
        .extracting(CatalogEntry::name)
        .containsExactlyInAnyOrder("echo", "env");
    assertThat(methods(first)).containsExactly("initialize", "ping", "tools/list", "tools/call");
    assertThat(first.stages()).allMatch(s -> s.verdict() == Verdict.PASSED).hasSize(4);
    assertThat(first.process().uptime()).isPositive();

    ProbeResult second = run(probe);
    assertThat(methods(second)).containsExactly("ping", "tools/list", "tools/call");
    assertThat(stage(second, ProbeStage.START).detail()).isEqualTo("process kept running");
    assertThat(second.process().uptime()).isGreaterThan(first.process().uptime());
  }

  @Test
  void run_modernOverStdio() throws Exception {
    TargetProbe probe = stdio(ProbeOptions.defaults(), "modern");
    for (int i = 0; i < 2; i++) {
      ProbeResult result = run(probe);
      assertThat(result.state()).as(result.reason()).isEqualTo(ServerState.HEALTHY);
      assertThat(result.era()).isEqualTo(Era.MODERN);
      assertThat(result.serverName()).isEqualTo("young 2");
      assertThat(methods(result)).containsExactly("server/discover", "tools/list");
    }
  }

  @Test
  void run_serverThatIgnoresDiscover_isInitialized() throws Exception {
    TargetProbe probe =
        stdio(
            ProbeOptions.builder().requestTimeout(Duration.ofSeconds(2)).build(),
            "silent-discover");
    ProbeResult result = run(probe);
    assertThat(result.state()).as(result.reason()).isEqualTo(ServerState.HEALTHY);
    assertThat(result.era()).isEqualTo(Era.LEGACY);
  }

  @Test
  void run_withoutTools_skipsTheList() throws Exception {
    ProbeResult result = run(stdio(ProbeOptions.defaults(), "no-tools"));
    assertThat(result.state()).as(result.reason()).isEqualTo(ServerState.HEALTHY);
    assertThat(stage(result, ProbeStage.LIST).detail()).isEqualTo("the server declares no tools");
    assertThat(result.toolCount()).isNull();
  }

  @Test
  void run_serverThatAsks_isAnswered() throws Exception {
    ProbeResult result = run(stdio(ProbeOptions.defaults(), "asking"));
    assertThat(result.state()).as(result.reason()).isEqualTo(ServerState.HEALTHY);
  }

  @Test
  void run_listInPages_isFollowed() throws Exception {
    ProbeResult result = run(stdio(ProbeOptions.defaults(), "pages"));
    assertThat(result.catalog().entries())
        .extracting(CatalogEntry::name)
        .containsExactlyInAnyOrder("a", "b", "c");
  }

  @Test
  void run_processThatDiedInBetween_isStartedAgainAndSaysSo() throws Exception {
    TargetProbe probe = stdio(ProbeOptions.defaults(), "die-of-term");
    ProbeResult first = run(probe);
    assertThat(first.state()).as(first.reason()).isEqualTo(ServerState.HEALTHY);
    ProcessHandle process = ProcessHandle.of(first.process().pid()).orElseThrow();
    assertThat(process.destroy()).isTrue();
    Awaitility.await().atMost(20, TimeUnit.SECONDS).until(() -> !process.isAlive());
    ProbeResult second = run(probe);
    assertThat(second.state()).isEqualTo(ServerState.DEGRADED);
    assertThat(second.reason())
        .contains("started again", "exited with code 9", "stderr: out of memory");
    assertThat(stage(second, ProbeStage.START).verdict()).isEqualTo(Verdict.WARNING);
  }

  @Test
  void run_processThatHangsLater_isDownAndGoesOn() throws Exception {
    TargetProbe probe =
        stdio(
            ProbeOptions.builder().requestTimeout(Duration.ofSeconds(2)).build(),
            "hang-on-second-ping");
    ProbeResult first = run(probe);
    assertThat(first.state()).isEqualTo(ServerState.HEALTHY);
    ProbeResult hung = run(probe);
    assertThat(hung.state()).isEqualTo(ServerState.DOWN);
    assertThat(hung.reason()).contains("no answer to ping within 2 s");
    assertThat(hung.errorCount()).isEqualTo(1);
    ProbeResult third = run(probe);
    assertThat(third.state()).as(third.reason()).isEqualTo(ServerState.HEALTHY);
    assertThat(third.process().pid()).isEqualTo(first.process().pid());
    probe.restart().get(30, TimeUnit.SECONDS);
    ProbeResult fourth = run(probe);
    assertThat(fourth.state()).as(fourth.reason()).isEqualTo(ServerState.HEALTHY);
    assertThat(fourth.process().pid()).isNotEqualTo(first.process().pid());
    assertThat(fourth.process().starts()).isEqualTo(2);
  }

  @Test
  void run_processThatDiesDuringTheRun_isNamed() throws Exception {
    TargetProbe probe = stdio(ProbeOptions.defaults(), "die-on-second-ping");
    assertThat(run(probe).state()).isEqualTo(ServerState.HEALTHY);
    ProbeResult died = run(probe);
    assertThat(died.state()).isEqualTo(ServerState.DOWN);
    assertThat(died.reason()).contains("exited with code 7");
  }

  @Test
  void run_modernOverHttp() throws Exception {
    try (FakeHttpServer server = new FakeHttpServer(FakeHttpServer::modern)) {
      TargetProbe probe =
          prober.open(
              new Target.StreamableHttp(server.url(), Map.of("X-Team", "blue")),
              ProbeOptions.builder().canary(new Canary("echo", "{\"region\":\"süd\"}")).build());
      ProbeResult first = run(probe);
      assertThat(first.state()).as(first.reason()).isEqualTo(ServerState.HEALTHY);
      assertThat(first.era()).isEqualTo(Era.MODERN);
      assertThat(stage(first, ProbeStage.CONNECT).verdict()).isEqualTo(Verdict.PASSED);
      FakeHttpServer.Seen call = server.seen.get(2);
      assertThat(call.headers().getFirst("MCP-Protocol-Version")).isEqualTo("2026-07-28");
      assertThat(call.headers().getFirst("Mcp-Method")).isEqualTo("tools/call");
      assertThat(call.headers().getFirst("Mcp-Name")).isEqualTo("echo");
      assertThat(call.headers().getFirst("Mcp-Param-Region")).isEqualTo("=?base64?c8O8ZA==?=");
      assertThat(call.headers().getFirst("X-Team")).isEqualTo("blue");
      assertThat(
              call.body().at("/params/_meta/io.modelcontextprotocol~1protocolVersion").asString())
          .isEqualTo("2026-07-28");

      ProbeResult second = run(probe);
      assertThat(second.state()).isEqualTo(ServerState.HEALTHY);
      assertThat(stage(second, ProbeStage.CONNECT).verdict()).isEqualTo(Verdict.SKIPPED);
      assertThat(stage(second, ProbeStage.CONNECT).detail()).isEqualTo("connection reused");
    }
  }

  @Test
  void run_legacyOverHttp() throws Exception {
    try (FakeHttpServer server = new FakeHttpServer(FakeHttpServer::legacy)) {
      TargetProbe probe = http(server);
      ProbeResult first = run(probe);
      assertThat(first.state()).as(first.reason()).isEqualTo(ServerState.HEALTHY);
      assertThat(first.requestCount()).isEqualTo(3);
      assertThat(first.errorCount()).isZero();
      run(probe);
      assertThat(server.methods())
          .containsExactly(
              "server/discover",
              "initialize",
              "notifications/initialized",
              "ping",
              "tools/list",
              "ping",
              "tools/list");
      probe.close();
      assertThat(server.methods()).endsWith("DELETE");
      assertThat(server.seen.get(3).headers().getFirst("MCP-Protocol-Version"))
          .isEqualTo("2025-11-25");
    }
  }

  @Test
  void run_serverThatChangesItsEra_isDetectedAgain() throws Exception {
    AtomicReference<FakeHttpServer.Handler> handler = new AtomicReference<>(FakeHttpServer::legacy);
    try (FakeHttpServer server =
        new FakeHttpServer((exchange, seen) -> handler.get().handle(exchange, seen))) {
      TargetProbe probe = http(server);
      assertThat(run(probe).eraChanged()).isFalse();
      handler.set(FakeHttpServer::modern);
      ProbeResult changed = run(probe);
      assertThat(changed.state()).as(changed.reason()).isEqualTo(ServerState.HEALTHY);
      assertThat(changed.era()).isEqualTo(Era.MODERN);
      assertThat(changed.eraChanged()).isTrue();
      assertThat(run(probe).eraChanged()).isFalse();
      handler.set(FakeHttpServer::legacy);
      assertThat(run(probe).eraChanged()).isTrue();
    }
  }

  @Test
  void run_expiredSession_isOpenedAgainOnce() throws Exception {
    try (FakeHttpServer server =
        new FakeHttpServer(
            new FakeHttpServer.Handler() {
              private boolean expired;

              @Override
              public synchronized void handle(
                  com.sun.net.httpserver.HttpExchange exchange, FakeHttpServer.Seen seen)
                  throws java.io.IOException {
                if (seen.rpcMethod().equals("tools/list") && !expired) {
                  expired = true;
                  FakeHttpServer.json(
                      exchange,
                      404,
                      "{\"jsonrpc\":\"2.0\",\"id\":null,"
                          + "\"error\":{\"code\":-32001,\"message\":\"Session not found\"}}");
                } else {
                  FakeHttpServer.legacy(exchange, seen);
                }
              }
            })) {
      TargetProbe probe = http(server);
      ProbeResult result = run(probe);
      assertThat(result.state()).as(result.reason()).isEqualTo(ServerState.HEALTHY);
      probe.close();
      assertThat(server.methods())
          .containsSubsequence("initialize", "tools/list", "initialize", "tools/list", "DELETE");
    }
  }

  @Test
  void run_duringARun_joinsIt() throws Exception {
    TargetProbe probe = stdio(ProbeOptions.defaults(), "legacy");
    var first = probe.run();
    var second = probe.run();
    assertThat(second.get(30, TimeUnit.SECONDS)).isSameAs(first.get(30, TimeUnit.SECONDS));
  }

  @Test
  void toHealthCheck_andToMetrics_carryTheResult() throws Exception {
    ProbeResult result = run(stdio(ProbeOptions.defaults(), "legacy"));
    ServerId id = ServerId.of("s");
    assertThat(result.toHealthCheck(id).stages()).isEqualTo(result.stages());
    assertThat(result.toMetrics(id).successRate()).isEqualTo(1.0);
    assertThat(result.toMetrics(id).requestCount()).isEqualTo(3);
  }
}
