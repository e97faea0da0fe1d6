package io.mcprealtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.storage.InMemoryStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveAnalysisTest {
  private static final ServerId SERVER = ServerId.of("filesystem");
  private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
  private static final int LEARNT = 400;

  @TempDir Path directory;
  private final ManualTime time = ManualTime.startingAt("2026-11-20T12:00:00Z");
  private final InMemoryStorage storage = new InMemoryStorage();
  private final Random random = new Random(2);

  private McpRealtime start() {
    var config =
        McpRealtimeConfig.builder().analysisFile(directory.resolve("analysis.state")).build();
    return McpRealtime.builder().storage(storage).config(config).time(time).start();
  }

  private ServerMetrics sample(double factor) {
    time.advance(Duration.ofSeconds(15));
    double millis = factor * 100 * Math.exp(0.1 * random.nextGaussian());
    return ServerMetrics.builder(SERVER, time.instant(), ServerState.HEALTHY)
        .responseTime(Duration.ofNanos(Math.round(millis * 1e6)))
        .build();
  }

  private void collect(McpRealtime mcp, int count, double factor) {
    IntStream.range(0, count).forEach(i -> mcp.manager().collectMetrics(List.of(sample(factor))));
  }

  private List<MonitoringEvent> events(McpRealtime mcp, EventType type) {
    return mcp.manager().recentEvents().stream().filter(event -> event.type() == type).toList();
  }

  private static void awaitLearnt(McpRealtime mcp) {
    await().until(() -> mcp.timeSeries().analysis().figures(SERVER).isPresent());
  }

  @Test
  void slowServer_isToldOfAtItsOnsetAndItsEnd() {
    try (var mcp = start()) {
      collect(mcp, LEARNT, 1);
      awaitLearnt(mcp);
      collect(mcp, 20, 30);
      var onset = events(mcp, EventType.ANOMALY);
      assertThat(onset)
          .singleElement()
          .satisfies(
              event -> {
                assertThat(event.server()).isEqualTo(SERVER);
                assertThat(event.severity()).isEqualTo(Severity.CRITICAL);
                assertThat(event.message()).startsWith("filesystem: Response time reached ");
                assertThat(event.details())
                    .containsKeys(
                        "metric", "since", "value", "expectedLow", "expectedHigh", "score");
              });
      assertThat(events(mcp, EventType.PERFORMANCE_DEGRADATION)).hasSize(1);
      assertThat(mcp.manager().health(SERVER).orElseThrow().score()).isLessThan(95);
      assertThat(mcp.timeSeries().detectAnomalies(SERVER, 30).summary().critical()).isEqualTo(1);

      collect(mcp, 200, 1);

      assertThat(events(mcp, EventType.ANOMALY))
          .hasSize(2)
          .anySatisfy(event -> assertThat(event.message()).contains("filesystem: over after "));
    }
  }

  @Test
  void restart_keepsWhatIsUsualAndTheAnomalyThatGoesOn() {
    try (var mcp = start()) {
      collect(mcp, LEARNT, 1);
      awaitLearnt(mcp);
      collect(mcp, 10, 30);
    }
    try (var mcp = start()) {
      mcp.manager().collectMetrics(List.of(sample(30)));
      awaitLearnt(mcp);

      assertThat(mcp.timeSeries().detectAnomalies(SERVER, 10).anomalies())
          .singleElement()
          .satisfies(anomaly -> assertThat(anomaly.until()).isNull());
      assertThat(events(mcp, EventType.ANOMALY)).hasSize(1);
    }
  }

  @Test
  void restartWithoutTheFile_learnsFromWhatIsStored() throws IOException {
    try (var mcp = start()) {
      collect(mcp, LEARNT, 1);
      awaitLearnt(mcp);
    }
    Files.write(directory.resolve("analysis.state"), new byte[] {1, 2, 3, 4, 5});
    try (var mcp = start()) {
      collect(mcp, 20, 30);
      awaitLearnt(mcp);
      await().untilAsserted(() -> assertThat(events(mcp, EventType.ANOMALY)).hasSize(1));
    }
  }

  @Test
  void damagedRecord_leavesTheOnesBefore() throws IOException {
    var file = directory.resolve("analysis.state");
    try (var mcp = start()) {
      collect(mcp, LEARNT, 1);
      awaitLearnt(mcp);
    }
    var bytes = Files.readAllBytes(file);
    assertThat(new AnalysisFile(file).read()).hasSize(1);

    bytes[bytes.length / 2] ^= 1;
    Files.write(file, bytes);
    assertThat(new AnalysisFile(file).read()).isEmpty();
    Files.write(file, java.util.Arrays.copyOf(bytes, 20));
    assertThat(new AnalysisFile(file).read()).isEmpty();
  }

  @Test
  void startThatFails_leavesTheFile() throws IOException {
    try (var mcp = start()) {
      collect(mcp, LEARNT, 1);
      awaitLearnt(mcp);
    }
    var file = directory.resolve("analysis.state");
    var before = Files.readAllBytes(file);

    new LiveAnalysis((server, range, sink) -> {}, time, file).close();

    assertThat(Files.readAllBytes(file)).isEqualTo(before);
  }

  @Test
  void closeWhileThePastIsRead_keepsWhatWasLeft() {
    try (var mcp = start()) {
      collect(mcp, LEARNT, 1);
      awaitLearnt(mcp);
    }
    var file = directory.resolve("analysis.state");
    var reading = new CountDownLatch(1);
    try (var analysis = new LiveAnalysis((server, range, sink) -> hang(reading), time, file)) {
      analysis.start();
      analysis.observe(List.of(sample(1)), false);
      await().until(() -> reading.getCount() == 0);
      analysis.save();
      assertThat(new AnalysisFile(file).read()).hasSize(1);
    }
    assertThat(new AnalysisFile(file).read()).hasSize(1);
  }

  private static void hang(CountDownLatch begun) {
    begun.countDown();
    try {
      new CountDownLatch(1).await();
    } catch (InterruptedException e) {
      throw new McpRealtimeException("interrupted", e);
    }
  }

  @Test
  void stateOfTheFuture_isLearntAgain() {
    time.advance(Duration.ofDays(400));
    try (var mcp = start()) {
      collect(mcp, LEARNT, 1);
      awaitLearnt(mcp);
    }
    time.advance(Duration.ofDays(-401));
    try (var analysis =
        new LiveAnalysis((server, range, sink) -> {}, time, directory.resolve("analysis.state"))) {
      analysis.start();
      analysis.observe(List.of(sample(1)), false);
      await().until(() -> analysis.figures(SERVER).isPresent());
      assertThat(analysis.figures(SERVER).orElseThrow().state()).isEqualTo(ServerState.HEALTHY);
    }
  }

  @Test
  void past_isJudgedFromWhatIsStored() {
    try (var mcp = start()) {
      collect(mcp, LEARNT, 1);
      collect(mcp, 20, 30);
      collect(mcp, 3 * 5_760, 1);

      var report = mcp.timeSeries().detectAnomalies(SERVER, 4 * 24 * 60);

      assertThat(report.anomalies())
          .anySatisfy(
              anomaly -> {
                assertThat(anomaly.metric()).isEqualTo("response_time_ms");
                assertThat(anomaly.severity()).isEqualTo(Severity.CRITICAL);
                assertThat(anomaly.since()).isEqualTo(NOON.plusSeconds(15L * (LEARNT + 1)));
              });
    }
  }

  @Test
  void bulkLoad_isNotJudgedAsItComesIn_butWhenSomebodyAsks() {
    try (var mcp = start()) {
      collect(mcp, LEARNT, 1);
      awaitLearnt(mcp);
      var slow = IntStream.range(0, 20).mapToObj(i -> sample(30)).toList();
      var flood =
          IntStream.range(0, 120_000)
              .mapToObj(
                  i ->
                      ServerMetrics.builder(
                              ServerId.of("bulk-" + i % 100),
                              time.instant().minusMillis(i),
                              ServerState.HEALTHY)
                          .build())
              .toList();
      mcp.timeSeries().analysis().observe(flood, false);
      mcp.manager().collectMetrics(slow);

      assertThat(events(mcp, EventType.ANOMALY)).isEmpty();
      assertThat(mcp.timeSeries().detectAnomalies(SERVER, 30).summary().critical()).isEqualTo(1);
    }
  }

  @Test
  void silentServer_isForgotten() {
    try (var mcp = start()) {
      collect(mcp, 60, 1);
      awaitLearnt(mcp);
      time.advance(Duration.ofDays(15));
      mcp.timeSeries().analysis().save();

      assertThat(mcp.timeSeries().analysis().figures(SERVER)).isEmpty();
      assertThat(new AnalysisFile(directory.resolve("analysis.state")).read()).isEmpty();
    }
  }
}
