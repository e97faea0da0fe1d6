package io.mcprealtime.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.ProbeStage;
import io.mcprealtime.ServerState;
import io.mcprealtime.StageResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with the start of a stdio server, and what its end leaves. */
class StdioFaultTest {
  private static final Duration BOUND = Duration.ofSeconds(25);

  private final Set<ProcessHandle> before = children();
  private final McpProber prober =
      McpProber.builder()
          .startTimeout(Duration.ofSeconds(6))
          .requestTimeout(Duration.ofSeconds(2))
          .probeTimeout(Duration.ofSeconds(20))
          .maxAnswerBytes(1024 * 1024)
          .build();

  @AfterEach
  void nothingIsLeft() {
    prober.close();
    Awaitility.await()
        .atMost(BOUND)
        .until(
            () ->
                children().stream().noneMatch(child -> child.isAlive() && !before.contains(child)));
    Awaitility.await().atMost(BOUND).until(() -> EngineThreads.alive().isEmpty());
  }

  private static Set<ProcessHandle> children() {
    return ProcessHandle.allProcesses()
        .filter(
            handle ->
                handle
                    .info()
                    .arguments()
                    .map(a -> List.of(a).contains(StdioServerMain.class.getName()))
                    .orElse(false))
        .collect(Collectors.toSet());
  }

  private ProbeResult probe(Target target, ProbeOptions options) throws Exception {
    return prober.open(target, options).run().get(BOUND.toSeconds(), TimeUnit.SECONDS);
  }

  private static Target.Stdio target(String... arguments) {
    return new Target.Stdio(
        StdioServerMain.command(arguments), Map.of("TOKEN", "hunter2-secret"), null);
  }

  private static Optional<ProbeStage> failed(ProbeResult result) {
    return result.stages().stream()
        .filter(stage -> stage.verdict() == StageResult.Verdict.FAILED)
        .map(StageResult::stage)
        .findFirst();
  }

  @Test
  void run_commandNotFound() throws Exception {
    ProbeResult result =
        probe(
            new Target.Stdio(List.of("no-such-command-here"), Map.of(), null),
            ProbeOptions.defaults());
    assertThat(result.state()).isEqualTo(ServerState.DOWN);
    assertThat(failed(result)).contains(ProbeStage.START);
    assertThat(result.reason()).contains("command 'no-such-command-here' not found", "PATH");
    assertThat(result.requestCount()).isEqualTo(1);
    assertThat(result.responseTime()).isNull();
  }

  @Test
  void run_missingWorkingDirectory() throws Exception {
    ProbeResult result =
        probe(
            new Target.Stdio(List.of("java"), Map.of(), Path.of("no-such-directory")),
            ProbeOptions.defaults());
    assertThat(result.reason()).contains("working directory 'no-such-directory' does not exist");
    assertThat(failed(result)).contains(ProbeStage.START);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          echo    | {"x": "soft"} | answers an error as a success: Error: upstream refused
          echo    | {"x": "hard"} | failed: no such file
          """)
  void run_failingCanary(String tool, String arguments, String reason) throws Exception {
    ProbeResult result =
        probe(target("legacy"), ProbeOptions.builder().canary(new Canary(tool, arguments)).build());
    assertThat(result.state()).isEqualTo(ServerState.DEGRADED);
    assertThat(failed(result)).contains(ProbeStage.CANARY);
    assertThat(result.reason()).contains(reason);
  }

  @Test
  void environment_holdsOnlyTheBasicsAndWhatTheTargetNames() throws Exception {
    try (McpSession session = prober.connect(target("legacy"), ProbeOptions.defaults())) {
      session.initialize().get(10, TimeUnit.SECONDS);
      ToolResult result = session.callTool("env", "{}").get(10, TimeUnit.SECONDS);
      assertThat(result.text().split(","))
          .contains("PATH", "TOKEN")
          .isSubsetOf(
              "PATH",
              "HOME",
              "USER",
              "LOGNAME",
              "LANG",
              "LANGUAGE",
              "TZ",
              "TMPDIR",
              "TOKEN",
              "LC_ALL",
              "LC_CTYPE",
              "JAVA_MAIN_CLASS");
    }
  }

  @Test
  void run_wrapperThatExits_leavesNoChild() throws Exception {
    Assumptions.assumeTrue(Files.isReadable(Path.of("/proc/self/stat")), "needs /proc");
    String seconds = String.valueOf(900_000 + ProcessHandle.current().pid());
    String script = "sleep %s & echo 'no config' >&2; exit 4".formatted(seconds);
    TargetProbe probe =
        prober.open(
            new Target.Stdio(List.of("sh", "-c", script), Map.of(), null), ProbeOptions.defaults());
    for (int i = 0; i < 2; i++) {
      ProbeResult result = probe.run().get(BOUND.toSeconds(), TimeUnit.SECONDS);
      assertThat(result.reason()).isEqualTo("process 'sh' exited with code 4, stderr: no config");
      assertThat(failed(result)).contains(ProbeStage.START);
    }
    Awaitility.await().atMost(BOUND).until(() -> sleepers(seconds).isEmpty());
  }

  @Test
  void run_secretArgument_isNotQuoted() throws Exception {
    Target target =
        new Target.Stdio(
            List.of("sh", "-c", "echo bad key $0 >&2; exit 1", "hunter2-secret"),
            Map.of(),
            null,
            Set.of("hunter2-secret"));
    assertThat(probe(target, ProbeOptions.defaults()).reason())
        .isEqualTo("process 'sh' exited with code 1, stderr: bad key ***");
  }

  @Test
  void run_scriptWithoutItsInterpreter_isNotFound(@TempDir Path folder) throws Exception {
    Path script = Files.writeString(folder.resolve("server"), "#!/no/such/interpreter\n");
    assertThat(script.toFile().setExecutable(true)).isTrue();
    ProbeResult result =
        probe(
            new Target.Stdio(List.of(script.toString()), Map.of(), null), ProbeOptions.defaults());
    assertThat(result.reason()).contains("command '" + script + "' not found");
    assertThat(failed(result)).contains(ProbeStage.START);
  }

  /** A shell, so that it floods before anybody has asked for anything. */
  private McpSession flooding(String script) throws Exception {
    McpSession session =
        prober.connect(
            new Target.Stdio(List.of("sh", "-c", script), Map.of(), null), ProbeOptions.defaults());
    session.start().get(BOUND.toSeconds(), TimeUnit.SECONDS);
    Awaitility.await().atMost(BOUND).until(() -> !session.oddities().isEmpty());
    return session;
  }

  @Test
  void initialize_afterAFloodThatWasEnded_tellsOfTheFlood() throws Exception {
    try (McpSession session = flooding("exec yes y")) {
      Awaitility.await().atMost(BOUND).until(() -> session.child().ended().isDone());
      assertThat(session.initialize())
          .failsWithin(BOUND)
          .withThrowableThat()
          .withMessageContaining("more than 10000 lines on stdout are not JSON-RPC, the last: 'y'");
    }
  }

  @Test
  void request_withinALineThatIsTooLong_failsAtOnce_butNotTheNext() throws Exception {
    try (McpSession session = flooding("exec tr '\\0' x </dev/zero")) {
      assertThat(session.send("ping", Json.object(), BOUND.multipliedBy(2)))
          .failsWithin(BOUND)
          .withThrowableThat()
          .withMessageContaining("the answer on stdout is a line of more than 1048576 bytes");
      assertThat(session.send("ping", Json.object(), Duration.ofMillis(100)))
          .failsWithin(BOUND)
          .withThrowableThat()
          .withMessageContaining("no answer to ping within 100 ms");
    }
  }

  @Test
  void request_afterALineThatWasTooLong_isAnswered() throws Exception {
    String script =
        "head -c 2000000 /dev/zero | tr '\\0' x; echo; echo done; read -r line;"
            + " echo '{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}'; read -r line";
    try (McpSession session = flooding(script)) {
      Awaitility.await()
          .atMost(BOUND)
          .until(() -> session.oddities().get(0).startsWith("2 lines on stdout"));
      assertThat(session.send("ping", Json.object(), BOUND)).succeedsWithin(BOUND);
    }
  }

  private static List<ProcessHandle> sleepers(String seconds) {
    return ProcessHandle.allProcesses()
        .filter(
            handle ->
                handle
                    .info()
                    .arguments()
                    .map(a -> List.of(a).equals(List.of(seconds)))
                    .orElse(false))
        .toList();
  }

  @ParameterizedTest
  @CsvSource({"ignore-term", "grandchild", "grandchild-exit"})
  void close_endsTheWholeTree(String mode) throws Exception {
    TargetProbe probe = prober.open(target(mode), ProbeOptions.defaults());
    ProbeResult result = probe.run().get(BOUND.toSeconds(), TimeUnit.SECONDS);
    assertThat(result.state().isUp()).as(result.reason()).isTrue();
    probe.close();
    assertThat(children()).noneMatch(child -> child.isAlive() && !before.contains(child));
    probe.close();
  }
}
