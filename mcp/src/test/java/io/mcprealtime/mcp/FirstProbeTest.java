package io.mcprealtime.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.Era;
import io.mcprealtime.ServerState;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FirstProbeTest {
  @Test
  void stdioLegacy() throws Exception {
    try (McpProber prober = McpProber.builder().build();
        TargetProbe probe =
            prober.open(
                new Target.Stdio(StdioServerMain.command("legacy"), Map.of(), null),
                ProbeOptions.builder().canary(Canary.of("echo")).build())) {
      for (int i = 0; i < 3; i++) {
        ProbeResult result = probe.run().get(30, TimeUnit.SECONDS);
        assertThat(result.state()).isEqualTo(ServerState.HEALTHY);
        assertThat(result.era()).isEqualTo(Era.LEGACY);
      }
    }
  }

  @Test
  void httpModern() throws Exception {
    try (FakeHttpServer server = new FakeHttpServer(FakeHttpServer::modern);
        McpProber prober = McpProber.builder().build();
        TargetProbe probe =
            prober.open(
                new Target.StreamableHttp(server.url(), Map.of()),
                ProbeOptions.builder().canary(new Canary("echo", "{\"region\":\"us\"}")).build())) {
      for (int i = 0; i < 3; i++) {
        ProbeResult result = probe.run().get(30, TimeUnit.SECONDS);
        assertThat(result.state()).isEqualTo(ServerState.HEALTHY);
        assertThat(result.era()).isEqualTo(Era.MODERN);
      }
    }
  }

  @Test
  void httpLegacy() throws Exception {
    try (FakeHttpServer server = new FakeHttpServer(FakeHttpServer::legacy);
        McpProber prober = McpProber.builder().build();
        TargetProbe probe =
            prober.open(
                new Target.StreamableHttp(server.url(), Map.of()), ProbeOptions.defaults())) {
      for (int i = 0; i < 3; i++) {
        ProbeResult result = probe.run().get(30, TimeUnit.SECONDS);
        assertThat(result.state()).isEqualTo(ServerState.HEALTHY);
        assertThat(result.era()).isEqualTo(Era.LEGACY);
      }
    }
  }
}
