package io.mcprealtime;

import static io.mcprealtime.Samples.FILESYSTEM;
import static io.mcprealtime.Samples.GITHUB;
import static io.mcprealtime.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.storage.InMemoryStorage;
import io.mcprealtime.storage.TimeRange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class McpTimeSeriesManagerTest {
  private static final TimeRange DAY =
      new TimeRange(NOON.minus(Duration.ofHours(12)), NOON.plus(Duration.ofHours(12)));

  private final ManualTime time = ManualTime.startingAt("2026-11-20T12:00:00Z");
  private final InMemoryStorage storage = new InMemoryStorage();
  private McpTimeSeriesManager manager = newManager();

  private McpTimeSeriesManager newManager() {
    return new McpTimeSeriesManager(storage, McpRealtimeConfig.defaults(), time);
  }

  @BeforeEach
  void start() {
    manager.start();
  }

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void rollUps_areOfEveryWindow() {
    manager.batchInsertMetrics(Samples.series(FILESYSTEM, NOON, 240, i -> 10 + i % 10), null);

    assertThat(manager.getRollups(FILESYSTEM, Window.FIVE_MINUTES, DAY)).hasSize(13);
    assertThat(manager.getRollups(FILESYSTEM, Window.FIFTEEN_MINUTES, DAY)).hasSize(5);
    var day = manager.getRollups(FILESYSTEM, Window.ONE_DAY, DAY).get(0);
    assertThat(day.sampleCount()).isEqualTo(240);
    assertThat(day.requestCount()).isEqualTo(720);
    assertThat(day.upRatio()).contains(1.0);
    assertThat(day.minResponseTime()).isEqualTo(Duration.ofMillis(10));
    assertThat(day.maxResponseTime()).isEqualTo(Duration.ofMillis(19));
    assertThat(day.meanResponseTime().orElseThrow()).isEqualTo(Duration.ofNanos(14_500_000));
    assertThat(day.latency().quantile(0.99).orElseThrow().toNanos() / 19e6).isBetween(0.99, 1.01);
  }

  @Test
  void rollUps_takeInLateSamples() {
    var all = Samples.series(FILESYSTEM, NOON, 40, i -> 10);
    manager.batchInsertMetrics(all.subList(20, 40), null);

    manager.batchInsertMetrics(all, null);

    assertThat(manager.getRollups(FILESYSTEM, Window.ONE_DAY, DAY))
        .singleElement()
        .satisfies(day -> assertThat(day.sampleCount()).isEqualTo(40));
  }

  @Test
  void summary_countsWhatHappened() {
    manager.batchInsertMetrics(
        Samples.series(FILESYSTEM, NOON.minusSeconds(60), 30, i -> 20), null);
    manager.batchInsertMetrics(List.of(Samples.down(FILESYSTEM, NOON.minusSeconds(30))), null);

    var summary = manager.getServerSummary(FILESYSTEM, 24);

    assertThat(summary.sampleCount()).isEqualTo(31);
    assertThat(summary.upRatio().orElseThrow())
        .isCloseTo(30 / 31.0, org.assertj.core.data.Offset.offset(1e-9));
    assertThat(summary.responseTime(0.5).orElseThrow().toNanos() / 20e6).isBetween(0.99, 1.01);
  }

  @Test
  void queryMetrics_streamsInOrder() {
    var all = Samples.series(FILESYSTEM, NOON, 10, i -> 10);
    manager.batchInsertMetrics(all, null);
    var found = new ArrayList<ServerMetrics>();

    manager.queryMetrics(FILESYSTEM, DAY, found::add);

    assertThat(found).containsExactlyElementsOf(all);
    assertThat(manager.timings().queries().count()).isPositive();
  }

  @Test
  void insert_afterClose_isRefused() {
    manager.close();

    assertThatThrownBy(
            () -> manager.batchInsertMetrics(List.of(Samples.down(FILESYSTEM, NOON)), null))
        .isInstanceOf(McpRealtimeException.class)
        .hasMessageContaining("closed");
  }

  @Test
  void insert_ofASampleFromTheFuture_isRefused() {
    var ahead = NOON.plus(McpTimeSeriesManager.MAX_AHEAD);

    manager.batchInsertMetrics(List.of(Samples.down(FILESYSTEM, ahead)), null);

    assertThatThrownBy(
            () ->
                manager.batchInsertMetrics(
                    List.of(Samples.down(FILESYSTEM, ahead.plusMillis(1))), null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("lies in the future");
  }

  @Test
  void summary_ofSamplesWithoutCounts_doesNotKnowThem() {
    manager.batchInsertMetrics(List.of(Samples.down(FILESYSTEM, NOON.minusSeconds(1))), null);

    var summary = manager.getServerSummary(FILESYSTEM, 1);

    assertThat(summary.requestCount()).isNull();
    assertThat(summary.errorCount()).isNull();
    assertThat(summary.sampleCount()).isEqualTo(1);
  }

  @Test
  void kpis_countTheLastMinutesOfAllServers() {
    manager.batchInsertMetrics(Samples.series(FILESYSTEM, NOON, 10, i -> 20), null);
    manager.batchInsertMetrics(List.of(Samples.down(GITHUB, NOON)), null);
    manager.batchInsertMetrics(List.of(Samples.down(GITHUB, NOON.minusSeconds(600))), null);

    var kpis = manager.getRealtimeKpis();

    assertThat(kpis.servers()).isEqualTo(2);
    assertThat(kpis.sampleCount()).isEqualTo(11);
    assertThat(kpis.upRatio().orElseThrow()).isEqualTo(10 / 11.0);
    assertThat(kpis.errorRate()).contains(0.0);
    assertThat(kpis.responseTime(0.5).orElseThrow().toNanos() / 20e6).isBetween(0.99, 1.01);
  }

  @Test
  void detectAnomalies_ofNoTime_isRefused() {
    assertThatThrownBy(() -> manager.detectAnomalies(FILESYSTEM, 0))
        .hasMessage("minutes must be positive, is 0");
  }
}
