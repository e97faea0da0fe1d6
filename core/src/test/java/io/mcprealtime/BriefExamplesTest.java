package io.mcprealtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.MetricsResult.Source;
import io.mcprealtime.analysis.Trend.Direction;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.InMemoryStorage;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The product brief's examples, in its order. */
class BriefExamplesTest {
  private final ServerId filesystem = ServerId.of("filesystem");
  private final ServerId github = ServerId.of("github");
  private final Instant now = Instant.now();

  @Test
  void cacheManager_cachesAndReadsMetrics() {
    var config = McpRealtimeConfig.defaults();
    var cacheManager = new McpCacheManager(TimeSource.system());
    var metrics = Samples.series(filesystem, now, 50, i -> 10 + i);

    assertThat(cacheManager.cacheServerMetrics(metrics)).isTrue();

    assertThat(cacheManager.getServerMetrics(filesystem)).contains(metrics.get(49));
    assertThat(cacheManager.stats().hitRate()).contains(1.0);
  }

  @Test
  void timeSeriesManager_storesABatchAndAnalyzesATrend() {
    var time = TimeSource.system();
    try (var timeSeriesManager =
        new McpTimeSeriesManager(new InMemoryStorage(), McpRealtimeConfig.defaults(), time)) {
      timeSeriesManager.start();
      var noise = new Random(1);
      var metrics = Samples.series(github, now, 200, i -> 100 + i + noise.nextGaussian() * 5);

      timeSeriesManager.batchInsertMetrics(metrics, "session-1");
      var trend = timeSeriesManager.analyzePerformanceTrends(github, Window.ONE_HOUR);

      assertThat(trend.direction()).isEqualTo(Direction.DEGRADING);
      assertThat(trend.pValue()).isLessThan(0.05);
      assertThat(timeSeriesManager.getRecentMetrics(github, 1).get(0).sessionId())
          .isEqualTo("session-1");
    }
  }

  @Test
  void retentionManager_analyzesUsageAndCleansUp() {
    var time = ManualTime.startingAt("2026-11-20T12:00:00Z");
    var storage = new InMemoryStorage();
    var config = McpRealtimeConfig.defaults();
    var cache = new McpCacheManager(time);
    storage.samples().insert(Samples.series(filesystem, time.instant(), 10, i -> 5));
    time.advance(Duration.ofDays(9));
    storage.samples().insert(Samples.series(filesystem, time.instant(), 10, i -> 5));
    var retentionManager = new McpDataRetentionManager(cache, storage, config, time);

    var usage = retentionManager.analyzeDataUsage();
    var result = retentionManager.performFullCleanup();

    assertThat(usage.storage().relations())
        .anySatisfy(relation -> assertThat(relation.rows()).isEqualTo(20));
    assertThat(result.dropped()).containsEntry(DataKind.METRICS, 10L);
  }

  @Test
  void metrics_withoutCache_comeFromTheDatabase() {
    try (var mcp = McpRealtime.create()) {
      mcp.manager().collectMetrics(Samples.series(filesystem, now, 5, i -> 10));

      var data = mcp.manager().getMetrics(filesystem, new MetricsOptions(false, true));

      assertThat(data.source()).isEqualTo(Source.DATABASE);
      assertThat(data.data()).isPresent();
    }
  }

  @Test
  void anomalies_areSummedUpBySeverity() {
    try (var mcp = McpRealtime.create()) {
      mcp.manager()
          .collectMetrics(Samples.series(filesystem, now, 100, i -> i >= 95 ? 900 : 10 + i % 4));

      var anomalies = mcp.timeSeries().detectAnomalies(filesystem, 30);

      assertThat(anomalies.summary().critical()).isEqualTo(1);
      assertThat(anomalies.anomalies().get(0).sentence()).contains("900.0 ms");
    }
  }

  @Test
  void performance_isAnalyzedOverAWindow() {
    try (var mcp = McpRealtime.create()) {
      mcp.manager().collectMetrics(Samples.series(github, now, 100, i -> 20));

      var trend = mcp.manager().analyzePerformance(github, Window.ofLabel("1h"));

      assertThat(trend.direction()).isEqualTo(Direction.STABLE);
      assertThat(trend.avgResponseTimeMillis()).isEqualTo(20);
    }
  }

  @Test
  void cleanup_byForce_dropsTheLesserTiers() {
    try (var mcp = McpRealtime.create()) {
      mcp.manager().collectMetrics(Samples.series(github, now, 100, i -> 20));
      mcp.manager().analyzePerformance(github, Window.ONE_HOUR);

      // One clean-up at a time; another begins with the start.
      await().until(() -> mcp.manager().performCleanup(true).ran());

      assertThat(mcp.cache().getTrend(github, Window.ONE_HOUR)).isEmpty();
      assertThat(mcp.cache().getServerMetrics(github)).isPresent();
    }
  }
}
