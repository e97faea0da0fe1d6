package io.mcprealtime.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoIT {
  /** It has digits of its own, which must not get into what is written. */
  private static final List<String> LOCALE = List.of("-Duser.language=ar", "-Duser.country=EG");

  @TempDir private Path directory;

  @Test
  void demo_showsEveryKindOfTrouble_sumsUp_andLeavesNothingBehind() throws Exception {
    try (var jar =
        RunningJar.start(
            LOCALE,
            Map.of("MCP_REALTIME_DATA_DIR", directory.toString()),
            "demo",
            "--duration",
            "40s",
            "--port",
            "0")) {
      jar.url();
      var states = new HashSet<String>();
      var reasons = new HashMap<String, String>();
      var descendants = new HashSet<>(jar.descendants());
      await()
          .atMost(Duration.ofSeconds(39))
          .until(
              () -> {
                for (var server : jar.get("/api/v1/servers").get("servers")) {
                  states.add(server.get("state").stringValue());
                  if (server.get("reason").isString()) {
                    reasons.put(server.get("id").stringValue(), server.get("reason").stringValue());
                  }
                }
                descendants.addAll(jar.descendants());
                return states.containsAll(
                        List.of("HEALTHY", "DEGRADED", "AUTH_REQUIRED", "EMPTY", "DOWN"))
                    && reasons.containsKey("inventory");
              });

      assertThat(jar.waitFor(Duration.ofSeconds(60))).as(jar.output()).isZero();

      assertThat(reasons.get("ghost")).contains("refuses connections");
      assertThat(reasons.get("vault")).contains("401").contains("credentials");
      assertThat(reasons.get("wiki")).contains("HTML");
      assertThat(reasons.get("billing")).contains("500");
      assertThat(reasons.get("inventory")).contains("503");
      assertThat(reasons.get("catalog")).contains("no tools");
      assertThat(reasons.get("translator")).contains("stdout");
      assertThat(jar.output())
          .contains("Performance Summary")
          .containsPattern("Total Operations: [0-9]")
          .contains("Success Rate: ")
          .contains("Cache Hit Rate: ")
          .contains("The run was too short for faults")
          .contains("Recommendations");
      assertThat(descendants).as("samples, stdio servers and PostgreSQL").hasSizeGreaterThan(3);
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> descendants.stream().noneMatch(ProcessHandle::isAlive));
    }
  }
}
