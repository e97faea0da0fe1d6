package io.mcprealtime.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.ProbeStage;
import io.mcprealtime.ServerState;
import io.mcprealtime.StageResult;
import io.mcprealtime.mcp.FakeHttpServer.Handler;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every fault of an HTTP server gets its state, its stage and a reason, within its time. */
class HttpFaultTest {
  private static final Duration BOUND = Duration.ofSeconds(20);
  private static final int MAX_ANSWER = 256 * 1024;

  private final McpProber prober =
      McpProber.builder()
          .requestTimeout(Duration.ofSeconds(3))
          .probeTimeout(Duration.ofSeconds(15))
          .maxAnswerBytes(MAX_ANSWER)
          .build();

  @AfterEach
  void nothingIsLeft() {
    prober.close();
    Awaitility.await().atMost(BOUND).until(() -> EngineThreads.alive().isEmpty());
  }

  private ProbeResult probe(URI url) throws Exception {
    return prober
        .open(
            new Target.StreamableHttp(url, Map.of("Authorization", "Bearer hunter2-secret")),
            ProbeOptions.defaults())
        .run()
        .get(BOUND.toSeconds(), TimeUnit.SECONDS);
  }

  private static Optional<ProbeStage> failed(ProbeResult result) {
    return result.stages().stream()
        .filter(stage -> stage.verdict() == StageResult.Verdict.FAILED)
        .map(StageResult::stage)
        .findFirst();
  }

  private static Arguments fault(
      String name,
      Handler handler,
      ServerState state,
      @Nullable ProbeStage stage,
      String... reasons) {
    return Arguments.of(name, handler, state, stage, reasons);
  }

  /** A server that is sound until one method is called. */
  private static Handler at(String method, Handler fault) {
    return (exchange, seen) ->
        (seen.rpcMethod().equals(method) ? fault : (Handler) FakeHttpServer::modern)
            .handle(exchange, seen);
  }

  private static Handler answer(int status, String type, String body) {
    return (exchange, seen) -> FakeHttpServer.send(exchange, status, type, body);
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        fault(
            "401",
            (exchange, seen) -> {
              exchange
                  .getResponseHeaders()
                  .set(
                      "WWW-Authenticate",
                      "Bearer resource_metadata=\"https://a.example/.well-known/x\", scope=\"a\"");
              FakeHttpServer.send(exchange, 401, "text/plain", "bad token hunter2-secret");
            },
            ServerState.AUTH_REQUIRED,
            ProbeStage.AUTHENTICATION,
            "HTTP 401",
            "scheme Bearer",
            "resource_metadata https://a.example/.well-known/x"),
        fault(
            "403",
            answer(403, "application/json", "{\"error\":\"forbidden\"}"),
            ServerState.AUTH_REQUIRED,
            ProbeStage.AUTHENTICATION,
            "HTTP 403"),
        fault(
            "401 at the list only",
            at("tools/list", answer(401, "text/plain", "")),
            ServerState.AUTH_REQUIRED,
            ProbeStage.AUTHENTICATION,
            "HTTP 401"),
        fault(
            "500",
            answer(500, "text/plain", "stack trace with hunter2-secret"),
            ServerState.DOWN,
            ProbeStage.REQUEST,
            "HTTP 500 (the server failed): stack trace with ***"),
        fault(
            "429",
            (exchange, seen) -> {
              exchange.getResponseHeaders().set("Retry-After", "30");
              FakeHttpServer.send(exchange, 429, "text/plain", "");
            },
            ServerState.DEGRADED,
            ProbeStage.REQUEST,
            "HTTP 429 (too many requests), to be tried again after 30"),
        fault(
            "404",
            answer(404, "text/html", "<html>none</html>"),
            ServerState.DOWN,
            ProbeStage.REQUEST,
            "HTTP 404 (nothing at this path: is the URL right?)"),
        fault(
            "html",
            answer(200, "text/html", "<!DOCTYPE html><html></html>"),
            ServerState.DOWN,
            ProbeStage.REQUEST,
            "answers HTML, not MCP: is the URL right?"),
        fault(
            "plain text",
            answer(200, "text/plain", "hello"),
            ServerState.DOWN,
            ProbeStage.REQUEST,
            "answers text/plain, not MCP"),
        fault(
            "no body",
            answer(200, "application/json", ""),
            ServerState.DOWN,
            ProbeStage.REQUEST,
            "HTTP 200 without a body"),
        fault(
            "json, no json-rpc",
            answer(200, "application/json", "{\"status\":\"ok\"}"),
            ServerState.DOWN,
            ProbeStage.HANDSHAKE,
            "no JSON-RPC answer"),
        fault(
            "broken json",
            answer(200, "application/json", "{\"jsonrpc\":"),
            ServerState.DOWN,
            ProbeStage.HANDSHAKE,
            "broken JSON"),
        fault(
            "redirect elsewhere",
            (exchange, seen) -> {
              exchange.getResponseHeaders().set("Location", "https://b.example/mcp?key=1");
              FakeHttpServer.send(exchange, 308, "text/plain", "");
            },
            ServerState.DOWN,
            ProbeStage.REQUEST,
            "HTTP 308 redirects to 'https://b.example/mcp'"),
        fault(
            "gzip",
            (exchange, seen) -> {
              exchange.getResponseHeaders().set("Content-Encoding", "gzip");
              FakeHttpServer.send(exchange, 200, "application/json", "xxxx");
            },
            ServerState.DOWN,
            ProbeStage.REQUEST,
            "encoded as 'gzip'"),
        fault(
            "wrong id",
            (exchange, seen) ->
                FakeHttpServer.json(exchange, 200, "{\"jsonrpc\":\"2.0\",\"id\":77,\"result\":{}}"),
            ServerState.DOWN,
            ProbeStage.HANDSHAKE,
            "is answered with id 77"),
        fault(
            "wrong id in a stream",
            (exchange, seen) ->
                FakeHttpServer.stream(exchange, "{\"jsonrpc\":\"2.0\",\"id\":77,\"result\":{}}"),
            ServerState.DOWN,
            ProbeStage.HANDSHAKE,
            "ended without an answer to server/discover",
            "answered with id 77"),
        fault(
            "invalid utf-8",
            (exchange, seen) -> {
              byte[] bytes = "{\"jsonrpc\":\"2.0\"?}".getBytes(StandardCharsets.ISO_8859_1);
              bytes[16] = (byte) 0xff;
              exchange.getResponseHeaders().set("Content-Type", "application/json");
              exchange.sendResponseHeaders(200, bytes.length);
              exchange.getResponseBody().write(bytes);
            },
            ServerState.DOWN,
            ProbeStage.HANDSHAKE,
            "not valid UTF-8"),
        fault(
            "gigantic answer",
            answer(200, "application/json", "{\"x\":\"" + "x".repeat(MAX_ANSWER) + "\"}"),
            ServerState.DOWN,
            ProbeStage.HANDSHAKE,
            "larger than 262144 bytes"),
        fault(
            "endless stream",
            (exchange, seen) -> endless(exchange),
            ServerState.DOWN,
            ProbeStage.HANDSHAKE,
            "the event stream goes on after 262144 bytes without the answer"),
        fault(
            "mismatch",
            (exchange, seen) ->
                FakeHttpServer.json(
                    exchange,
                    400,
                    "{\"jsonrpc\":\"2.0\",\"id\":1,\"error\":{\"code\":-32022,\"message\":\"no\","
                        + "\"data\":{\"supported\":[\"2031-01-01\"]}}}"),
            ServerState.DEGRADED,
            ProbeStage.HANDSHAKE,
            "version mismatch: the server speaks 2031-01-01"),
        fault(
            "header mismatch",
            (exchange, seen) ->
                FakeHttpServer.json(exchange, 400, FakeHttpServer.error(seen, -32020, "header")),
            ServerState.DEGRADED,
            ProbeStage.HANDSHAKE,
            "error -32020"),
        fault(
            "zero tools",
            at(
                "tools/list",
                (exchange, seen) ->
                    FakeHttpServer.json(
                        exchange, 200, FakeHttpServer.result(seen, "{\"tools\":[]}"))),
            ServerState.EMPTY,
            null,
            "lists no tools"),
        fault(
            "looping cursor",
            at(
                "tools/list",
                (exchange, seen) ->
                    FakeHttpServer.json(
                        exchange,
                        200,
                        FakeHttpServer.result(
                            seen, "{\"tools\":[{\"name\":\"a\"}],\"nextCursor\":\"x\"}"))),
            ServerState.DEGRADED,
            ProbeStage.LIST,
            "repeats the cursor 'x'"),
        fault(
            "endless pages",
            at(
                "tools/list",
                (exchange, seen) ->
                    FakeHttpServer.json(
                        exchange,
                        200,
                        FakeHttpServer.result(
                            seen, "{\"tools\":[],\"nextCursor\":\"" + seen.id() + "\"}"))),
            ServerState.DEGRADED,
            ProbeStage.LIST,
            "goes on after 50 pages"),
        fault(
            "invalid header mark",
            at(
                "tools/list",
                (exchange, seen) ->
                    FakeHttpServer.json(
                        exchange,
                        200,
                        FakeHttpServer.result(
                            seen,
                            "{\"tools\":[{\"name\":\"ok\"},{\"name\":\"bad\",\"inputSchema\":"
                                + "{\"properties\":{\"a\":{\"type\":\"string\","
                                + "\"x-mcp-header\":\"a b\"}}}}]}"))),
            ServerState.DEGRADED,
            null,
            "tool 'bad' cannot be called over HTTP: 'a b' is no header name"));
  }

  private static void endless(com.sun.net.httpserver.HttpExchange exchange) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
    exchange.sendResponseHeaders(200, 0);
    byte[] event = ": still here\n\n".repeat(100).getBytes(StandardCharsets.UTF_8);
    OutputStream body = exchange.getResponseBody();
    while (!Thread.currentThread().isInterrupted()) {
      body.write(event);
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("faults")
  void run_namesTheFault(
      String name, Handler handler, ServerState state, ProbeStage stage, String[] reasons)
      throws Exception {
    try (FakeHttpServer server = new FakeHttpServer(handler)) {
      ProbeResult result = probe(server.url());
      assertThat(result.reason()).contains(reasons).doesNotContain("hunter2");
      assertThat(result.state()).isEqualTo(state);
      assertThat(failed(result)).isEqualTo(Optional.ofNullable(stage));
    }
  }

  @Test
  void run_redirectInsideTheOrigin_isFollowed() throws Exception {
    try (FakeHttpServer server =
        new FakeHttpServer(
            (exchange, seen) -> {
              if (exchange.getRequestURI().getPath().endsWith("/")) {
                FakeHttpServer.modern(exchange, seen);
              } else {
                exchange.getResponseHeaders().set("Location", "/mcp/");
                FakeHttpServer.send(exchange, 307, "text/plain", "");
              }
            })) {
      ProbeResult result = probe(server.url());
      assertThat(result.state()).as(result.reason()).isEqualTo(ServerState.HEALTHY);
    }
  }

  @Test
  void run_refusedPort() throws Exception {
    int port;
    try (ServerSocket taken = new ServerSocket(0)) {
      port = taken.getLocalPort();
    }
    ProbeResult result = probe(URI.create("http://127.0.0.1:" + port + "/mcp"));
    assertThat(result.state()).isEqualTo(ServerState.DOWN);
    assertThat(failed(result)).contains(ProbeStage.CONNECT);
    assertThat(result.reason()).contains("127.0.0.1:" + port + " refuses connections");
    assertThat(result.operations()).hasSize(1);
    assertThat(result.responseTime()).isNull();
  }

  @Test
  void run_unknownHost() throws Exception {
    ProbeResult result = probe(URI.create("http://no-such-host.invalid/mcp"));
    assertThat(result.state()).isEqualTo(ServerState.DOWN);
    assertThat(failed(result)).contains(ProbeStage.RESOLVE);
    assertThat(result.reason()).contains("host 'no-such-host.invalid' has no address");
  }

  @Test
  void run_hangingServer() throws Exception {
    try (RawServer server = new RawServer("")) {
      ProbeResult result = probe(server.url());
      assertThat(result.state()).isEqualTo(ServerState.DOWN);
      assertThat(failed(result)).contains(ProbeStage.REQUEST);
      assertThat(result.reason()).isEqualTo("no answer to server/discover within 3 s");
      assertThat(result.operations()).extracting(Operation::errorType).containsExactly("timeout");
    }
  }

  @Test
  void run_hangInTheBody() throws Exception {
    try (RawServer server =
        new RawServer(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")) {
      ProbeResult result = probe(server.url());
      assertThat(result.state()).isEqualTo(ServerState.DOWN);
      assertThat(failed(result)).contains(ProbeStage.HANDSHAKE);
      assertThat(result.reason()).contains("within 3 s: HTTP 200 and 1 bytes came, then nothing");
    }
  }

  @Test
  void run_noHttpAtAll() throws Exception {
    try (RawServer server = new RawServer("SSH-2.0-OpenSSH_9\r\n")) {
      ProbeResult result = probe(server.url());
      assertThat(result.state()).isEqualTo(ServerState.DOWN);
      assertThat(failed(result)).contains(ProbeStage.REQUEST);
    }
  }

  @Test
  void run_connectionClosedAtOnce() throws Exception {
    try (RawServer server = new RawServer(null)) {
      ProbeResult result = probe(server.url());
      assertThat(result.state()).isEqualTo(ServerState.DOWN);
      assertThat(failed(result)).contains(ProbeStage.REQUEST);
      assertThat(result.reason()).contains("ended the connection without a complete answer");
    }
  }

  @Test
  void run_serverThatAsksWithoutEnd_getsFewAnswers() throws Exception {
    String ping = "data: {\"jsonrpc\":\"2.0\",\"id\":\"s\",\"method\":\"ping\"}\n\n";
    Handler asking =
        (exchange, seen) -> {
          String discovered =
              FakeHttpServer.result(
                  seen, "{\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{}}");
          FakeHttpServer.send(
              exchange,
              200,
              "text/event-stream",
              ping.repeat(500) + "data: " + discovered + "\n\n");
        };
    try (FakeHttpServer server = new FakeHttpServer(at("server/discover", asking))) {
      ProbeResult result = probe(server.url());
      assertThat(result.state()).as(result.reason()).isEqualTo(ServerState.DEGRADED);
      assertThat(result.reason())
          .isEqualTo("asks without end: more than 100 requests of its own in one probe");
      assertThat(server.methods().stream().filter("POST"::equals)).hasSizeLessThanOrEqualTo(100);
    }
  }

  @Test
  void run_headerThatCannotBeSent() throws Exception {
    try (FakeHttpServer server = new FakeHttpServer(FakeHttpServer::modern)) {
      ProbeResult result =
          prober
              .open(
                  new Target.StreamableHttp(server.url(), Map.of("Host", "hunter2-secret")),
                  ProbeOptions.defaults())
              .run()
              .get(10, TimeUnit.SECONDS);
      assertThat(result.state()).isEqualTo(ServerState.DOWN);
      assertThat(result.reason()).contains("header 'Host' cannot be sent");
    }
  }

  @Test
  void run_afterTheProbeIsClosed_fails() {
    TargetProbe probe =
        prober.open(
            new Target.StreamableHttp(URI.create("http://127.0.0.1:1/mcp"), Map.of()),
            ProbeOptions.defaults());
    probe.close();
    assertThat(probe.run())
        .failsWithin(BOUND)
        .withThrowableThat()
        .withMessageContaining("the probe of http://127.0.0.1:1/mcp is closed");
  }
}
