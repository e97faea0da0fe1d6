package io.mcprealtime.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.Era;
import io.mcprealtime.ServerState;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Plain calls, and what happens to them at the edges. */
class SessionTest {
  private final McpProber prober = McpProber.builder().clientInfo("tester", "9").build();

  @AfterEach
  void close() {
    prober.close();
  }

  @Test
  void callTool_modern_listsFirstToKnowItsHeaders() throws Exception {
    try (FakeHttpServer server = new FakeHttpServer(FakeHttpServer::modern);
        McpSession session =
            prober.connect(
                new Target.StreamableHttp(server.url(), Map.of()), ProbeOptions.defaults())) {
      assertThat(session.era()).isNull();
      session.initialize().get(10, TimeUnit.SECONDS);
      assertThat(session.era()).isEqualTo(Era.MODERN);
      session.callTool("echo", "{\"region\":\"eu\"}").get(10, TimeUnit.SECONDS);
      assertThat(session.ping().get(10, TimeUnit.SECONDS)).isPositive();
      assertThat(server.methods())
          .containsExactly("server/discover", "tools/list", "tools/call", "server/discover");
      assertThat(server.seen.get(2).headers().getFirst("Mcp-Param-Region")).isEqualTo("eu");
      assertThat(server.seen.get(2).headers().getFirst("User-Agent")).isEqualTo("tester/9");
    }
  }

  @Test
  void request_beforeInitialize_saysSo() {
    try (McpSession session =
        prober.connect(
            new Target.StreamableHttp(java.net.URI.create("http://127.0.0.1:1/"), Map.of()),
            ProbeOptions.defaults())) {
      assertThat(session.listTools())
          .failsWithin(Duration.ofSeconds(20))
          .withThrowableThat()
          .withMessageContaining("call initialize() before tools/list");
    }
  }

  @Test
  void send_streamThatIsDropped_isTakenUpAgain() throws Exception {
    try (FakeHttpServer server =
            new FakeHttpServer(
                new FakeHttpServer.Handler() {
                  private FakeHttpServer.Seen dropped;

                  @Override
                  public synchronized void handle(
                      com.sun.net.httpserver.HttpExchange exchange, FakeHttpServer.Seen seen)
                      throws IOException {
                    if (seen.rpcMethod().equals("tools/list")) {
                      dropped = seen;
                      FakeHttpServer.send(
                          exchange, 200, "text/event-stream", "id: e-1\nretry: 150\ndata:\n\n");
                    } else if (seen.method().equals("GET")) {
                      FakeHttpServer.stream(
                          exchange,
                          FakeHttpServer.result(dropped, "{\"tools\":[{\"name\":\"late\"}]}"));
                    } else {
                      FakeHttpServer.legacy(exchange, seen);
                    }
                  }
                });
        McpSession session =
            prober.connect(
                new Target.StreamableHttp(server.url(), Map.of()), ProbeOptions.defaults())) {
      session.initialize().get(10, TimeUnit.SECONDS);
      assertThat(session.listTools().get(10, TimeUnit.SECONDS))
          .extracting(McpTool::name)
          .containsExactly("late");
      FakeHttpServer.Seen get = server.seen.get(server.seen.size() - 1);
      assertThat(get.headers().getFirst("Last-Event-ID")).isEqualTo("e-1");
      assertThat(get.headers().getFirst("Mcp-Session-Id")).isEqualTo("s-1");
    }
  }

  @Test
  void close_duringARun_endsItWithoutAVerdict() throws Exception {
    try (RawServer server = new RawServer("")) {
      TargetProbe probe =
          prober.open(new Target.StreamableHttp(server.url(), Map.of()), ProbeOptions.defaults());
      CompletableFuture<ProbeResult> run = probe.run();
      probe.close();
      assertThat(run)
          .failsWithin(Duration.ofSeconds(20))
          .withThrowableThat()
          .withMessageContaining("is closed");
    }
  }

  @Test
  void userInTheUrl_isSentAsBasicAuthentication() throws Exception {
    try (FakeHttpServer server = new FakeHttpServer(FakeHttpServer::modern)) {
      java.net.URI url =
          java.net.URI.create(server.url().toString().replace("://", "://me:secret-1@"));
      try (McpSession session =
          prober.connect(new Target.StreamableHttp(url, Map.of()), ProbeOptions.defaults())) {
        session.initialize().get(10, TimeUnit.SECONDS);
        assertThat(server.seen.get(0).headers().getFirst("Authorization"))
            .isEqualTo("Basic bWU6c2VjcmV0LTE=");
      }
    }
  }

  @Test
  void run_manyAtOnce_shareConnectionsWithoutHarm() throws Exception {
    try (FakeHttpServer server = new FakeHttpServer(FakeHttpServer::modern)) {
      List<TargetProbe> probes =
          Stream.generate(
                  () ->
                      prober.open(
                          new Target.StreamableHttp(server.url(), Map.of()),
                          ProbeOptions.defaults()))
              .limit(60)
              .toList();
      for (int round = 0; round < 4; round++) {
        List<CompletableFuture<ProbeResult>> runs = probes.stream().map(TargetProbe::run).toList();
        for (CompletableFuture<ProbeResult> run : runs) {
          ProbeResult result = run.get(30, TimeUnit.SECONDS);
          assertThat(result.state()).as(result.reason()).isEqualTo(ServerState.HEALTHY);
        }
      }
    }
  }
}
