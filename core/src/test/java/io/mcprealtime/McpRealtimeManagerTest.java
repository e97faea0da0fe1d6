package io.mcprealtime;

import static io.mcprealtime.Samples.FILESYSTEM;
import static io.mcprealtime.Samples.GITHUB;
import static io.mcprealtime.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.MetricsResult.Source;
import io.mcprealtime.cache.CacheTier;
import io.mcprealtime.storage.TimeRange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class McpRealtimeManagerTest {
  private final ManualTime time = ManualTime.startingAt("2026-11-20T12:00:00Z");
  private final SwitchableStorage storage = new SwitchableStorage();
  private final McpRealtime mcp = McpRealtime.builder().storage(storage).time(time).start();
  private final McpRealtimeManager manager = mcp.manager();

  @AfterEach
  void close() {
    mcp.close();
  }

  @Test
  void metrics_comeFromTheCacheUntilItsTimeToLive_thenFromTheDatabase() {
    manager.collectMetrics(List.of(Samples.healthy(FILESYSTEM, NOON, 5)));

    assertThat(manager.getMetrics(FILESYSTEM).source()).isEqualTo(Source.CACHE);
    time.advance(CacheTier.METRICS.timeToLive().multipliedBy(2));

    assertThat(manager.getMetrics(FILESYSTEM, MetricsOptions.CACHE_ONLY).source())
        .isEqualTo(Source.NONE);
    assertThat(manager.getMetrics(FILESYSTEM).source()).isEqualTo(Source.DATABASE);
    assertThat(manager.getMetrics(FILESYSTEM).source()).isEqualTo(Source.CACHE);
    assertThat(manager.getMetrics(GITHUB).source()).isEqualTo(Source.NONE);
  }

  @Test
  void metricsOfAll_readFromTheDatabaseWhatTheCacheLacks_once() {
    manager.collectMetrics(List.of(Samples.healthy(FILESYSTEM, NOON, 5)));
    time.advance(Duration.ofSeconds(10));
    manager.collectMetrics(List.of(Samples.healthy(GITHUB, NOON.plusSeconds(10), 5)));
    assertThat(manager.getMetrics().source()).isEqualTo(Source.CACHE);

    time.advance(Duration.ofSeconds(25));

    assertThat(manager.getMetrics(MetricsOptions.CACHE_ONLY).data()).hasSize(1);
    var all = manager.getMetrics();
    assertThat(all.source()).isEqualTo(Source.DATABASE);
    assertThat(all.data()).extracting(ServerMetrics::server).containsExactly(FILESYSTEM, GITHUB);
    assertThat(manager.getMetrics().source()).isEqualTo(Source.CACHE);
  }

  @Test
  void lateSample_doesNotReplaceTheNewerOneInTheCache() {
    manager.collectMetrics(List.of(Samples.healthy(FILESYSTEM, NOON, 5)));
    manager.collectMetrics(List.of(Samples.down(FILESYSTEM, NOON.minus(Duration.ofHours(3)))));

    var latest = manager.getMetrics(FILESYSTEM);

    assertThat(latest.source()).isEqualTo(Source.CACHE);
    assertThat(latest.data().orElseThrow().at()).isEqualTo(NOON);
  }

  @Test
  void collect_whileTheDatabaseIsAway_saysSoAndKeepsTheCacheFresh() {
    storage.away = true;

    var result = manager.collectMetrics(List.of(Samples.healthy(FILESYSTEM, NOON, 5)));

    assertThat(result.stored()).isFalse();
    assertThat(result.whyNotKept().orElseThrow()).hasMessage("the database is away");
    assertThat(manager.getMetrics(FILESYSTEM).source()).isEqualTo(Source.CACHE);
    assertThat(manager.getRealtimeStats().urgentActions())
        .contains("Bring the database back: it does not answer: the database is away");
    assertThat(
            manager.processEvents(
                List.of(MonitoringEvent.ofMonitor(NOON, EventType.QUOTA, Severity.INFO, "a test"))))
        .isFalse();
  }

  @Test
  void collect_afterTheDatabaseIsBack_storesAgain() {
    storage.away = true;
    manager.collectMetrics(List.of(Samples.healthy(FILESYSTEM, NOON, 5)));
    storage.away = false;

    var result = manager.collectMetrics(List.of(Samples.healthy(FILESYSTEM, NOON, 5)));

    assertThat(result.stored()).isTrue();
    assertThat(manager.getMetrics(FILESYSTEM, MetricsOptions.DATABASE_ONLY).data()).isPresent();
  }

  @Test
  void collect_ofAChangedState_makesOneEvent() {
    var heard = new ArrayList<MonitoringEvent>();
    var subscription =
        manager
            .live()
            .subscribe(
                new LiveFeed.Listener() {
                  @Override
                  public void onEvents(List<MonitoringEvent> events) {
                    heard.addAll(events);
                  }
                });
    manager.collectMetrics(List.of(Samples.healthy(FILESYSTEM, NOON, 5)));
    manager.collectMetrics(List.of(Samples.down(FILESYSTEM, NOON.plusSeconds(15))));
    manager.collectMetrics(List.of(Samples.down(FILESYSTEM, NOON.plusSeconds(30))));
    manager.collectMetrics(List.of(Samples.healthy(FILESYSTEM, NOON.plusSeconds(20), 5)));
    manager.collectMetrics(List.of(Samples.healthy(FILESYSTEM, NOON.plusSeconds(45), 5)));
    subscription.close();
    manager.collectMetrics(List.of(Samples.down(FILESYSTEM, NOON.plusSeconds(60))));

    assertThat(heard)
        .extracting(MonitoringEvent::message)
        .containsExactly(
            "filesystem went from HEALTHY to DOWN: refused",
            "filesystem went from DOWN to HEALTHY");
    time.advance(Duration.ofMinutes(2));
    assertThat(manager.recentEvents())
        .hasSize(3)
        .first()
        .satisfies(e -> assertThat(e.severity()).isEqualTo(Severity.ERROR));
    assertThat(mcp.cache().getEvents()).isPresent();
  }

  @Test
  void restart_isNoChangeOfState() {
    manager.collectMetrics(List.of(Samples.down(FILESYSTEM, NOON)));
    mcp.close();

    try (var again = McpRealtime.builder().storage(storage).time(time).start()) {
      again.manager().collectMetrics(List.of(Samples.down(FILESYSTEM, NOON.plusSeconds(15))));
      time.advance(Duration.ofMinutes(1));

      assertThat(again.manager().recentEvents()).isEmpty();
    }
  }

  @Test
  void healthChecks_areCachedStoredAndTold() {
    var heard = new ArrayList<HealthCheck>();
    manager
        .live()
        .subscribe(
            new LiveFeed.Listener() {
              @Override
              public void onHealthChecks(List<HealthCheck> checks) {
                heard.addAll(checks);
                throw new IllegalStateException("a listener's fault is not ours");
              }
            });
    var check =
        new HealthCheck(
            FILESYSTEM, NOON, ServerState.EMPTY, null, "no tools", List.of(), null, null, null, 0);

    assertThat(manager.processHealthChecks(List.of(check))).isTrue();

    assertThat(heard).containsExactly(check);
    assertThat(mcp.cache().getHealthCheck(FILESYSTEM)).contains(check);
    assertThat(
            mcp.timeSeries()
                .getHealthChecks(FILESYSTEM, new TimeRange(NOON, NOON.plusSeconds(1)), 10))
        .containsExactly(check);
  }

  @Test
  void dashboard_showsStatesAndAdvice() {
    manager.collectMetrics(
        List.of(
            Samples.healthy(FILESYSTEM, NOON, 5),
            Samples.down(GITHUB, NOON),
            ServerMetrics.builder(ServerId.of("locked"), NOON, ServerState.AUTH_REQUIRED).build(),
            ServerMetrics.builder(ServerId.of("empty"), NOON, ServerState.EMPTY).build()));

    var dashboard = manager.dashboard();

    assertThat(dashboard.servers()).hasSize(4);
    // What a server was in the last hour counts as soon as its past is read.
    assertThat(dashboard.stats().system().overallHealthScore().orElseThrow()).isIn(37.5, 32.5);
    assertThat(dashboard.stats().system().activeServers()).isEqualTo(2);
    assertThat(dashboard.stats().urgentActions())
        .containsExactly("Bring back what is down: 1 of 4 servers is down (github)");
    assertThat(dashboard.stats().recommendations()).hasSize(2);
  }

  @Test
  void stats_ofAServerThatFellSilent_doNotKnowItsState() {
    manager.collectMetrics(List.of(Samples.healthy(FILESYSTEM, NOON, 5)));
    time.advance(Duration.ofMinutes(3));

    assertThat(manager.getRealtimeStats().system().states())
        .containsExactly(Map.entry(ServerState.UNKNOWN, 1L));

    time.advance(Duration.ofDays(1));
    assertThat(manager.getRealtimeStats().system().totalServers()).isZero();
  }

  @Test
  void summary_isCached() {
    manager.collectMetrics(List.of(Samples.healthy(FILESYSTEM, NOON.minusSeconds(1), 5)));

    var first = manager.getServerSummary(FILESYSTEM, 1);
    var second = manager.getServerSummary(FILESYSTEM, 1);

    assertThat(first.sampleCount()).isEqualTo(1);
    assertThat(second).isSameAs(first);
  }
}
