package io.mcprealtime.server.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerState;
import io.mcprealtime.mcp.config.RecoveryPlan;
import io.mcprealtime.server.monitor.RecoveryActions.ActionFailed;
import io.mcprealtime.testkit.TestData;
import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the commands are those of a Unix shell")
class RecoveryActionsTest {
  private static final ServerId A = ServerId.of("a");
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @TempDir private Path folder;

  private static void shell(String script, @Nullable String reason, Duration bound)
      throws ActionFailed, InterruptedException {
    RecoveryActions.run(List.of("/bin/sh", "-c", script), A, ServerState.DOWN, reason, bound);
  }

  @Test
  void command_knowsTheServer_andNothingOfOurEnvironment() throws Exception {
    var out = folder.resolve("out");
    shell("env > '%s.part'; mv '%s.part' '%s'".formatted(out, out, out), "why\0not", PATIENCE);
    var environment = Files.readAllLines(out);
    assertThat(environment)
        .contains("MCP_SERVER=a", "MCP_STATE=DOWN", "MCP_REASON=why not")
        .anyMatch(line -> line.startsWith("PATH="));
    var names = environment.stream().map(line -> line.split("=", 2)[0]).toList();
    assertThat(names)
        .isSubsetOf(
            "PATH",
            "HOME",
            "USER",
            "LOGNAME",
            "SHELL",
            "LANG",
            "LC_ALL",
            "TZ",
            "TMPDIR",
            "XDG_RUNTIME_DIR",
            "MCP_SERVER",
            "MCP_STATE",
            "MCP_REASON",
            "PWD",
            "OLDPWD",
            "SHLVL",
            "_");
  }

  @Test
  void command_thatFails_isToldWithoutItsArguments() {
    assertThatThrownBy(() -> shell("exit 3", null, PATIENCE))
        .isInstanceOf(ActionFailed.class)
        .hasMessage("command '/bin/sh' exits with code 3");
    var missing = List.of(folder.resolve("missing").toString(), "secret");
    assertThatThrownBy(() -> RecoveryActions.run(missing, A, ServerState.DOWN, null))
        .hasMessage("command '%s' does not start".formatted(missing.get(0)));
  }

  @Test
  void command_thatTakesTooLong_isEndedWithItsChildren() throws Exception {
    var pids = folder.resolve("pids");
    var script =
        "trap '' TERM INT HUP; (trap '' TERM; sleep 300 & echo $! >> '%s'; wait) & echo $! >> '%s'; echo $$ >> '%s'; wait"
            .formatted(pids, pids, pids);
    assertThatThrownBy(() -> shell(script, null, Duration.ofSeconds(1)))
        .hasMessage("command '/bin/sh' was ended, as it took more than 1 s");
    var processes = Files.readAllLines(pids);
    assertThat(processes).hasSize(3);
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(processes).noneMatch(RecoveryActionsTest::isRunning));
  }

  @Test
  void command_isEndedWhenTheMonitorStops() throws Exception {
    var pid = folder.resolve("pid");
    var failure = new AtomicReference<Exception>();
    var thread =
        new Thread(
            () -> {
              try {
                shell("echo $$ > '%s'; exec sleep 300".formatted(pid), null, PATIENCE);
              } catch (ActionFailed | InterruptedException e) {
                failure.set(e);
              }
            });
    thread.start();
    await().atMost(PATIENCE).until(() -> Files.exists(pid) && !Files.readString(pid).isBlank());
    thread.interrupt();
    thread.join(PATIENCE.toMillis());
    assertThat(failure.get()).isInstanceOf(InterruptedException.class);
    var process = Files.readString(pid).strip();
    await().atMost(PATIENCE).until(() -> !isRunning(process));
  }

  /** One that has ended stays in the list until its parent asks for it; it has no command then. */
  private static boolean isRunning(String pid) {
    return ProcessHandle.of(Long.parseLong(pid.strip()))
        .filter(process -> process.isAlive() && process.info().command().isPresent())
        .isPresent();
  }

  /** A web server that answers every request with that status. */
  private static HttpServer web(int status, AtomicReference<String> body, CountDownLatch endless)
      throws IOException {
    var web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    web.createContext(
        "/",
        exchange -> {
          body.set(
              exchange.getRequestMethod()
                  + " "
                  + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
          exchange.getResponseHeaders().add("Location", "/elsewhere");
          boolean ends = endless.getCount() == 0;
          exchange.sendResponseHeaders(status, ends ? -1 : 0);
          if (!ends) {
            exchange.getResponseBody().write('x');
            exchange.getResponseBody().flush();
            try {
              endless.await();
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
          exchange.close();
        });
    web.start();
    return web;
  }

  private static String url(HttpServer web) {
    return "http://127.0.0.1:%d/hook/secret?key=secret".formatted(web.getAddress().getPort());
  }

  @Test
  void webhook_getsTheState() throws Exception {
    var body = new AtomicReference<String>();
    var web = web(204, body, new CountDownLatch(0));
    try {
      RecoveryActions.post(url(web), A, ServerState.DOWN, "why", TestData.NOON);
    } finally {
      web.stop(0);
    }
    assertThat(body.get()).startsWith("POST ");
    var json = WireJson.parse(body.get().substring("POST ".length()));
    assertThat(json.get("server").stringValue()).isEqualTo("a");
    assertThat(json.get("state").stringValue()).isEqualTo("DOWN");
    assertThat(json.get("reason").stringValue()).isEqualTo("why");
    assertThat(json.get("at").stringValue()).isEqualTo("2026-11-20T12:00:00Z");
  }

  @ParameterizedTest
  @ValueSource(ints = {302, 404, 500})
  void webhook_thatRefuses_isToldByItsHost(int status) throws Exception {
    var web = web(status, new AtomicReference<>(), new CountDownLatch(0));
    try {
      assertThatThrownBy(
              () -> RecoveryActions.post(url(web), A, ServerState.DOWN, null, TestData.NOON))
          .isInstanceOf(ActionFailed.class)
          .hasMessage("the webhook at 127.0.0.1 answers HTTP " + status);
    } finally {
      web.stop(0);
    }
  }

  @Test
  void webhook_whoseAnswerDoesNotEnd_isGivenUp() throws Exception {
    var endless = new CountDownLatch(1);
    var web = web(200, new AtomicReference<>(), endless);
    try {
      assertThatThrownBy(
              () ->
                  RecoveryActions.post(
                      url(web), A, ServerState.DOWN, null, TestData.NOON, Duration.ofMillis(500)))
          .hasMessage("the webhook at 127.0.0.1 does not answer");
    } finally {
      endless.countDown();
      web.stop(0);
    }
  }

  @Test
  void webhook_thatIsNotThere_isToldByItsHost() throws Exception {
    var web = web(200, new AtomicReference<>(), new CountDownLatch(0));
    web.stop(0);
    assertThatThrownBy(
            () -> RecoveryActions.post(url(web), A, ServerState.DOWN, null, TestData.NOON))
        .hasMessage("the webhook at 127.0.0.1 does not answer");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "not an address", "/hook", "ftp://example/x", "https:///path"})
  void webhook_thatIsNoAddress_isToldWithoutIt(String webhook) {
    assertThatThrownBy(
            () -> RecoveryActions.post(webhook, A, ServerState.DOWN, null, TestData.NOON))
        .hasMessage("the webhook is no address like https://HOST/PATH");
  }

  @Test
  void names_areThoseOfThePlan() {
    var all = new RecoveryPlan(true, List.of("x"), "https://example/", Duration.ofSeconds(60), 3);
    assertThat(RecoveryActions.names(all)).isEqualTo("restart, command, webhook");
  }
}
