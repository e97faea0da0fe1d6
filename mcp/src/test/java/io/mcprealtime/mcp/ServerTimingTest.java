package io.mcprealtime.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerTimingTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          mcp;dur=5                                        | 5000
          mcp;dur=0                                        | 0
          MCP ; DUR = 12.345                               | 12345
          mcp;dur="7.5"                                    | 7500
          db;dur=1, total;dur=2, mcp;dur=3                 | 3000
          db;dur=1, total;dur=2, total;dur=9               | 2000
          cache;desc="a, total;dur=8", db;dur=1, app;dur=4 | 1000
          miss, db;desc="x \\" y;dur=8";dur=1.5            | 1500
          mcp;dur=oops, app;dur=4                          | 4000
          mcp;dur=1;dur=2                                  | 1000
          ,,; =mcp;dur=6                                   | 6000
          """)
  void of_readsTheServersTime(String header, long micros) {
    assertThat(ServerTiming.of(List.of(header))).isEqualTo(Duration.ofNanos(micros * 1_000));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "mcp",
        "mcp;dur",
        "mcp;dur=",
        "mcp;dur=-1",
        "mcp;dur=NaN",
        "mcp;dur=Infinity",
        "mcp;dur=1e300",
        "mcp;desc=\"dur=5",
        "mcp;duration=5",
        "\"\"\",;;==\\"
      })
  void of_whatCannotBeRead_isPassedOver(String header) {
    assertThat(ServerTiming.of(List.of(header))).isNull();
  }

  @Test
  void of_severalHeaders_areOne() {
    assertThat(ServerTiming.of(List.of())).isNull();
    assertThat(ServerTiming.of(List.of("db;dur=1", "total;dur=2"))).isEqualTo(Duration.ofMillis(2));
  }

  @Test
  void of_longHeader_isReadToALimit() {
    String filler = "a,".repeat(10_000);
    assertThat(ServerTiming.of(List.of("db;dur=1," + filler + "mcp;dur=2")))
        .isEqualTo(Duration.ofMillis(1));
  }

  @Test
  void operations_tellTheServersTime() throws Exception {
    FakeHttpServer.Handler timed =
        (exchange, seen) -> {
          if (seen.rpcMethod().equals("tools/list")) {
            exchange.getResponseHeaders().set("Server-Timing", "mcp;dur=0.001");
          }
          FakeHttpServer.modern(exchange, seen);
        };
    try (var server = new FakeHttpServer(timed);
        var prober = McpProber.builder().build();
        var session =
            prober.connect(
                new Target.StreamableHttp(server.url(), Map.of()), ProbeOptions.defaults())) {
      session.initialize().get(10, TimeUnit.SECONDS);
      session.listTools().get(10, TimeUnit.SECONDS);
      var discover = session.operations().get(0);
      assertThat(discover.serverTime()).isNull();
      assertThat(discover.overhead()).isNull();
      var list = session.operations().get(1);
      assertThat(list.serverTime()).isEqualTo(Duration.ofNanos(1_000));
      assertThat(list.overhead()).isEqualTo(list.duration().minusNanos(1_000));
    }
  }

  @Test
  void overhead_serverTimeLongerThanTheWhole_isNotKnown() {
    var operation =
        new Operation("ping", Duration.ofMillis(2), null, false, null, Duration.ofMillis(3));
    assertThat(operation.overhead()).isNull();
  }
}
