package io.mcprealtime.mcp.peers;

import io.mcprealtime.mcp.sample.SampleBehaviour;
import io.mcprealtime.mcp.sample.SampleMcpServer;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The protocol's own suite judges the server that other tests trust. */
class SampleConformanceTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "server-initialize, 2025-11-25, 3",
    "server-session-lifecycle, 2025-11-25, 3",
    "ping, 2025-11-25, 2",
    "tools-list, 2025-11-25, 3",
    "tools-list, 2026-07-28, 4",
    "dns-rebinding-protection, 2025-11-25, 2",
    "dns-rebinding-protection, 2026-07-28, 2",
    "http-header-validation, 2026-07-28, 14"
  })
  void sampleServer_conforms(String scenario, String version, int checks) {
    try (var server = SampleMcpServer.http(SampleBehaviour.healthy("sample"))) {
      new ConformanceSuite(folder).server(server.url(), scenario, version).requireAllPassed(checks);
    }
  }
}
