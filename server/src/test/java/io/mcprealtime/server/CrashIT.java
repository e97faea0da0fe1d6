package io.mcprealtime.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CrashIT {
  private static final int ROUNDS = 3;
  private static final int SENDERS = 4;
  private static final int BATCH = 20;

  /** One answer holds 20,000 samples at the most, and there is one a second. */
  private static final int PAGE_SECONDS = 10_000;

  @TempDir private Path directory;

  private RunningJar serve(Path config) throws IOException {
    return RunningJar.start(
        Map.of(),
        "serve",
        "--port",
        "0",
        "--data-dir",
        directory.resolve("data").toString(),
        "--config",
        config.toString(),
        "--interval",
        "1s");
  }

  private Path config() throws IOException {
    var java = Path.of(System.getProperty("java.home"), "bin", "java");
    var file = directory.resolve("mcp.json");
    Files.writeString(
        file,
        """
        {"mcpServers": {"notes": {"command": "%s", "args":
          ["-cp", "%s", "io.mcprealtime.server.Main", "sample-servers", "--stdio", "notes"]}}}
        """
            .formatted(java, System.getProperty("mcp-realtime.jar")));
    return file;
  }

  @Test
  void kill_duringWrites_losesNothingThatWasAcknowledged_andStoresItOnce() throws Exception {
    var config = config();
    Set<Instant> acknowledged = ConcurrentHashMap.newKeySet();
    Set<Instant> sent = ConcurrentHashMap.newKeySet();
    var start = Instant.now().truncatedTo(ChronoUnit.SECONDS).minus(Duration.ofDays(1));
    var next = new AtomicInteger();
    for (int round = 0; round < ROUNDS; round++) {
      try (var jar = serve(config)) {
        jar.url();
        int before = acknowledged.size();
        var senders = Executors.newFixedThreadPool(SENDERS);
        for (int i = 0; i < SENDERS; i++) {
          senders.execute(() -> send(jar, start, next, sent, acknowledged));
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> acknowledged.size() > before + 500);
        var children = jar.descendants();
        jar.kill();
        senders.shutdownNow();
        assertThat(senders.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        assertStdioChildEnds(children);
      }
    }

    try (var jar = serve(config)) {
      var stored = new ArrayList<Instant>();
      var end = start.plusSeconds(next.get());
      for (var from = start; from.isBefore(end); from = from.plusSeconds(PAGE_SECONDS)) {
        String path =
            "/api/v1/servers/pushed/history?from=%s&to=%s"
                .formatted(from, from.plusSeconds(PAGE_SECONDS));
        for (var sample : jar.get(path).get("samples")) {
          stored.add(Instant.parse(sample.get("at").stringValue()));
        }
      }
      var distinct = new HashSet<>(stored);
      long lost = acknowledged.stream().filter(at -> !distinct.contains(at)).count();
      System.out.printf(
          "kill -9 %d times: %d samples sent, %d acknowledged, %d stored, %d lost, %d twice%n",
          ROUNDS,
          sent.size(),
          acknowledged.size(),
          distinct.size(),
          lost,
          stored.size() - distinct.size());
      assertThat(stored).doesNotHaveDuplicates().containsAll(acknowledged);
      assertThat(sent).containsAll(stored);

      awaitHealthy(jar, "notes");
      var children = new HashSet<>(jar.descendants());
      assertThat(children).hasSizeGreaterThanOrEqualTo(2);
      jar.stop();
      assertThat(children).noneMatch(ProcessHandle::isAlive);
      assertThat(jar.output()).contains("Stopped.");
    }
  }

  private static void assertStdioChildEnds(List<ProcessHandle> children) {
    var samples =
        children.stream()
            .filter(child -> child.info().commandLine().orElse("").contains("sample-servers"))
            .toList();
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> samples.stream().noneMatch(ProcessHandle::isAlive));
  }

  private static void awaitHealthy(RunningJar jar, String server) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () -> {
              var states = new HashMap<String, String>();
              for (var found : jar.get("/api/v1/servers").get("servers")) {
                states.put(found.get("id").stringValue(), found.get("state").stringValue());
              }
              return "HEALTHY".equals(states.get(server));
            });
  }

  /** Sends batches until the server is gone; a batch is acknowledged by a 200 alone. */
  private static void send(
      RunningJar jar,
      Instant start,
      AtomicInteger next,
      Set<Instant> sent,
      Set<Instant> acknowledged) {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        var batch = new ArrayList<Instant>();
        var json = new StringBuilder("[");
        for (int i = 0; i < BATCH; i++) {
          var at = start.plusSeconds(next.getAndIncrement());
          batch.add(at);
          json.append(i == 0 ? "" : ",")
              .append("{\"server\":\"pushed\",\"at\":\"%s\",\"state\":\"HEALTHY\"}".formatted(at));
        }
        sent.addAll(batch);
        if (jar.post("/api/v1/metrics", json + "]").statusCode() == 200) {
          acknowledged.addAll(batch);
        }
      }
    } catch (IOException | InterruptedException e) {
      // The server was killed: what this batch became is not known, and so it counts as sent only.
    }
  }
}
