package io.mcprealtime.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.mcprealtime.ManualTime;
import io.mcprealtime.ProbeStage;
import io.mcprealtime.ServerState;
import io.mcprealtime.StageResult;
import io.mcprealtime.StageResult.Verdict;
import io.mcprealtime.catalog.CatalogEntry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a run asks again, and what it goes on with. */
class KeptSessionTest {
  private final ManualTime time = ManualTime.startingAt("2026-01-01T00:00:00Z");
  private final McpProber prober = McpProber.builder().timeSource(time).build();

  @AfterEach
  void close() {
    prober.close();
  }

  private TargetProbe open(ScriptedServer server) {
    return open(server.target());
  }

  private TargetProbe open(Target target) {
    return prober.open(target, ProbeOptions.builder().listInterval(Duration.ofMinutes(1)).build());
  }

  private static ProbeResult run(TargetProbe probe) throws Exception {
    return probe.run().get(30, TimeUnit.SECONDS);
  }

  private static ProbeResult healthy(TargetProbe probe) throws Exception {
    ProbeResult result = run(probe);
    assertThat(result.reason()).isNull();
    assertThat(result.state()).isEqualTo(ServerState.HEALTHY);
    return result;
  }

  private static StageResult list(ProbeResult result) {
    return result.stages().stream()
        .filter(stage -> stage.stage() == ProbeStage.LIST)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void run_warmLegacy_isOnePing() throws Exception {
    try (ScriptedServer server = ScriptedServer.legacy("tools")) {
      TargetProbe probe = open(server);
      ProbeResult first = healthy(probe);
      assertThat(first.operations())
          .extracting(Operation::method, Operation::first)
          .containsExactly(
              tuple("initialize", true), tuple("ping", false), tuple("tools/list", false));
      assertThat(first.responseTime()).isEqualTo(first.operations().get(1).duration());
      server.asked();
      time.advance(Duration.ofSeconds(40));
      ProbeResult second = healthy(probe);
      assertThat(server.asked()).containsExactly("ping");
      assertThat(list(second).verdict()).isEqualTo(Verdict.SKIPPED);
      assertThat(list(second).detail()).isEqualTo("1 tool, listed 40 s ago");
      assertThat(second.toolCount()).isEqualTo(1);
      assertThat(second.catalog()).isNull();
      time.advance(Duration.ofSeconds(40));
      assertThat(healthy(probe).catalog()).isNotNull();
      assertThat(server.asked()).containsExactly("ping", "tools/list");
      assertThat(server.sessions()).containsExactly("session-1");
      probe.restart().get(10, TimeUnit.SECONDS);
      assertThat(server.sessions()).isEmpty();
      assertThat(server.asked()).containsExactly("DELETE");
      healthy(probe);
      assertThat(server.asked())
          .containsExactly("initialize", "notifications/initialized", "ping", "tools/list");
      probe.close();
      assertThat(server.sessions()).isEmpty();
    }
  }

  @Test
  void restart_duringARun_waitsForItAndHoldsTheNextBack() throws Exception {
    try (ScriptedServer server = ScriptedServer.legacy("tools")) {
      TargetProbe probe = open(server);
      for (int i = 1; i <= 5; i++) {
        var run = probe.run();
        var restart = probe.restart();
        assertThat(run.get(30, TimeUnit.SECONDS).reason()).isNull();
        var next = probe.run();
        restart.get(30, TimeUnit.SECONDS);
        assertThat(next.get(30, TimeUnit.SECONDS).reason()).isNull();
        assertThat(server.sessions()).hasSize(1);
      }
    }
  }

  @Test
  void listInterval_isKeptByABuilderOfTheOptions() {
    ProbeOptions options =
        ProbeOptions.builder().canary(Canary.of("t")).requestTimeout(Duration.ofSeconds(1)).build();
    ProbeOptions more = options.toBuilder().listInterval(Duration.ofMinutes(1)).build();
    assertThat(more.canaries()).isEqualTo(options.canaries());
    assertThat(more.listInterval()).isEqualTo(Duration.ofMinutes(1));
    assertThat(more.timeouts(Timeouts.DEFAULTS).request()).isEqualTo(Duration.ofSeconds(1));
    assertThatThrownBy(() -> ProbeOptions.builder().listInterval(Duration.ofSeconds(-1)))
        .hasMessage("the list interval must not be negative, is PT-1S");
  }

  @Test
  void run_warmModern_isOneDiscover() throws Exception {
    try (ScriptedServer server = ScriptedServer.modern("tools")) {
      TargetProbe probe = open(server);
      healthy(probe);
      server.asked();
      ProbeResult second = healthy(probe);
      assertThat(server.asked()).containsExactly("server/discover");
      assertThat(second.operations()).noneMatch(Operation::first);
      assertThat(second.responseTime()).isNotNull();
    }
  }

  @Test
  void run_modernWithoutTools_measuresASecondRequest() throws Exception {
    try (ScriptedServer server = ScriptedServer.modern()) {
      ProbeResult result = healthy(open(server));
      assertThat(server.asked()).containsExactly("server/discover", "server/discover");
      assertThat(result.responseTime()).isEqualTo(result.operations().get(1).duration());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rpc", "400", "404", "500", "html"})
  void run_keptSessionThatFails_isMendedBeforeItCounts(String how) throws Exception {
    try (ScriptedServer server = ScriptedServer.legacy("tools")) {
      TargetProbe probe = open(server);
      healthy(probe);
      server.asked();
      var broken = new AtomicBoolean(true);
      server.fail(
          "ping",
          (exchange, seen) -> {
            if (!broken.compareAndSet(true, false)) {
              FakeHttpServer.json(exchange, 200, FakeHttpServer.result(seen, "{}"));
              return;
            }
            switch (how) {
              case "rpc" ->
                  FakeHttpServer.json(
                      exchange, 200, FakeHttpServer.error(seen, -32000, "not initialized"));
              case "html" -> FakeHttpServer.send(exchange, 200, "text/html", "<html></html>");
              default ->
                  FakeHttpServer.send(exchange, Integer.parseInt(how), "text/plain", "no session");
            }
          });
      ProbeResult mended = healthy(probe);
      assertThat(mended.errorCount()).isZero();
      assertThat(server.asked())
          .containsSubsequence(
              "ping", "initialize", "notifications/initialized", "ping", "tools/list");
    }
  }

  @Test
  void run_sessionThatCannotBeMended_isDown() throws Exception {
    try (ScriptedServer server = ScriptedServer.legacy("tools")) {
      TargetProbe probe = open(server);
      healthy(probe);
      FakeHttpServer.Handler fault =
          (exchange, seen) -> FakeHttpServer.send(exchange, 500, "text/plain", "away");
      server.fail("ping", fault).fail("initialize", fault).fail("server/discover", fault);
      ProbeResult down = run(probe);
      assertThat(down.state()).isEqualTo(ServerState.DOWN);
      assertThat(down.errorCount()).isPositive();
      server.answer("ping", "{}");
      for (String method : List.of("initialize", "server/discover")) {
        server.fail(method, fault);
      }
      assertThat(run(probe).state()).isEqualTo(ServerState.DOWN);
    }
  }

  @Test
  void run_serverWithoutPing_isNotOpenedAgainEachTime() throws Exception {
    try (ScriptedServer server = ScriptedServer.legacy("tools")) {
      server.fail(
          "ping",
          (exchange, seen) ->
              FakeHttpServer.json(exchange, 200, FakeHttpServer.error(seen, -32601, "no ping")));
      TargetProbe probe = open(server);
      for (int i = 0; i < 3; i++) {
        ProbeResult result = run(probe);
        assertThat(result.state()).isEqualTo(ServerState.DEGRADED);
        assertThat(result.reason()).startsWith("the handshake works, but ping is answered with");
      }
      assertThat(server.sessions()).containsExactly("session-1");
    }
  }

  @Test
  void run_ttl_holdsTheListBack() throws Exception {
    try (ScriptedServer server = ScriptedServer.modern("tools", "prompts")) {
      server.answer("tools/list", "{\"tools\":[{\"name\":\"a\"}],\"ttlMs\":99000000}");
      server.answer("prompts/list", "{\"prompts\":[{\"name\":\"p\"}]}");
      TargetProbe probe = open(server);
      healthy(probe);
      server.asked();
      time.advance(Duration.ofMinutes(2));
      ProbeResult second = healthy(probe);
      assertThat(server.asked()).containsExactly("server/discover", "prompts/list");
      assertThat(second.catalog().entries())
          .extracting(CatalogEntry::name)
          .containsExactly("a", "p");
      time.advance(Duration.ofMinutes(59));
      healthy(probe);
      assertThat(server.asked()).containsExactly("server/discover", "tools/list", "prompts/list");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-1", "\"60000\"", "9007199254740993", "1.5", "true", "null"})
  void run_invalidTtl_isIgnored(String ttl) throws Exception {
    try (ScriptedServer server = ScriptedServer.modern("tools")) {
      server.answer("tools/list", "{\"tools\":[{\"name\":\"a\"}],\"ttlMs\":" + ttl + "}");
      TargetProbe probe = prober.open(server.target(), ProbeOptions.defaults());
      healthy(probe);
      server.asked();
      healthy(probe);
      assertThat(server.asked()).containsExactly("server/discover", "tools/list");
    }
  }

  @Test
  void run_promptsAndResources_areInTheCatalog() throws Exception {
    try (ScriptedServer server = ScriptedServer.legacy("tools", "prompts", "resources")) {
      server.answer("prompts/list", "{\"prompts\":[{\"name\":\"p\"},{\"name\":\"q\"}]}");
      server.answer("resources/list", "{\"resources\":[{\"uri\":\"file:///a\"}]}");
      ProbeResult result = healthy(open(server));
      assertThat(list(result).detail())
          .isEqualTo("1 tool, 2 prompts, 1 resource, 0 resource templates");
      assertThat(result.catalog().entries())
          .extracting(CatalogEntry::kind, CatalogEntry::name)
          .containsExactly(
              tuple(CatalogEntry.Kind.TOOL, "echo"),
              tuple(CatalogEntry.Kind.PROMPT, "p"),
              tuple(CatalogEntry.Kind.PROMPT, "q"),
              tuple(CatalogEntry.Kind.RESOURCE, "file:///a"));
      assertThat(result.toolCount()).isEqualTo(1);
    }
  }

  @Test
  void run_promptsThatFail_areOddAndAskedAgain() throws Exception {
    try (ScriptedServer server = ScriptedServer.modern("tools", "prompts")) {
      server.fail(
          "prompts/list",
          (exchange, seen) ->
              FakeHttpServer.json(exchange, 200, FakeHttpServer.error(seen, -32603, "broken")));
      TargetProbe probe = open(server);
      ProbeResult odd = run(probe);
      assertThat(odd.rule()).isEqualTo(StateRule.ODDITIES);
      assertThat(odd.reason()).isEqualTo("prompts/list is answered with error -32603: broken");
      assertThat(odd.catalog()).isNull();
      assertThat(list(odd).verdict()).isEqualTo(Verdict.WARNING);
      server.answer("prompts/list", "{\"prompts\":[]}");
      assertThat(healthy(probe).catalog()).isNotNull();
    }
  }

  @Test
  void run_badEntries_areLeftOutAndStayToldUntilTheNextList() throws Exception {
    try (ScriptedServer server = ScriptedServer.legacy("tools")) {
      server.answer("tools/list", "{\"tools\":[{\"name\":\"a\"},{\"name\":7},{},\"x\"]}");
      TargetProbe probe = open(server);
      for (int i = 0; i < 2; i++) {
        ProbeResult result = run(probe);
        assertThat(result.state()).isEqualTo(ServerState.DEGRADED);
        assertThat(result.reason())
            .isEqualTo("tools/list lists 3 entries without a 'name', left out here");
        assertThat(result.toolCount()).isEqualTo(1);
      }
      server.answer("tools/list", "{\"tools\":[{\"name\":\"a\"}]}");
      time.advance(Duration.ofMinutes(2));
      healthy(probe);
    }
  }

  @Test
  void run_notifiedChange_isListedAtOnce() throws Exception {
    TargetProbe probe = open(new Target.Stdio(StdioServerMain.command("changes"), Map.of(), null));
    assertThat(healthy(probe).toolCount()).isEqualTo(2);
    ProbeResult second = healthy(probe);
    assertThat(list(second).verdict()).isEqualTo(Verdict.PASSED);
    assertThat(second.toolCount()).isEqualTo(3);
    ProbeResult third = healthy(probe);
    assertThat(third.operations()).extracting(Operation::method).containsExactly("ping");
  }
}
