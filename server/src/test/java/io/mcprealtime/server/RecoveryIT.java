package io.mcprealtime.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RecoveryIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path directory;

  private void write(Path config, String env) throws IOException {
    Files.writeString(
        config,
        """
        {"mcpServers": {"notes": {"command": "%s", "env": %s, "args":
          ["-cp", "%s", "io.mcprealtime.server.Main", "sample-servers", "--stdio", "notes"]}}}
        """
            .formatted(
                Path.of(System.getProperty("java.home"), "bin", "java"),
                env,
                System.getProperty("mcp-realtime.jar")));
  }

  private static String stateOfNotes(RunningJar jar) throws Exception {
    return jar.get("/api/v1/servers").at("/servers/0/state").stringValue("");
  }

  private static int push(RunningJar jar, String server) throws Exception {
    String sample =
        "[{\"server\":\"%s\",\"at\":\"%s\",\"state\":\"HEALTHY\"}]"
            .formatted(server, Instant.now());
    return jar.post("/api/v1/metrics", sample).statusCode();
  }

  @Test
  void serve_survivesItsDatabaseAndABadConfig() throws Exception {
    var config = directory.resolve("mcp.json");
    write(config, "{}");
    try (var jar =
        RunningJar.start(
            Map.of(),
            "serve",
            "--port",
            "0",
            "--data-dir",
            directory.resolve("data").toString(),
            "--config",
            config.toString(),
            "--interval",
            "1s")) {
      await().atMost(PATIENCE).until(() -> stateOfNotes(jar).equals("HEALTHY"));
      assertThat(push(jar, "notes")).as("a probed server takes no samples").isEqualTo(400);
      assertThat(push(jar, "pushed")).isEqualTo(200);

      var postgres =
          jar.descendants().stream()
              .filter(child -> child.info().commandLine().orElse("").contains("pgdata"))
              .toList();
      assertThat(postgres).isNotEmpty();
      postgres.forEach(ProcessHandle::destroyForcibly);
      await().atMost(PATIENCE).until(() -> jar.output().contains("runs again"));
      await().atMost(PATIENCE).until(() -> push(jar, "pushed") == 200);

      write(config, "{\"KEY\": [\"no text\"]}");
      await()
          .atMost(PATIENCE)
          .until(() -> jar.get("/api/v1/events").toString().contains("mcpServers.notes"));
      Files.writeString(config, "{ \"mcpServers\": {");
      await().atMost(PATIENCE).until(() -> jar.output().contains("is not JSON"));
      var seen = Instant.now();
      await()
          .atMost(PATIENCE)
          .until(
              () ->
                  Instant.parse(
                          jar.get("/api/v1/servers").at("/servers/0/lastCheckAt").stringValue())
                      .isAfter(seen));
      assertThat(stateOfNotes(jar)).isEqualTo("HEALTHY");

      jar.stop();
      assertThat(jar.output()).contains("Stopped.");
    }
  }
}
