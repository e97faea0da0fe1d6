package io.mcprealtime.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import io.mcprealtime.Era;
import io.mcprealtime.ServerState;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The transport of 2024-11-05. */
class SseProbeTest {
  private final McpProber prober =
      McpProber.builder().requestTimeout(Duration.ofSeconds(5)).build();
  private volatile int pingsBeforePong;
  private volatile BlockingQueue<String> outgoing = new LinkedBlockingQueue<>();

  @AfterEach
  void close() {
    prober.close();
  }

  /** Answers over the stream of the last GET. */
  private void serve(HttpExchange exchange, FakeHttpServer.Seen seen) throws IOException {
    if (seen.method().equals("GET")) {
      BlockingQueue<String> mine = new LinkedBlockingQueue<>();
      outgoing = mine;
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
      exchange.sendResponseHeaders(200, 0);
      OutputStream out = exchange.getResponseBody();
      out.write("event: endpoint\ndata: /messages?s=1\n\n".getBytes(StandardCharsets.UTF_8));
      out.flush();
      try {
        while (true) {
          String message = mine.take();
          out.write(
              ("event: message\r\ndata: " + message + "\r\n\r\n").getBytes(StandardCharsets.UTF_8));
          out.flush();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    } else if (!exchange.getRequestURI().getPath().equals("/messages")) {
      FakeHttpServer.send(exchange, 405, "text/plain", "");
    } else {
      FakeHttpServer.send(exchange, 202, "text/plain", "Accepted");
      if (seen.id() >= 0) {
        switch (seen.rpcMethod()) {
          case "ping" -> {
            for (int i = 0; i < pingsBeforePong; i++) {
              outgoing.add("{\"jsonrpc\":\"2.0\",\"id\":\"s\",\"method\":\"ping\"}");
            }
            outgoing.add(FakeHttpServer.result(seen, "{}"));
          }
          case "initialize" -> outgoing.add(FakeHttpServer.result(seen, FakeHttpServer.greeting()));
          case "tools/list" ->
              outgoing.add(FakeHttpServer.result(seen, "{\"tools\":[{\"name\":\"a\"}]}"));
          default -> outgoing.add(FakeHttpServer.result(seen, "{}"));
        }
      }
    }
  }

  private ProbeResult run(TargetProbe probe) throws Exception {
    return probe.run().get(20, TimeUnit.SECONDS);
  }

  @Test
  void run_overSse() throws Exception {
    try (FakeHttpServer server = new FakeHttpServer(this::serve)) {
      TargetProbe probe =
          prober.open(new Target.Sse(server.url(), Map.of()), ProbeOptions.defaults());
      for (int i = 0; i < 2; i++) {
        ProbeResult result = run(probe);
        assertThat(result.state()).as(result.reason()).isEqualTo(ServerState.HEALTHY);
        assertThat(result.era()).isEqualTo(Era.LEGACY);
      }
    }
  }

  @Test
  void run_serverThatAsksWithoutEnd_getsFewAnswers() throws Exception {
    pingsBeforePong = 500;
    try (FakeHttpServer server = new FakeHttpServer(this::serve)) {
      ProbeResult result =
          run(prober.open(new Target.Sse(server.url(), Map.of()), ProbeOptions.defaults()));
      assertThat(result.reason())
          .isEqualTo("asks without end: more than 100 requests of its own in one probe");
      assertThat(server.methods().stream().filter("POST"::equals)).hasSizeLessThanOrEqualTo(100);
    }
  }

  @Test
  void run_overHttp_fallsBackToSseAndRemembersIt() throws Exception {
    try (FakeHttpServer server = new FakeHttpServer(this::serve)) {
      TargetProbe probe =
          prober.open(new Target.StreamableHttp(server.url(), Map.of()), ProbeOptions.defaults());
      assertThat(run(probe).state()).isEqualTo(ServerState.HEALTHY);
      assertThat(server.methods())
          .containsExactly(
              "server/discover",
              "initialize",
              "GET",
              "initialize",
              "notifications/initialized",
              "ping",
              "tools/list");
      server.seen.clear();
      assertThat(run(probe).state()).isEqualTo(ServerState.HEALTHY);
      assertThat(server.methods()).startsWith("GET", "initialize");
    }
  }
}
