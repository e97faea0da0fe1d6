package io.mcprealtime;

import static io.mcprealtime.Samples.FILESYSTEM;
import static io.mcprealtime.Samples.GITHUB;
import static io.mcprealtime.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.FirstLevel.Found;
import io.mcprealtime.MetricsResult.Source;
import io.mcprealtime.analysis.Trend;
import io.mcprealtime.budget.Pacing;
import io.mcprealtime.cache.CacheBackend;
import io.mcprealtime.cache.CacheTier;
import io.mcprealtime.cache.CacheValue;
import io.mcprealtime.cache.InProcessCache;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Two processes over one shared cache. */
class McpCacheManagerTest {
  private final ManualTime time = ManualTime.startingAt("2026-11-20T12:00:00Z");
  private final InProcessCache store = new InProcessCache(time);
  private final SwitchableCache shared = new SwitchableCache(store);
  private final SettablePacing pacing = new SettablePacing();
  private final List<MonitoringEvent> events = new ArrayList<>();
  private final McpCacheManager collector = manager(shared);
  private final McpCacheManager reader = manager(shared);

  private McpCacheManager manager(CacheBackend backend) {
    var manager = new McpCacheManager(backend, pacing, null, time);
    manager.tell(events::add);
    return manager;
  }

  private static Optional<ServerMetrics> nowhere() {
    return Optional.empty();
  }

  @Test
  void collected_isSeenByOthersAfterTheNextWrite_inOneCall() {
    assertThat(
            collector.cacheServerMetrics(
                List.of(Samples.healthy(FILESYSTEM, NOON, 5), Samples.down(GITHUB, NOON))))
        .isTrue();
    collector.cacheServerMetrics(List.of(Samples.healthy(FILESYSTEM, NOON.plusSeconds(1), 7)));
    collector.cacheHealthChecks(List.of(check(FILESYSTEM)));
    assertThat(shared.calls).hasValue(0);

    collector.flush();

    assertThat(shared.calls).hasValue(1);
    assertThat(reader.find(FILESYSTEM, McpCacheManagerTest::nowhere))
        .contains(new Found<>(Samples.healthy(FILESYSTEM, NOON.plusSeconds(1), 7), Source.REDIS));
    assertThat(reader.getHealthCheck(FILESYSTEM)).contains(check(FILESYSTEM));
    assertThat(reader.getAllMetrics()).containsOnlyKeys(FILESYSTEM, GITHUB);
    assertThat(reader.find(FILESYSTEM, McpCacheManagerTest::nowhere).orElseThrow().source())
        .isEqualTo(Source.CACHE);
    assertThat(collector.find(FILESYSTEM, McpCacheManagerTest::nowhere).orElseThrow().source())
        .isEqualTo(Source.CACHE);
    collector.flush();
    assertThat(shared.calls).as("nothing has changed").hasValue(4);
  }

  private static HealthCheck check(ServerId server) {
    return new HealthCheck(
        server, NOON, ServerState.HEALTHY, null, null, List.of(), null, null, null, 3);
  }

  @Test
  void read_ofWhatNobodyHas_asksTheDatabaseEachTime_andTheSharedCacheNowAndThen() {
    var asked = new AtomicInteger();
    for (int i = 0; i < 10; i++) {
      var found =
          reader.find(
              FILESYSTEM,
              () -> {
                asked.incrementAndGet();
                return Optional.empty();
              });
      assertThat(found).isEmpty();
    }
    assertThat(asked).hasValue(10);
    assertThat(shared.calls).hasValue(1);

    time.advance(Duration.ofSeconds(5));
    reader.getServerMetrics(FILESYSTEM);

    assertThat(shared.calls).hasValue(2);
    assertThat(reader.stats().tiers().get("metrics")).isEqualTo(new CacheStats.Tier(0, 11));
  }

  @Test
  void readers_ofOneKeyAtOnce_makeOneReadOfTheDatabase() throws Exception {
    var sample = Samples.healthy(FILESYSTEM, NOON, 5);
    var asked = new AtomicInteger();
    var began = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var found = new ArrayList<CompletableFuture<Optional<Found<ServerMetrics>>>>();
    found.add(
        CompletableFuture.supplyAsync(
            () ->
                reader.find(
                    FILESYSTEM,
                    () -> {
                      asked.incrementAndGet();
                      began.countDown();
                      await(goOn);
                      return Optional.of(sample);
                    })));
    began.await();
    var threads =
        IntStream.range(0, 20)
            .mapToObj(
                i -> {
                  var future = new CompletableFuture<Optional<Found<ServerMetrics>>>();
                  found.add(future);
                  var thread =
                      new Thread(
                          () ->
                              future.complete(
                                  reader.find(
                                      FILESYSTEM,
                                      () -> {
                                        asked.incrementAndGet();
                                        return Optional.of(sample);
                                      })));
                  thread.start();
                  return thread;
                })
            .toList();
    for (var thread : threads) {
      while (!waitsForTheRead(thread)) {
        Thread.onSpinWait();
      }
    }
    goOn.countDown();

    for (var future : found) {
      assertThat(future.get()).contains(new Found<>(sample, Source.DATABASE));
    }
    assertThat(asked).hasValue(1);
  }

  /** It may wait for other things on its way there, for a class to be loaded at least. */
  private static boolean waitsForTheRead(Thread thread) {
    return thread.getState() == Thread.State.WAITING
        && Stream.of(thread.getStackTrace())
            .anyMatch(frame -> frame.getClassName().equals(CompletableFuture.class.getName()));
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void failureOfTheDatabase_reachesWhoAsked_andIsNotKept() {
    assertThatThrownBy(
            () ->
                reader.find(
                    FILESYSTEM,
                    () -> {
                      throw new McpRealtimeException("the database is away");
                    }))
        .hasMessage("the database is away");

    assertThat(reader.find(FILESYSTEM, () -> Optional.of(Samples.healthy(FILESYSTEM, NOON, 5))))
        .isPresent();
  }

  @Test
  void sharedCacheAway_readsGoOn_noCallGoesOutForAWhile_andItRecoversByItself() {
    collector.cacheServerMetrics(List.of(Samples.healthy(FILESYSTEM, NOON, 5)));
    shared.away = true;
    for (int i = 0; i < 3; i++) {
      collector.flush();
    }
    assertThat(collector.stats().shared().circuit()).isEqualTo(CircuitState.OPEN);
    assertThat(collector.stats().errors()).isEqualTo(3);
    assertThat(events)
        .extracting(MonitoringEvent::message)
        .containsExactly(
            "the cache in-process fails, the database is read instead: the cache is away");
    assertThat(collector.cacheServerMetrics(List.of())).isFalse();
    assertThat(collector.getServerMetrics(FILESYSTEM)).isPresent();
    collector.flush();
    assertThat(shared.calls).hasValue(3);

    shared.away = false;
    time.advance(Duration.ofSeconds(5));
    collector.flush();

    assertThat(collector.stats().shared().circuit()).isEqualTo(CircuitState.CLOSED);
    assertThat(reader.find(FILESYSTEM, McpCacheManagerTest::nowhere).orElseThrow().source())
        .isEqualTo(Source.REDIS);
    assertThat(events).hasSize(2);
    assertThat(events.get(1).message()).isEqualTo("the cache in-process works again");
  }

  @Test
  void cacheAloneRead_doesNotAnswerForOneThatMayAskTheDatabase() throws Exception {
    var began = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var slow =
        manager(
            new Filling(store) {
              @Override
              public <T> Map<String, T> get(CacheTier<T> tier, Collection<String> keys) {
                began.countDown();
                await(goOn);
                return Map.of();
              }
            });
    var cacheAlone = CompletableFuture.supplyAsync(() -> slow.getServerMetrics(FILESYSTEM));
    began.await();
    var sample = Samples.healthy(FILESYSTEM, NOON, 5);
    var either =
        CompletableFuture.supplyAsync(() -> slow.find(FILESYSTEM, () -> Optional.of(sample)));
    goOn.countDown();

    assertThat(cacheAlone.get()).isEmpty();
    assertThat(either.get()).contains(new Found<>(sample, Source.DATABASE));
  }

  @Test
  void whatWaits_isNewerThanWhatIsShared() {
    collector.cacheServerMetrics(List.of(Samples.healthy(FILESYSTEM, NOON, 5)));
    collector.flush();
    var down = Samples.down(FILESYSTEM, NOON.plusSeconds(1));
    collector.cacheServerMetrics(List.of(down));
    time.advance(Duration.ofSeconds(31));

    assertThat(collector.find(FILESYSTEM, McpCacheManagerTest::nowhere))
        .contains(new Found<>(down, Source.CACHE));
  }

  @Test
  void olderValueOfAFlight_doesNotReplaceWhatCameMeanwhile() {
    var down = Samples.down(FILESYSTEM, NOON.plusSeconds(60));
    reader.find(
        FILESYSTEM,
        () -> {
          reader.cacheServerMetrics(List.of(down));
          return Optional.of(Samples.healthy(FILESYSTEM, NOON, 5));
        });

    assertThat(reader.getServerMetrics(FILESYSTEM)).contains(down);
  }

  @Test
  void valueThatOthersMeasured_doesNotGetYoungerByBeingRead() {
    collector.cacheServerMetrics(List.of(Samples.healthy(FILESYSTEM, NOON, 5)));
    collector.flush();
    time.advance(Duration.ofSeconds(44));
    assertThat(reader.getServerMetrics(FILESYSTEM)).isPresent();

    time.advance(Duration.ofSeconds(1));
    assertThat(reader.getServerMetrics(FILESYSTEM)).isEmpty();
  }

  @Test
  void namesAtRandom_costABoundedNumberOfCommands() {
    for (int i = 0; i < 1_000; i++) {
      reader.getServerMetrics(ServerId.of("guess-" + i));
    }
    assertThat(shared.calls).hasValue(30);

    collector.cacheServerMetrics(List.of(Samples.healthy(FILESYSTEM, NOON, 5)));
    collector.flush();
    time.advance(Duration.ofMinutes(1));
    reader.getServerMetrics(FILESYSTEM);
    assertThat(shared.calls).hasValue(32);
  }

  @Test
  void errorInACall_doesNotEndTheUseOfTheCache() {
    shared.error = new LinkageError("a test");
    collector.cacheServerMetrics(List.of(Samples.healthy(FILESYSTEM, NOON, 5)));
    for (int i = 0; i < 4; i++) {
      try {
        collector.flush();
      } catch (LinkageError e) {
        assertThat(e).hasMessage("a test");
      }
    }
    shared.error = null;
    time.advance(Duration.ofSeconds(5));

    assertThat(collector.stats().shared().circuit()).isEqualTo(CircuitState.HALF_OPEN);
    collector.flush();
    assertThat(reader.getServerMetrics(FILESYSTEM)).isPresent();
  }

  @Test
  void sharedCache_thatHasNeverAnswered_isToldOfAtOnce_andOnce() {
    shared.away = true;
    for (int i = 0; i < 5; i++) {
      reader.getServerMetrics(ServerId.of("server-" + i));
      assertThat(events).hasSize(1);
    }
    assertThat(events.get(0).severity()).isEqualTo(Severity.WARNING);
    assertThat(events.get(0).message()).endsWith("the cache is away");

    shared.away = false;
    time.advance(Duration.ofSeconds(5));
    reader.getServerMetrics(FILESYSTEM);
    shared.away = true;
    reader.getServerMetrics(GITHUB);

    assertThat(events).as("one failure after it has answered is none to tell of").hasSize(2);
    assertThat(events.get(1).message()).isEqualTo("the cache in-process works again");
  }

  @Test
  void sharedCache_thatTakesNoValues_isToldOfOnce_althoughReadsGoWell() {
    reader.getServerMetrics(FILESYSTEM);
    shared.full = true;
    for (int i = 0; i < 5; i++) {
      collector.cacheServerMetrics(List.of(Samples.healthy(FILESYSTEM, NOON.plusMillis(i), 5)));
      collector.flush();
      assertThat(collector.getServerMetrics(ServerId.of("server-" + i))).isEmpty();
    }
    assertThat(collector.stats().shared().circuit()).isEqualTo(CircuitState.OPEN);
    assertThat(events)
        .extracting(MonitoringEvent::message)
        .containsExactly(
            "the cache in-process fails, the database is read instead: the cache is full");

    shared.full = false;
    time.advance(Duration.ofSeconds(5));
    collector.flush();

    assertThat(events.get(1).message()).isEqualTo("the cache in-process works again");
    assertThat(reader.find(GITHUB, McpCacheManagerTest::nowhere)).isEmpty();
  }

  @Test
  void budgetUsedUp_nothingIsSent_andReadsGoToTheDatabase() {
    pacing.allowed = false;
    collector.inspect();
    collector.emergencyCleanup();

    assertThat(collector.cacheServerMetrics(List.of(Samples.healthy(FILESYSTEM, NOON, 5))))
        .isFalse();
    collector.flush();
    assertThat(reader.getServerMetrics(FILESYSTEM)).isEmpty();
    assertThat(reader.getAllMetrics()).isEmpty();
    assertThat(shared.calls).hasValue(0);
  }

  @Test
  void stretch_lengthensTheFirstLevel() {
    pacing.stretch = 4;
    reader.find(FILESYSTEM, () -> Optional.of(Samples.healthy(FILESYSTEM, NOON, 5)));

    time.advance(CacheTier.METRICS.timeToLive().multipliedBy(4).minusMillis(1));
    assertThat(reader.getServerMetrics(FILESYSTEM)).isPresent();
    time.advance(Duration.ofMillis(1));
    assertThat(reader.getServerMetrics(FILESYSTEM)).isEmpty();
  }

  @Test
  void workedOut_isDoneOnceForAllProcesses() {
    var worked = new AtomicInteger();
    var trend = Trend.notEnoughData(FILESYSTEM, Window.ONE_HOUR, 9, 9, 1.0);
    collector.trend(
        FILESYSTEM,
        Window.ONE_HOUR,
        () -> {
          worked.incrementAndGet();
          return trend;
        });
    collector.flush();

    assertThat(
            reader.trend(
                FILESYSTEM,
                Window.ONE_HOUR,
                () -> {
                  throw new AssertionError("worked out again");
                }))
        .isEqualTo(trend);
    assertThat(worked).hasValue(1);
    assertThat(reader.getTrend(FILESYSTEM, Window.ONE_DAY)).isEmpty();
  }

  @Test
  void newEvents_areReadAgain_thoughTheSharedCacheHasTheOldOnes() {
    var old = List.of(event("old"));
    var both = List.of(event("new"), old.get(0));
    assertThat(collector.events(() -> old)).isEqualTo(old);
    collector.flush();
    collector.clearEvents();

    assertThat(collector.events(() -> both)).isEqualTo(both);
    collector.flush();
    assertThat(reader.events(() -> List.of())).isEqualTo(both);
  }

  @Test
  void eventsThatCameWhileOthersWereRead_areNotHidden() {
    var old = List.of(event("old"));
    collector.events(
        () -> {
          collector.clearEvents();
          return old;
        });

    assertThat(collector.events(() -> List.of())).isEmpty();
  }

  private static MonitoringEvent event(String message) {
    return MonitoringEvent.ofMonitor(NOON, EventType.CONFIG, Severity.INFO, message);
  }

  @Test
  void memory_over200MB_isWarnedOfOnce_andOver90PercentTiersGoButTheLatestMetrics() {
    var full = new Filling(store);
    var manager = manager(full);
    manager.cacheServerMetrics(List.of(Samples.healthy(FILESYSTEM, NOON, 5)));
    manager.cacheHealthChecks(List.of(check(FILESYSTEM)));
    manager.cacheTrend(Trend.notEnoughData(FILESYSTEM, Window.ONE_HOUR, 9, 9, 1.0));
    manager.flush();
    full.bytes = 210_000_000;
    manager.inspect();
    manager.inspect();

    assertThat(events)
        .extracting(MonitoringEvent::message)
        .containsExactly(
            "the cache holds 210000000 bytes, more than the 200000000 that it warns of");
    assertThat(manager.stats().memoryBytes()).isEqualTo(210_000_000);
    assertThat(full.cleared).isEmpty();

    full.bytes = 240_000_000;
    full.bytesOfATier = 5_000_000;
    manager.inspect();

    assertThat(full.cleared).containsExactly("trends", "summary");
    assertThat(store.getAll(CacheTier.HEALTH)).hasSize(1);
    full.bytes = 256_000_000;
    full.bytesOfATier = 0;
    manager.inspect();
    assertThat(full.cleared).endsWith("trends", "summary", "events", "health");
    assertThat(store.getAll(CacheTier.METRICS)).hasSize(1);
  }

  /** A pacing whose answers a test sets. */
  private static final class SettablePacing implements Pacing {
    private boolean allowed = true;
    private double stretch = 1;

    @Override
    public Duration writeInterval() {
      return Duration.ofSeconds(15);
    }

    @Override
    public double stretch() {
      return stretch;
    }

    @Override
    public boolean mayWrite() {
      return allowed;
    }

    @Override
    public boolean mayRead() {
      return allowed;
    }
  }

  /** A cache that tells of as much memory as a test wants. */
  private static class Filling implements CacheBackend {
    private final CacheBackend to;
    private final List<String> cleared = new ArrayList<>();
    private long bytes;
    private long bytesOfATier;

    private Filling(CacheBackend to) {
      this.to = to;
    }

    @Override
    public String name() {
      return "filling";
    }

    @Override
    public void put(Collection<? extends CacheValue<?>> values) {
      to.put(values);
    }

    @Override
    public <T> Map<String, T> get(CacheTier<T> tier, Collection<String> keys) {
      return to.get(tier, keys);
    }

    @Override
    public <T> Map<String, T> getAll(CacheTier<T> tier) {
      return to.getAll(tier);
    }

    @Override
    public void clear(CacheTier<?> tier) {
      cleared.add(tier.name());
      bytes -= bytesOfATier;
      to.clear(tier);
    }

    @Override
    public Usage usage() {
      return new Usage(to.usage().keys(), bytes, 256_000_000L);
    }

    @Override
    public long unreadable() {
      return 0;
    }

    @Override
    public void close() {}
  }
}
