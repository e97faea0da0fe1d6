package io.mcprealtime.testkit;

import static io.mcprealtime.testkit.TestData.FILESYSTEM;
import static io.mcprealtime.testkit.TestData.GITHUB;
import static io.mcprealtime.testkit.TestData.NOON;
import static io.mcprealtime.testkit.TestData.bareSample;
import static io.mcprealtime.testkit.TestData.event;
import static io.mcprealtime.testkit.TestData.healthCheck;
import static io.mcprealtime.testkit.TestData.sample;
import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.LatencySketch;
import io.mcprealtime.ManualTime;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.ServerSummary;
import io.mcprealtime.Window;
import io.mcprealtime.analysis.Trend;
import io.mcprealtime.cache.CacheBackend;
import io.mcprealtime.cache.CacheTier;
import io.mcprealtime.cache.CacheTier.RecentEvents;
import io.mcprealtime.cache.CacheValue;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every cache backend does. The cache is empty before each test, and goes by {@link #time}.
 */
public abstract class CacheBackendContract {
  private static final Duration LIFE = Duration.ofSeconds(15);
  private static final int MANY = 2_000;
  private static final int WRITERS = 8;

  protected final ManualTime time = ManualTime.startingAt(NOON.toString());

  protected abstract CacheBackend cache();

  private <T> CacheValue<T> value(CacheTier<T> tier, String key, T value) {
    return new CacheValue<>(tier, key, value, time.instant().plus(LIFE));
  }

  private CacheValue<ServerMetrics> metrics(ServerMetrics sample) {
    return value(CacheTier.METRICS, sample.server().value(), sample);
  }

  private List<CacheValue<?>> oneOfEachTier() {
    return List.of(
        metrics(sample(FILESYSTEM, NOON)),
        value(CacheTier.HEALTH, "filesystem", healthCheck(FILESYSTEM, NOON)),
        value(CacheTier.EVENTS, "*", new RecentEvents(List.of(event(FILESYSTEM, NOON)))),
        value(CacheTier.SUMMARY, "24\tfilesystem", summary()),
        value(CacheTier.TRENDS, "1h\tfilesystem", trend()));
  }

  private static ServerSummary summary() {
    return new ServerSummary(
        FILESYSTEM,
        NOON.minus(Duration.ofDays(1)),
        NOON,
        Map.of(ServerState.HEALTHY, 7),
        40L,
        1L,
        LatencySketch.builder().add(Duration.ofMillis(5)).build());
  }

  private static Trend trend() {
    return new Trend(
        FILESYSTEM,
        Window.ONE_HOUR,
        Trend.Direction.DEGRADING,
        240,
        48,
        12.5,
        19.25,
        19.5,
        6.75,
        5.25,
        8.0,
        0.001,
        true,
        15.5);
  }

  @Test
  void put_ofEveryTier_isGivenBack() {
    var values = oneOfEachTier();

    cache().put(values);

    for (var value : values) {
      assertThat(cache().get(value.tier(), List.of(value.key())))
          .isEqualTo(Map.of(value.key(), value.value()));
      assertThat(cache().getAll(value.tier())).isEqualTo(Map.of(value.key(), value.value()));
    }
    assertThat(cache().unreadable()).isZero();
  }

  @Test
  void get_ofWhatIsNotThere_isAbsent() {
    cache().put(List.of(metrics(sample(FILESYSTEM, NOON))));

    assertThat(cache().get(CacheTier.METRICS, List.of("github", "filesystem", "filesystem")))
        .containsOnlyKeys("filesystem");
    assertThat(cache().get(CacheTier.METRICS, List.of())).isEmpty();
    assertThat(cache().get(CacheTier.HEALTH, List.of("filesystem"))).isEmpty();
  }

  @Test
  void emptyCache_hasNothing() {
    cache().put(List.of());

    for (var tier : CacheTier.ALL) {
      assertThat(cache().getAll(tier)).isEmpty();
      cache().clear(tier);
    }
    assertThat(cache().usage().keys()).isZero();
  }

  @Test
  void put_again_replaces() {
    var newer = bareSample(FILESYSTEM, NOON.plusSeconds(1));
    cache().put(List.of(metrics(sample(FILESYSTEM, NOON)), metrics(sample(GITHUB, NOON))));

    cache().put(List.of(metrics(newer)));

    assertThat(cache().getAll(CacheTier.METRICS))
        .isEqualTo(Map.of("filesystem", newer, "github", sample(GITHUB, NOON)));
  }

  @Test
  void put_ofOneKeyTwice_keepsTheLast() {
    var newer = bareSample(FILESYSTEM, NOON.plusSeconds(1));

    cache().put(List.of(metrics(sample(FILESYSTEM, NOON)), metrics(newer)));

    assertThat(cache().getAll(CacheTier.METRICS)).isEqualTo(Map.of("filesystem", newer));
  }

  @Test
  void value_pastItsExpiry_isNotGivenOut() {
    cache().put(oneOfEachTier());

    time.advance(LIFE.minusMillis(1));
    for (var tier : CacheTier.ALL) {
      assertThat(cache().getAll(tier)).hasSize(1);
    }

    time.advance(Duration.ofMillis(1));
    for (var value : oneOfEachTier()) {
      assertThat(cache().get(value.tier(), List.of(value.key()))).isEmpty();
      assertThat(cache().getAll(value.tier())).isEmpty();
    }
    assertThat(cache().unreadable()).isZero();
  }

  @Test
  void put_afterExpiry_isGivenOutAgain() {
    cache().put(List.of(metrics(sample(FILESYSTEM, NOON))));
    time.advance(LIFE);

    cache().put(List.of(metrics(sample(FILESYSTEM, NOON))));

    assertThat(cache().getAll(CacheTier.METRICS)).hasSize(1);
  }

  @Test
  void clear_leavesOtherTiers() {
    for (var cleared : CacheTier.ALL) {
      cache().put(oneOfEachTier());

      cache().clear(cleared);

      for (var tier : CacheTier.ALL) {
        assertThat(cache().getAll(tier)).hasSize(tier.equals(cleared) ? 0 : 1);
      }
    }
  }

  @Test
  void usage_countsValues() {
    cache().put(oneOfEachTier());

    assertThat(cache().usage().keys()).isEqualTo(CacheTier.ALL.size());
  }

  @Test
  void manyValues_atOnce() {
    var expected = new HashMap<String, ServerMetrics>();
    for (int i = 0; i < MANY; i++) {
      var server = ServerId.of("server-" + i);
      expected.put(server.value(), sample(server, NOON.plusMillis(i)));
    }

    cache().put(expected.values().stream().map(this::metrics).toList());

    assertThat(cache().getAll(CacheTier.METRICS)).isEqualTo(expected);
    assertThat(cache().get(CacheTier.METRICS, expected.keySet())).isEqualTo(expected);
    assertThat(cache().usage().keys()).isEqualTo(MANY);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "two words",
        "health:x",
        "health",
        "日本語のサーバー",
        "emoji 🛰️ \"quoted\" \\ back",
        "a\u2028line",
        "{\"x\":1}",
        "aGVsbG8=",
        "test",
        "H4sIAAAA",
        "OK",
        "*",
        "a:b/c?d=e&f#g%20",
        "null"
      })
  void oddServerName_isAKeyLikeAnyOther(String name) {
    var server = ServerId.of(name);

    cache()
        .put(
            List.of(
                metrics(sample(server, NOON)),
                value(CacheTier.HEALTH, name, healthCheck(server, NOON))));

    assertThat(cache().getAll(CacheTier.METRICS)).isEqualTo(Map.of(name, sample(server, NOON)));
    assertThat(cache().get(CacheTier.HEALTH, List.of(name)))
        .isEqualTo(Map.of(name, healthCheck(server, NOON)));
    cache().clear(CacheTier.HEALTH);
    assertThat(cache().getAll(CacheTier.METRICS)).hasSize(1);
    cache().clear(CacheTier.METRICS);
    assertThat(cache().usage().keys()).isZero();
  }

  @Test
  void longestServerName_isAKeyLikeAnyOther() {
    var server = ServerId.of("ü".repeat(ServerId.MAX_LENGTH));

    cache().put(List.of(metrics(sample(server, NOON))));

    assertThat(cache().getAll(CacheTier.METRICS))
        .isEqualTo(Map.of(server.value(), sample(server, NOON)));
  }

  @Test
  void largeValues_areGivenBack() {
    var noise = new StringBuilder();
    new java.util.Random(7).ints(1_900, 0x4e00, 0x9fff).forEach(noise::appendCodePoint);
    var incompressible = bareSample(GITHUB, NOON).toBuilder().lastError(noise.toString()).build();
    var repeating =
        bareSample(FILESYSTEM, NOON).toBuilder().lastError("\"timeout\" ".repeat(150)).build();
    var events = new ArrayList<>(IntStream.range(0, 300).mapToObj(i -> anEvent(i)).toList());

    cache().put(List.of(metrics(incompressible), metrics(repeating)));
    cache().put(List.of(value(CacheTier.EVENTS, "*", new RecentEvents(events))));

    assertThat(cache().getAll(CacheTier.METRICS))
        .isEqualTo(Map.of("github", incompressible, "filesystem", repeating));
    assertThat(cache().get(CacheTier.EVENTS, List.of("*")))
        .isEqualTo(Map.of("*", new RecentEvents(events)));
  }

  private static io.mcprealtime.MonitoringEvent anEvent(int i) {
    Instant at = NOON.minusSeconds(i);
    return event(FILESYSTEM, at);
  }

  @Test
  void writersAndReaders_atOnce_loseNothing() throws InterruptedException, ExecutionException {
    var threads = Executors.newFixedThreadPool(WRITERS);
    try {
      var done = new ArrayList<Future<?>>();
      for (int writer = 0; writer < WRITERS; writer++) {
        int number = writer;
        done.add(
            threads.submit(
                () -> {
                  for (int i = 0; i < 25; i++) {
                    var server = ServerId.of("server-%d-%d".formatted(number, i));
                    cache().put(List.of(metrics(sample(server, NOON))));
                    assertThat(cache().get(CacheTier.METRICS, List.of(server.value()))).hasSize(1);
                  }
                }));
      }
      for (var one : done) {
        one.get();
      }
    } finally {
      threads.shutdownNow();
    }

    assertThat(cache().getAll(CacheTier.METRICS)).hasSize(WRITERS * 25);
  }
}
