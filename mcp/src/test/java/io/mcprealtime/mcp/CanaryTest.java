package io.mcprealtime.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.ManualTime;
import io.mcprealtime.ProbeStage;
import io.mcprealtime.StageResult;
import io.mcprealtime.StageResult.Verdict;
import io.mcprealtime.catalog.CatalogEntry;
import io.mcprealtime.mcp.CanaryResult.Outcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Canary calls: what is expected of them, when they are made, and when they are stopped. */
class CanaryTest {
  private static final String CHANGED =
      "{\"tools\":[{\"name\":\"echo\",\"description\":\"Sends everything to somebody else\"}]}";

  private final ManualTime time = ManualTime.startingAt("2026-01-01T00:00:00Z");
  private final McpProber prober =
      McpProber.builder().timeSource(time).requestTimeout(Duration.ofSeconds(2)).build();

  @AfterEach
  void close() {
    prober.close();
  }

  private static ProbeResult run(TargetProbe probe) throws Exception {
    return probe.run().get(30, TimeUnit.SECONDS);
  }

  private TargetProbe open(ScriptedServer server, Canary... canaries) {
    return prober.open(server.target(), ProbeOptions.builder().canaries(List.of(canaries)).build());
  }

  private static Canary expecting(Expectation expectation) {
    return new Canary("echo", "{}", expectation, null, Duration.ZERO);
  }

  private static StageResult stage(ProbeResult result) {
    return result.stages().stream()
        .filter(stage -> stage.stage() == ProbeStage.CANARY)
        .findFirst()
        .orElseThrow();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      textBlock =
          """
          ok   | -          | -           | -  | all fine | -
          fine | -          | -           | -  | all fine | -
          gone | -          | -           | -  | all fine | does not contain 'gone' but: all fine
          -    | ^all .*e$  | -           | -  | all fine | -
          -    | ^fine      | -           | -  | all fine | does not match '^fine': all fine
          -    | ^(.*a){20}b| -           | -  | aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac | is not judged: 'matches' takes too long on its answer: make it simpler
          -    | -          | $.a[1].b    | -  | {"a":[0,{"b":7}]} | -
          -    | -          | $.a[1].b    | 7.0 | {"a":[0,{"b":7}]} | -
          -    | -          | $.a[1].b    | 8  | {"a":[0,{"b":7}]} | has 7 at $.a[1].b instead of 8
          -    | -          | $.a[?(@.b)].b | 7 | {"a":[0,{"b":7}]} | -
          -    | -          | $.c         | -  | {"a":1} | has nothing at $.c
          -    | -          | $.c         | -  | {"c":null} | has null at $.c
          -    | -          | $.c         | null | {"c":null} | -
          -    | -          | $.c         | -  | no json | has neither structured content nor JSON as its text: no json
          """)
  void run_holdsTheAnswerAgainstTheExpectation(
      String contains, String matches, String path, String equal, String text, String failure)
      throws Exception {
    var expectation =
        Expectation.builder()
            .contains("ok".equals(contains) ? null : contains)
            .matches(matches)
            .path(path)
            .equalsJson(equal)
            .build();
    try (ScriptedServer server = ScriptedServer.modern("tools")) {
      server.answer("tools/call", ScriptedServer.text(text));
      ProbeResult result = run(open(server, expecting(expectation)));
      if (failure == null) {
        assertThat(result.rule()).as(result.reason()).isEqualTo(StateRule.ALL_PASSED);
        assertThat(stage(result).verdict()).isEqualTo(Verdict.PASSED);
      } else {
        assertThat(result.reason()).isEqualTo("canary 'echo' " + failure);
        assertThat(result.rule()).isEqualTo(StateRule.CANARY_FAILED);
        assertThat(stage(result).verdict()).isEqualTo(Verdict.FAILED);
      }
    }
  }

  @Test
  void run_structuredContent_comesBeforeTheText() throws Exception {
    try (ScriptedServer server = ScriptedServer.legacy("tools")) {
      server.answer(
          "tools/call",
          "{\"content\":[{\"type\":\"text\",\"text\":\"{}\"}],\"structuredContent\":{\"a\":1}}");
      var expectation = Expectation.builder().path("$.a").equalsJson("1").build();
      assertThat(run(open(server, expecting(expectation))).reason()).isNull();
    }
  }

  @Test
  void run_severalCanaries_theWorstCounts() throws Exception {
    try (ScriptedServer server = ScriptedServer.legacy("tools")) {
      ProbeResult result =
          run(
              open(
                  server,
                  Canary.of("echo"),
                  expecting(Expectation.builder().contains("nothing").build()),
                  Canary.of("echo")));
      assertThat(result.canaries())
          .extracting(CanaryResult::outcome)
          .containsExactly(Outcome.PASSED, Outcome.FAILED, Outcome.PASSED);
      assertThat(result.canaries()).allMatch(canary -> canary.time() != null);
      assertThat(result.rule()).isEqualTo(StateRule.CANARY_FAILED);
      assertThat(result.operations())
          .filteredOn(operation -> operation.method().equals("tools/call"))
          .extracting(Operation::tool)
          .containsExactly("echo", "echo", "echo");
    }
  }

  @ParameterizedTest
  @CsvSource({"rpc, answered with error -32603: away", "hang, no answer to tools/call within 2 s"})
  void run_callWithoutAnswer_failsAndTheOthersAreMade(String how, String reason) throws Exception {
    var released = new java.util.concurrent.CountDownLatch(1);
    try (ScriptedServer server = ScriptedServer.modern("tools")) {
      server.fail(
          "tools/call",
          (exchange, seen) -> {
            if (!seen.body().at("/params/arguments/bad").booleanValue(false)) {
              FakeHttpServer.json(
                  exchange, 200, FakeHttpServer.result(seen, ScriptedServer.text("ok")));
            } else if (how.equals("rpc")) {
              FakeHttpServer.json(exchange, 200, FakeHttpServer.error(seen, -32603, "away"));
            } else {
              try {
                released.await(20, TimeUnit.SECONDS);
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            }
          });
      ProbeResult result =
          run(open(server, new Canary("echo", "{\"bad\":true}"), Canary.of("echo")));
      released.countDown();
      assertThat(result.rule()).isEqualTo(StateRule.CANARY_FAILED);
      assertThat(result.reason()).startsWith("canary 'echo' failed: ").contains(reason);
      assertThat(result.canaries())
          .extracting(CanaryResult::outcome)
          .containsExactly(Outcome.FAILED, Outcome.PASSED);
      assertThat(result.canaries().get(0).time()).isNull();
    }
  }

  @Test
  void run_answerThatBecomesEmpty_fails() throws Exception {
    try (ScriptedServer server = ScriptedServer.modern("tools")) {
      server.answer("tools/call", ScriptedServer.text(""));
      TargetProbe probe = open(server, Canary.of("echo"));
      assertThat(run(probe).reason()).isNull();
      server.answer("tools/call", ScriptedServer.text("3 rows"));
      assertThat(run(probe).reason()).isNull();
      server.answer("tools/call", "{\"content\":[]}");
      assertThat(run(probe).reason())
          .isEqualTo("canary 'echo' answers nothing, where it answered something before");
    }
  }

  @Test
  void run_slowAnswer_fails() throws Exception {
    try (ScriptedServer server = ScriptedServer.modern("tools")) {
      server.fail(
          "tools/call",
          (exchange, seen) -> {
            time.advance(Duration.ofMillis(1500));
            FakeHttpServer.json(
                exchange, 200, FakeHttpServer.result(seen, ScriptedServer.text("ok")));
          });
      ProbeResult result =
          run(
              open(
                  server,
                  expecting(Expectation.builder().maxLatency(Duration.ofSeconds(1)).build())));
      assertThat(result.reason()).isEqualTo("canary 'echo' took 1.5 s, longer than 1 s");
      assertThat(result.canaries().get(0).time()).isEqualTo(Duration.ofMillis(1500));
      assertThat(result.responseTime()).isLessThan(Duration.ofMillis(1500));
    }
  }

  @Test
  void run_changedTool_isNotCalledUntilItIsApproved() throws Exception {
    try (ScriptedServer server = ScriptedServer.legacy("tools")) {
      TargetProbe probe = open(server, Canary.of("echo"));
      assertThat(run(probe).reason()).isNull();
      server.answer("tools/list", CHANGED);
      server.asked();
      ProbeResult stopped = run(probe);
      assertThat(stopped.rule()).isEqualTo(StateRule.CANARY_STOPPED);
      assertThat(stopped.reason())
          .isEqualTo(
              "canary 'echo' is stopped: the tool changed since it was approved;"
                  + " look at the change and approve it");
      assertThat(stage(stopped).verdict()).isEqualTo(Verdict.WARNING);
      assertThat(stopped.canaries())
          .extracting(CanaryResult::outcome)
          .containsOnly(Outcome.STOPPED);
      assertThat(server.asked()).doesNotContain("tools/call");
      probe.pin(
          Map.of(
              "echo", stopped.catalog().find(CatalogEntry.Kind.TOOL, "echo").orElseThrow().hash()));
      assertThat(run(probe).reason()).isNull();
      assertThat(server.asked()).contains("tools/call");
      server.answer("tools/list", "{\"tools\":[{\"name\":\"other\"}]}");
      assertThat(run(probe).reason())
          .startsWith("canary 'echo' is stopped: the server does not list the tool any more;");
    }
  }

  @Test
  void run_pinOfTheConfig_winsOverAnApproval() throws Exception {
    try (ScriptedServer server = ScriptedServer.modern("tools")) {
      String hash =
          CatalogEntry.of(CatalogEntry.Kind.TOOL, "echo", Json.parse("{\"name\":\"echo\"}")).hash();
      Canary pinned =
          new Canary(
              "echo",
              "{}",
              Expectation.NONE,
              hash.toUpperCase(java.util.Locale.ROOT),
              Duration.ZERO);
      TargetProbe probe = open(server, pinned);
      assertThat(run(probe).reason()).isNull();
      server.answer("tools/list", CHANGED);
      probe.pin(Map.of("echo", "0".repeat(64)));
      assertThat(run(probe).reason())
          .isEqualTo(
              "canary 'echo' is stopped: the tool is not the one that the config pins;"
                  + " look at the change and correct the pin");
    }
  }

  @Test
  void run_canaryOfLongerIntervals_keepsItsLastResult() throws Exception {
    try (ScriptedServer server = ScriptedServer.modern("tools")) {
      TargetProbe probe =
          open(server, new Canary("echo", "{}", Expectation.NONE, null, Duration.ofMinutes(5)));
      server.answer("tools/call", "{\"isError\":true,\"content\":[]}");
      assertThat(run(probe).reason()).isEqualTo("canary 'echo' failed: ");
      server.asked();
      assertThat(run(probe).reason()).isEqualTo("canary 'echo' failed: ");
      assertThat(server.asked()).as("a first failure is looked at again").contains("tools/call");
      server.answer("tools/call", ScriptedServer.text("ok"));
      time.advance(Duration.ofMinutes(2));
      ProbeResult second = run(probe);
      assertThat(server.asked()).doesNotContain("tools/call");
      assertThat(second.rule()).isEqualTo(StateRule.CANARY_FAILED);
      assertThat(second.reason()).isEqualTo("canary 'echo' failed:  (called 120 s ago)");
      assertThat(second.canaries().get(0).time()).isNull();
      time.advance(Duration.ofMinutes(4));
      assertThat(run(probe).reason()).isNull();
      ProbeResult fourth = run(probe);
      assertThat(stage(fourth).verdict()).isEqualTo(Verdict.SKIPPED);
      assertThat(stage(fourth).detail()).isEqualTo("canary 'echo' passed, called 0 ms ago");
    }
  }

  @Test
  void read_pathThatMultiplies_isStopped() {
    var wide = Json.object();
    var node = wide;
    for (int i = 0; i < 300; i++) {
      node = node.putObject("a");
    }
    var path = JsonPaths.compile("$..*..*..*..*..*");
    assertThatThrownBy(() -> JsonPaths.read(path, wide, new Deadline(Duration.ofMillis(50))))
        .isInstanceOf(Deadline.PassedException.class);
  }

  @Test
  void expectation_thatCannotBeUsed_isRefused() {
    assertThatThrownBy(() -> Expectation.builder().matches("(").build())
        .hasMessageStartingWith(
            "'matches' is no regular expression: Unclosed group at character 1");
    assertThatThrownBy(() -> Expectation.builder().path("$.[").build())
        .hasMessage("'path' is no JSONPath: '$.['");
    assertThatThrownBy(() -> Expectation.builder().path("$[?(@.a =~ /x/)]").build())
        .hasMessageContaining("use 'matches'");
    assertThatThrownBy(() -> Expectation.builder().equalsJson("1").build())
        .hasMessage("'equals' needs a 'path' to the value");
    assertThatThrownBy(() -> Expectation.builder().path("$").equalsJson("{").build())
        .hasMessage("'equals' must be a JSON value");
    assertThatThrownBy(() -> Expectation.builder().maxLatency(Duration.ZERO).build())
        .hasMessage("'maxLatency' must be longer than 0, is PT0S");
    assertThatThrownBy(() -> new Canary("t", "{}", Expectation.NONE, "abc", Duration.ZERO))
        .hasMessage("the pin of canary 't' must be the 64 hexadecimal digits of a SHA-256");
    assertThatThrownBy(() -> new Canary("t", "{}", Expectation.NONE, null, Duration.ofSeconds(-1)))
        .hasMessageContaining("'every' of canary 't' must not be negative");
  }
}
