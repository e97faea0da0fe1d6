package io.mcprealtime.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.Era;
import io.mcprealtime.ProbeStage;
import io.mcprealtime.ServerState;
import io.mcprealtime.StageResult;
import io.mcprealtime.mcp.FakeHttpServer.Handler;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is wrong before an HTTP server is reached, and around it. */
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

  /** A server that is sound until one method is called. */
  private static Handler at(String method, Handler fault) {
    return (exchange, seen) ->
        (seen.rpcMethod().equals(method) ? fault : (Handler) FakeHttpServer::modern)
            .handle(exchange, seen);
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
  void run_answerThatBreaksOff_isNotAskedForAgain() throws Exception {
    Handler breaking =
        (exchange, seen) -> {
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, 5000);
          exchange.getResponseBody().write('{');
          exchange.getResponseBody().flush();
          exchange.close();
        };
    try (FakeHttpServer server = new FakeHttpServer(at("tools/list", breaking))) {
      ProbeResult result = probe(server.url());
      assertThat(result.state()).isEqualTo(ServerState.DOWN);
      assertThat(result.reason()).contains("ended the connection without a complete answer");
      assertThat(server.methods()).containsOnlyOnce("tools/list");
    }
  }

  @Test
  void run_answerThatEndsInItsHead_isNotAskedForAgain() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    WireServer.Behaviour breaking =
        wire -> {
          if (wire.method().equals("tools/list")) {
            asked.incrementAndGet();
            wire.raw("HTTP/1.1 2");
            wire.halfClose();
          } else {
            wire.soundly();
          }
        };
    try (WireServer server = new WireServer(Era.MODERN, breaking)) {
      ProbeResult result = probe(server.url());
      assertThat(result.state()).isEqualTo(ServerState.DOWN);
      assertThat(result.reason()).contains("ended the connection without a complete answer");
      assertThat(asked).hasValue(1);
    }
  }

  @Test
  void close_duringAPing_sendsNothingButAFarewell() throws Exception {
    CountDownLatch closed = new CountDownLatch(1);
    AtomicInteger pings = new AtomicInteger();
    Handler waiting =
        (exchange, seen) -> {
          if (seen.rpcMethod().equals("ping") && pings.incrementAndGet() == 2) {
            try {
              closed.await(BOUND.toSeconds(), TimeUnit.SECONDS);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
          FakeHttpServer.legacy(exchange, seen);
        };
    try (FakeHttpServer server = new FakeHttpServer(waiting)) {
      TargetProbe probe =
          prober.open(new Target.StreamableHttp(server.url(), Map.of()), ProbeOptions.defaults());
      assertThat(probe.run().get(BOUND.toSeconds(), TimeUnit.SECONDS).state())
          .isEqualTo(ServerState.HEALTHY);
      server.seen.clear();
      var run = probe.run();
      Awaitility.await().atMost(BOUND).until(() -> pings.get() == 2);
      probe.close();
      closed.countDown();

      assertThat(run).failsWithin(BOUND).withThrowableThat().withMessageContaining("is closed");
      Awaitility.await().atMost(BOUND).until(() -> server.methods().contains("DELETE"));
      assertThat(server.methods()).containsExactly("ping", "DELETE");
    }
  }

  @Test
  void callTool_connectionThatBreaksOff_isNotCalledAgain() throws Exception {
    Handler breaking = (exchange, seen) -> exchange.close();
    try (FakeHttpServer server = new FakeHttpServer(at("tools/call", breaking));
        McpSession session =
            prober.connect(
                new Target.StreamableHttp(server.url(), Map.of()), ProbeOptions.defaults())) {
      session.initialize().get(BOUND.toSeconds(), TimeUnit.SECONDS);

      assertThat(session.callTool("echo", "{}"))
          .failsWithin(BOUND)
          .withThrowableThat()
          .withMessageContaining("ended the connection without a complete answer");
      assertThat(server.methods()).containsOnlyOnce("tools/call");
    }
  }

  @Test
  void run_refusedPort() throws Exception {
    // Bound, so that nobody else gets the port, and not listening.
    try (Socket taken = new Socket()) {
      taken.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), 0));
      int port = taken.getLocalPort();
      ProbeResult result = probe(URI.create("http://127.0.0.1:" + port + "/mcp"));
      assertThat(result.state()).isEqualTo(ServerState.DOWN);
      assertThat(failed(result)).contains(ProbeStage.CONNECT);
      assertThat(result.reason()).contains("127.0.0.1:" + port + " refuses connections");
      assertThat(result.operations()).hasSize(1);
      assertThat(result.responseTime()).isNull();
    }
  }

  @Test
  void run_unknownHost() throws Exception {
    ProbeResult result = probe(URI.create("http://no-such-host.invalid/mcp"));
    assertThat(result.state()).isEqualTo(ServerState.DOWN);
    assertThat(failed(result)).contains(ProbeStage.RESOLVE);
    assertThat(result.reason()).contains("host 'no-such-host.invalid' has no address");
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
