package io.mcprealtime.testkit;

import static io.mcprealtime.testkit.TestData.FILESYSTEM;
import static io.mcprealtime.testkit.TestData.GITHUB;
import static io.mcprealtime.testkit.TestData.NOON;
import static io.mcprealtime.testkit.TestData.bareSample;
import static io.mcprealtime.testkit.TestData.sample;
import static io.mcprealtime.testkit.TestData.samples;
import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.storage.SampleStore;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.TimeRange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every backend's samples do. The storage is empty before each test. */
public abstract class SampleStoreContract {
  protected abstract Storage storage();

  private SampleStore store() {
    return storage().samples();
  }

  private List<ServerMetrics> read(ServerId server, TimeRange range) {
    var found = new ArrayList<ServerMetrics>();
    store().forEach(server, range, found::add);
    return found;
  }

  @Test
  void insert_keepsEveryField() {
    var full = sample(FILESYSTEM, NOON);
    var bare = bareSample(FILESYSTEM, NOON.plusMillis(1));

    assertThat(store().insert(List.of(full, bare))).isEqualTo(2);

    assertThat(read(FILESYSTEM, new TimeRange(NOON, NOON.plusSeconds(1))))
        .containsExactly(full, bare);
  }

  @Test
  void insert_keepsExtremeValues() {
    var extreme =
        ServerMetrics.builder(GITHUB, NOON, ServerState.EMPTY)
            .responseTime(Duration.ofMinutes(30))
            .successRate(1 / 3.0)
            .errorRate(0.0)
            .requestCount(Long.MAX_VALUE)
            .errorCount(0L)
            .uptime(Duration.ofSeconds(Integer.MAX_VALUE))
            .memoryBytes(Long.MAX_VALUE)
            .lastError("")
            .build();

    store().insert(List.of(extreme));

    assertThat(store().latest(GITHUB)).contains(extreme);
  }

  @Test
  void insert_ofNothing_writesNothing() {
    assertThat(store().insert(List.of())).isZero();
    assertThat(store().latest()).isEmpty();
  }

  @Test
  void insert_twice_keepsTheFirst() {
    var first = sample(FILESYSTEM, NOON);
    var second = first.toBuilder().lastError("another").build();

    store().insert(List.of(first));

    assertThat(store().insert(List.of(second, bareSample(FILESYSTEM, NOON.plusSeconds(1)))))
        .isEqualTo(1);
    assertThat(read(FILESYSTEM, new TimeRange(NOON, NOON.plusMillis(1)))).containsExactly(first);
  }

  @Test
  void insert_ofTheSameSampleWithinOneBatch_keepsOne() {
    var once = sample(FILESYSTEM, NOON);

    assertThat(store().insert(List.of(once, once))).isEqualTo(1);
    assertThat(read(FILESYSTEM, new TimeRange(NOON, NOON.plusMillis(1)))).containsExactly(once);
  }

  @Test
  void insert_acrossDays_readsBackInOrder() {
    var all = samples(FILESYSTEM, NOON.minus(Duration.ofDays(3)), Duration.ofHours(5), 20);
    var shuffled = new ArrayList<>(all);
    java.util.Collections.shuffle(shuffled, new java.util.Random(7));

    assertThat(store().insert(shuffled)).isEqualTo(20);

    assertThat(
            read(FILESYSTEM, TimeRange.endingAt(NOON.plusSeconds(86_400 * 7), Duration.ofDays(14))))
        .containsExactlyElementsOf(all);
  }

  @Test
  void insert_fromManyThreads_losesNothingAndStoresOnce() {
    var all = samples(FILESYSTEM, NOON, Duration.ofSeconds(1), 400);

    int added =
        IntStream.range(0, 16)
            .parallel()
            .map(i -> store().insert(all.subList(i * 20, i * 20 + 100)))
            .sum();

    assertThat(added).isEqualTo(400);
    assertThat(read(FILESYSTEM, new TimeRange(NOON, NOON.plusSeconds(400))))
        .containsExactlyElementsOf(all);
  }

  @Test
  void forEach_includesTheStartAndExcludesTheEnd() {
    store().insert(samples(FILESYSTEM, NOON, Duration.ofSeconds(15), 5));
    store().insert(samples(GITHUB, NOON, Duration.ofSeconds(15), 5));

    var found = read(FILESYSTEM, new TimeRange(NOON.plusSeconds(15), NOON.plusSeconds(45)));

    assertThat(found)
        .extracting(ServerMetrics::at)
        .containsExactly(NOON.plusSeconds(15), NOON.plusSeconds(30));
    assertThat(found).extracting(ServerMetrics::server).containsOnly(FILESYSTEM);
  }

  @Test
  void forEach_ofAllServers_comesInOrderOfEach() {
    store().insert(samples(GITHUB, NOON, Duration.ofSeconds(15), 2));
    store().insert(samples(FILESYSTEM, NOON, Duration.ofSeconds(15), 2));
    var found = new HashMap<String, List<Long>>();

    store()
        .forEach(
            new TimeRange(NOON, NOON.plusSeconds(60)),
            sample ->
                found
                    .computeIfAbsent(sample.server().value(), name -> new ArrayList<>())
                    .add(sample.at().getEpochSecond() % 60));

    assertThat(found)
        .containsOnly(
            Map.entry("filesystem", List.of(0L, 15L)), Map.entry("github", List.of(0L, 15L)));
  }

  @Test
  void insert_ofALateSample_takesItsPlace() {
    var series = samples(FILESYSTEM, NOON, Duration.ofSeconds(15), 40);
    store().insert(series.subList(0, 10));
    store().insert(series.subList(20, 40));

    assertThat(store().insert(series.subList(5, 25))).isEqualTo(10);

    assertThat(read(FILESYSTEM, new TimeRange(NOON, NOON.plusSeconds(600))))
        .containsExactlyElementsOf(series);
    assertThat(store().latest(FILESYSTEM)).contains(series.get(39));
    assertThat(store().latest()).containsExactly(series.get(39));
    assertThat(store().recent(FILESYSTEM, 25)).hasSize(25).contains(series.get(15));
  }

  @Test
  void recent_isNewestFirstAndBounded() {
    store().insert(samples(FILESYSTEM, NOON, Duration.ofSeconds(15), 10));

    assertThat(store().recent(FILESYSTEM, 2))
        .extracting(ServerMetrics::at)
        .containsExactly(NOON.plusSeconds(135), NOON.plusSeconds(120));
    assertThat(store().recent(ServerId.of("unknown"), 2)).isEmpty();
  }

  @Test
  void latest_isTheNewestOfEachServer() {
    store().insert(samples(FILESYSTEM, NOON, Duration.ofSeconds(15), 3));
    store().insert(samples(GITHUB, NOON.minus(Duration.ofDays(2)), Duration.ofSeconds(15), 3));

    assertThat(store().latest())
        .extracting(ServerMetrics::at)
        .containsExactly(NOON.plusSeconds(30), NOON.minus(Duration.ofDays(2)).plusSeconds(30));
    assertThat(store().latest(FILESYSTEM).orElseThrow().at()).isEqualTo(NOON.plusSeconds(30));
    assertThat(store().latest(ServerId.of("unknown"))).isEmpty();
  }
}
