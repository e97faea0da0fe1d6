package io.mcprealtime.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.Era;
import io.mcprealtime.ServerState;
import io.mcprealtime.catalog.CatalogEntry;
import java.io.File;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Our client against the official SDK's server in a process of its own. */
class SdkPeerTest {
  private static final Target TARGET =
      new Target.Stdio(
          List.of(
              Path.of(System.getProperty("java.home"), "bin", "java").toString(),
              "-cp",
              classPathWithoutLogback(),
              SdkServerMain.class.getName()),
          Map.of(),
          null);

  /** Logback would write to stdout, which belongs to the protocol. */
  private static String classPathWithoutLogback() {
    return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> !entry.contains("logback"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  @Test
  void run_findsItHealthy() throws Exception {
    try (McpProber prober = McpProber.builder().build();
        TargetProbe probe =
            prober.open(
                TARGET,
                ProbeOptions.builder().canary(new Canary("echo", "{\"text\":\"hi\"}")).build())) {
      for (int i = 0; i < 3; i++) {
        ProbeResult result = probe.run().get(30, TimeUnit.SECONDS);
        assertThat(result.reason()).isNull();
        assertThat(result.state()).isEqualTo(ServerState.HEALTHY);
        assertThat(result.era()).isEqualTo(Era.LEGACY);
        assertThat(result.serverName()).isEqualTo("sdk-peer 2.1.0");
        assertThat(result.catalog().entries())
            .extracting(CatalogEntry::name)
            .containsExactlyInAnyOrder("echo");
      }
    }
  }

  @Test
  void session_callsATool() throws Exception {
    try (McpProber prober = McpProber.builder().build();
        McpSession session = prober.connect(TARGET, ProbeOptions.defaults())) {
      ServerInfo info = session.initialize().get(30, TimeUnit.SECONDS);
      assertThat(info.declaresTools()).isTrue();
      assertThat(session.ping().get(10, TimeUnit.SECONDS)).isPositive();
      ToolResult ok = session.callTool("echo", "{\"text\":\"grüß\"}").get(10, TimeUnit.SECONDS);
      assertThat(ok.text()).isEqualTo("grüß");
      assertThat(ok.isError()).isFalse();
      ToolResult failed =
          session.callTool("echo", "{\"text\":\"no\",\"fail\":1}").get(10, TimeUnit.SECONDS);
      assertThat(failed.isError()).isTrue();
      assertThat(session.operations())
          .extracting(Operation::method)
          .containsExactly("initialize", "ping", "tools/call", "tools/call");
      assertThat(session.operations().get(3).errorType()).isEqualTo("tool_error");
    }
  }
}
