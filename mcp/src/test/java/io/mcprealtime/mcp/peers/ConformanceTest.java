package io.mcprealtime.mcp.peers;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The protocol's own suite judges our client. */
class ConformanceTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "initialize, 2025-06-18, 1",
    "initialize, 2025-11-25, 1",
    "tools_call, 2025-06-18, 1",
    "tools_call, 2025-11-25, 1",
    "tools_call, 2026-07-28, 1",
    "http-standard-headers, 2026-07-28, 3",
    "http-custom-headers, 2026-07-28, 5",
    "json-schema-ref-no-deref, 2026-07-28, 1",
    "json-schema-2020-12-preservation, 2025-11-25, 5",
    "json-schema-2020-12-preservation, 2026-07-28, 5"
  })
  void client_conforms(String scenario, String version, int checks) {
    run(scenario, version).requireAllPassed(checks);
  }

  @Test
  void requestMetadata_isSentWithEveryRequest() {
    // The suite's server refuses the very revision that it lists; to try that again is a SHOULD.
    run("request-metadata", "2026-07-28").requireAllPassed(4, 1);
  }

  @Test
  void sseRetry_isRespected() {
    run("sse-retry", "2025-11-25").requireAllPassed(3);
  }

  @Test
  void toolsWithInvalidHeaders_areLeftOut() {
    run("http-invalid-tool-headers", "2026-07-28").requireAllPassed(12);
  }

  @ParameterizedTest
  @CsvSource({"2025-11-25, 9", "2026-07-28, 7"})
  void clientCredentials_areUsed(String version, int checks) {
    new ConformanceSuite(folder)
        .extensionClient(ConformanceClient.class, "auth/client-credentials-basic", version)
        .requireAllPassed(checks);
  }

  private ConformanceSuite.Outcome run(String scenario, String version) {
    return new ConformanceSuite(folder).client(ConformanceClient.class, scenario, version);
  }
}
