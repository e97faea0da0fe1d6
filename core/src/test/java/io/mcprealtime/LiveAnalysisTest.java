package io.mcprealtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.analysis.AnomalyWatch;
import io.mcprealtime.storage.InMemoryStorage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
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
  void damagedRecord_isLeftOut_andACopyIsKept() throws IOException {
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
    assertThat(directory.resolve("analysis.state.broken")).hasBinaryContent(bytes);
    Files.write(file, Arrays.copyOf(bytes, 20));
    assertThat(new AnalysisFile(file).read()).isEmpty();
  }

  @Test
  void damagedRecord_leavesTheOnesAfterIt() throws IOException {
    var file = directory.resolve("analysis.state");
    var other = AnomalyWatch.ofProbed(ServerId.of("other"));
    other.observe(sample(1));
    var watch = AnomalyWatch.ofProbed(SERVER);
    watch.observe(sample(1));
    new AnalysisFile(file).write(sink -> List.of(other, watch).forEach(w -> sink.accept(w.save())));
    var bytes = Files.readAllBytes(file);
    bytes[Integer.BYTES + Integer.BYTES + Long.BYTES + 5] ^= 1;
    Files.write(file, bytes);

    assertThat(new AnalysisFile(file).read())
        .singleElement()
        .satisfies(found -> assertThat(found.server()).isEqualTo(SERVER));
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
  void probedServer_isJudgedWhateverElseComesIn() {
    try (var analysis = new LiveAnalysis((server, range, sink) -> {}, time, null)) {
      var flood =
          IntStream.range(0, 20_000)
              .mapToObj(i -> named("bulk-" + i % 100, time.instant()))
              .toList();
      analysis.observe(List.of(sample(1)), true);
      analysis.observe(flood, false);
      await().until(() -> analysis.figures(SERVER).isPresent());
      var probe = sample(1);
      analysis.observe(List.of(probe), true);

      assertThat(analysis.report(SERVER, probe.at())).isPresent();
    }
  }

  @Test
  void namesWithoutEnd_areBounded() {
    try (var analysis = new LiveAnalysis((server, range, sink) -> {}, time, null)) {
      int most = LiveAnalysis.MOST_SERVERS;
      for (int i = 0; i < most + 100; i++) {
        analysis.observe(List.of(named("name-" + i, time.instant())), true);
      }
      await().until(() -> analysis.figures(ServerId.of("name-" + (most - 1))).isPresent());
      assertThat(analysis.figures(ServerId.of("name-" + most))).isEmpty();

      time.advance(Duration.ofHours(2));
      analysis.observe(List.of(sample(1)), true);
      await().until(() -> analysis.figures(SERVER).isPresent());
      assertThat(analysis.figures(ServerId.of("name-0"))).isEmpty();
    }
  }

  @Test
  void oldSampleOfAnUnknownServer_beginsNothing() {
    try (var analysis = new LiveAnalysis((server, range, sink) -> {}, time, null)) {
      analysis.observe(List.of(named("old", time.instant().minusSeconds(3_601))), false);
      analysis.observe(List.of(named("new", time.instant().minusSeconds(3_600))), false);
      await().until(() -> analysis.figures(ServerId.of("new")).isPresent());
      assertThat(analysis.figures(ServerId.of("old"))).isEmpty();
    }
  }

  @Test
  void forgottenServer_isAnotherFromThen() {
    try (var mcp = start()) {
      collect(mcp, LEARNT, 1);
      awaitLearnt(mcp);
      mcp.manager().forget(SERVER);
      collect(mcp, 30, 10);
      awaitLearnt(mcp);

      assertThat(mcp.manager().health(SERVER).orElseThrow().score()).isEqualTo(100);
      assertThat(events(mcp, EventType.ANOMALY)).isEmpty();
      assertThat(events(mcp, EventType.PERFORMANCE_DEGRADATION)).isEmpty();
    }
  }

  @Test
  void serverForgottenWhileItsPastIsRead_isNotToldOf() throws Exception {
    var reading = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var told = new ArrayList<MonitoringEvent>();
    LiveAnalysis.History past =
        (server, range, sink) -> {
          IntStream.range(0, LEARNT).forEach(i -> sink.accept(sample(1)));
          reading.countDown();
          awaitUninterruptibly(goOn);
        };
    try (var analysis = new LiveAnalysis(past, time, null)) {
      analysis.tell(told::addAll);
      analysis.observe(List.of(named(SERVER.value(), time.instant())), true);
      reading.await();
      for (int i = 0; i < 20; i++) {
        analysis.observe(List.of(sample(30)), true);
      }
      analysis.forget(SERVER);
      goOn.countDown();
    }
    assertThat(told).isEmpty();
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void clockThatGoesBack_beginsAnew() {
    try (var mcp = start()) {
      collect(mcp, LEARNT, 1);
      awaitLearnt(mcp);
      time.advance(Duration.ofHours(-3));
      var ill = ServerMetrics.builder(SERVER, time.instant(), ServerState.DEGRADED).build();
      mcp.manager().collectMetrics(List.of(ill));
      awaitLearnt(mcp);

      var figures = mcp.timeSeries().analysis().figures(SERVER).orElseThrow();
      assertThat(figures.state()).isEqualTo(ServerState.DEGRADED);
      assertThat(mcp.manager().health(SERVER).orElseThrow().score()).isLessThan(100);
    }
  }

  private static ServerMetrics named(String name, Instant at) {
    return ServerMetrics.builder(ServerId.of(name), at, ServerState.HEALTHY).build();
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
