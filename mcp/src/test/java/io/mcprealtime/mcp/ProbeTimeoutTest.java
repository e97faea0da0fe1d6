package io.mcprealtime.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.ServerState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What comes after the time-out of a probe. */
class ProbeTimeoutTest {
  private static final Duration BOUND = Duration.ofSeconds(20);

  @Test
  void run_answerAfterTheTimeout_leadsToNoMoreRequests() throws Exception {
    CountDownLatch released = new CountDownLatch(1);
    try (FakeHttpServer server =
            new FakeHttpServer(
                (exchange, seen) -> {
                  if (seen.rpcMethod().equals("server/discover")) {
                    try {
                      released.await(BOUND.toSeconds(), TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                      Thread.currentThread().interrupt();
                    }
                  }
                  FakeHttpServer.modern(exchange, seen);
                });
        McpProber prober =
            McpProber.builder().requestTimeout(BOUND).probeTimeout(Duration.ofSeconds(1)).build();
        McpSession session =
            prober.connect(
                new Target.StreamableHttp(server.url(), Map.of()), ProbeOptions.defaults())) {
      ProbeResult result =
          new ProbeRun(new ProbeMemory(List.of(), null), session, Duration.ZERO)
              .run()
              .get(BOUND.toSeconds(), TimeUnit.SECONDS);
      assertThat(result.state()).isEqualTo(ServerState.DOWN);
      assertThat(result.reason()).contains("the probe is not done within 1 s");
      released.countDown();
      // Its own request is not answered before the late answer has been dealt with.
      Awaitility.await().atMost(BOUND).until(() -> session.info() != null);
      session.request("tools/call", Json.object()).get(BOUND.toSeconds(), TimeUnit.SECONDS);
      assertThat(server.methods()).containsExactly("server/discover", "tools/call");
    }
  }
}
