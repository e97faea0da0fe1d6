package io.mcprealtime.postgres;

import static io.mcprealtime.testkit.TestData.FILESYSTEM;
import static io.mcprealtime.testkit.TestData.GITHUB;
import static io.mcprealtime.testkit.TestData.NOON;
import static io.mcprealtime.testkit.TestData.healthCheck;
import static io.mcprealtime.testkit.TestData.rollup;
import static io.mcprealtime.testkit.TestData.sample;
import static io.mcprealtime.testkit.TestData.samples;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.TimeSource;
import io.mcprealtime.Window;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.InMemoryStorage;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.StorageException;
import io.mcprealtime.storage.TimeRange;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PackingTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final Duration LONG = Duration.ofHours(1);
  private static final Duration INTERVAL = Duration.ofSeconds(15);
  private static final TimeRange ALL =
      TimeRange.endingAt(NOON.plus(Duration.ofDays(30)), Duration.ofDays(90));

  private static Storage storage() {
    return DATABASE.storage();
  }

  private static boolean packAll() {
    return storage().maintenance().pack(Instant.MAX, LONG).complete();
  }

  private static List<ServerMetrics> read(Storage storage, ServerId server) {
    var found = new ArrayList<ServerMetrics>();
    storage.samples().forEach(server, ALL, found::add);
    return found;
  }

  private static String one(String sql) throws Exception {
    return DATABASE.query(sql).get(0);
  }

  @Test
  void pack_movesWhatIsOlderAndMeasuresIt() throws Exception {
    var series = samples(FILESYSTEM, NOON, INTERVAL, 480);
    storage().samples().insert(series);

    var result = storage().maintenance().pack(NOON.plus(Duration.ofMinutes(74)), LONG);

    assertThat(result.records()).isEqualTo(240);
    assertThat(result.complete()).isTrue();
    assertThat(result.rowBytes()).isGreaterThan(40_000);
    assertThat(result.packedBytes()).isBetween(1L, result.rowBytes());
    assertThat(one("select count(*) from mcp_realtime.samples")).isEqualTo("240");
    assertThat(one("select sum(records) from mcp_realtime.sample_chunks")).isEqualTo("240");
    assertThat(read(storage(), FILESYSTEM)).isEqualTo(series);
    assertThat(storage().samples().recent(FILESYSTEM, 300))
        .containsExactlyElementsOf(reversed(series).subList(0, 300));
    assertThat(
            DATABASE.query(
                "select inhrelid::regclass from pg_inherits where inhparent ="
                    + " 'mcp_realtime.samples'::regclass order by 1"))
        .containsExactly(
            "mcp_realtime.samples_202611201300_15",
            "mcp_realtime.samples_202611201315_15",
            "mcp_realtime.samples_202611201330_15",
            "mcp_realtime.samples_202611201345_15");
  }

  private static <T> List<T> reversed(List<T> list) {
    var reversed = new ArrayList<>(list);
    java.util.Collections.reverse(reversed);
    return reversed;
  }

  @Test
  void pack_withNoTime_doesNothingAndSaysSo() {
    storage().samples().insert(samples(FILESYSTEM, NOON, INTERVAL, 10));

    var result = storage().maintenance().pack(Instant.MAX, Duration.ZERO);

    assertThat(result.records()).isZero();
    assertThat(result.complete()).isFalse();
  }

  @Test
  void build_stopped_goesOnWhereItStopped() throws Exception {
    var all = new ArrayList<ServerMetrics>();
    for (int i = 0; i < 250; i++) {
      all.addAll(samples(ServerId.of("server-" + i), NOON, INTERVAL, 4));
    }
    storage().samples().insert(all);
    try (var database = new Database(DATABASE.server().databaseUrl(), 2)) {
      var group = onlyGroup(database);
      var builder = new BlockBuilder<>(database, Series.SAMPLES);
      var asked = new int[1];

      assertThat(builder.build(group, () -> ++asked[0] > 1)).isFalse();
      var first = DATABASE.query("select server_key || '/' || xmin from " + building());
      assertThat(first).hasSize(100);

      assertThat(builder.build(group, () -> false)).isTrue();
      assertThat(DATABASE.query("select server_key || '/' || xmin from " + building()))
          .hasSize(250)
          .containsAll(first);
    }
    assertThat(packAll()).isTrue();
    assertThat(one("select count(*) from " + building())).isEqualTo("0");
    assertThat(storage().samples().latest()).hasSize(250);
  }

  private static String building() {
    return Series.SAMPLES.building();
  }

  private static PackGroup onlyGroup(Database database) {
    var keys = new ServerKeys(database);
    var until = new PackedUntil<>(Series.SAMPLES, keys, TimeSource.system());
    var partitions = new Partitions(database);
    var groups = new Packer<>(database, partitions, Series.SAMPLES, until).groups(Instant.MAX);
    assertThat(groups).hasSize(1);
    for (var table : Series.SAMPLES.packedTables()) {
      partitions.ensure(table, groups.get(0).starts());
    }
    return groups.get(0);
  }

  @Test
  void swap_afterALateRow_givesUpAndLosesNothing() throws Exception {
    var series = samples(FILESYSTEM, NOON, INTERVAL, 40);
    storage().samples().insert(series.subList(0, 30));
    try (var database = new Database(DATABASE.server().databaseUrl(), 2)) {
      var group = onlyGroup(database);
      assertThat(new BlockBuilder<>(database, Series.SAMPLES).build(group, () -> false)).isTrue();

      storage().samples().insert(series.subList(30, 40));

      assertThat(database.maintenance(new BlockSwap(group)::run)).isEmpty();
    }
    assertThat(read(storage(), FILESYSTEM)).isEqualTo(series);
    assertThat(packAll()).isTrue();
    assertThat(read(storage(), FILESYSTEM)).isEqualTo(series);
  }

  @Test
  void swap_afterAnotherPackerWasFaster_givesUp() throws Exception {
    var series = samples(FILESYSTEM, NOON, INTERVAL, 40);
    storage().samples().insert(series.subList(0, 20));
    try (var database = new Database(DATABASE.server().databaseUrl(), 2)) {
      var group = onlyGroup(database);
      var builder = new BlockBuilder<>(database, Series.SAMPLES);
      builder.build(group, () -> false);
      DATABASE.query("create table kept as select * from " + building());
      packAll();
      // As many rows as it had built from, in a partition of the same name.
      storage().samples().insert(series.subList(20, 40));
      DATABASE.query("insert into %s select * from kept; drop table kept".formatted(building()));

      assertThat(database.maintenance(new BlockSwap(group)::run)).isEmpty();
    }
    assertThat(read(storage(), FILESYSTEM)).isEqualTo(series);
  }

  @Test
  void swap_afterARestore_givesUp() throws Exception {
    storage().samples().insert(samples(FILESYSTEM, NOON, INTERVAL, 20));
    packAll();
    storage().samples().insert(samples(FILESYSTEM, NOON.plusSeconds(300), INTERVAL, 20));
    var lost = rollup(FILESYSTEM, Window.FIVE_MINUTES, NOON.plusSeconds(1_200));
    try (var database = new Database(DATABASE.server().databaseUrl(), 2)) {
      var group = onlyGroup(database);
      new BlockBuilder<>(database, Series.SAMPLES).build(group, () -> false);

      storage().rollups().restore(List.of(lost));

      assertThat(database.maintenance(new BlockSwap(group)::run)).isEmpty();
    }
    assertThat(packAll()).isTrue();
    assertThat(storage().rollups().query(FILESYSTEM, Window.FIVE_MINUTES, ALL))
        .hasSize(3)
        .endsWith(lost);
  }

  @Test
  void pack_whileSomebodyReadsTheRows_givesUpSoon() throws Exception {
    storage().samples().insert(samples(FILESYSTEM, NOON, INTERVAL, 20));
    try (var reader = DATABASE.connect();
        var statement = reader.createStatement()) {
      reader.setAutoCommit(false);
      statement.execute("select 1 from mcp_realtime.samples");

      assertThat(packAll()).isFalse();
      assertThat(storage().samples().insert(List.of(sample(GITHUB, NOON)))).isEqualTo(1);
      reader.rollback();
    }

    assertThat(packAll()).isTrue();
    assertThat(read(storage(), FILESYSTEM)).hasSize(20);
  }

  @Test
  void pack_ofPartitionsOfTheFormerLayout_cutsThemIntoBlocks() throws Exception {
    DATABASE.query(
        "create table mcp_realtime.samples_202611200000_1440 partition of mcp_realtime.samples"
            + " for values from ('2026-11-20T00:00:00Z') to ('2026-11-21T00:00:00Z')");
    var series =
        samples(FILESYSTEM, NOON.minus(Duration.ofHours(11)), Duration.ofMinutes(1), 1_380);
    assertThat(storage().samples().insert(series)).isEqualTo(1_380);
    assertThat(read(storage(), FILESYSTEM)).isEqualTo(series);

    assertThat(packAll()).isTrue();

    assertThat(DATABASE.query("select records from mcp_realtime.sample_chunks order by start"))
        .containsExactly("660", "720");
    assertThat(DATABASE.query("select to_regclass('mcp_realtime.samples_202611200000_1440')"))
        .containsOnlyNulls();
    assertThat(read(storage(), FILESYSTEM)).isEqualTo(series);
    assertThat(storage().rollups().query(FILESYSTEM, Window.ONE_DAY, ALL))
        .containsExactly(
            Rollup.widen(Window.ONE_DAY, Series.fiveMinutes(FILESYSTEM, series)).get(0));
  }

  @Test
  void aDamagedChunk_stopsWhatNeedsItAndNothingElse() throws Exception {
    storage().samples().insert(samples(FILESYSTEM, NOON, INTERVAL, 20));
    storage().samples().insert(samples(GITHUB, NOON, INTERVAL, 20));
    packAll();
    DATABASE.query(
        "update mcp_realtime.sample_chunks set tail = set_byte(tail, 20, 255 - get_byte(tail, 20))"
            + " where server_key = 1");
    var late = sample(FILESYSTEM, NOON.plusSeconds(7));

    assertThatThrownBy(() -> read(storage(), FILESYSTEM))
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith(
            "the packed samples of filesystem from 2026-11-20T12:00:00Z to 2026-11-21T00:00:00Z are"
                + " damaged (")
        .hasMessageEndingWith(
            "); bring the row of mcp_realtime.sample_chunks with server_key 1 and start"
                + " 2026-11-20T12:00:00Z back from a backup, or delete it to give them up");
    assertThat(read(storage(), GITHUB)).hasSize(20);
    assertThat(storage().samples().latest()).extracting(ServerMetrics::server).containsOnly(GITHUB);
    assertThat(storage().samples().insert(List.of(late))).isEqualTo(1);
    storage().samples().insert(samples(GITHUB, NOON.minus(Duration.ofDays(1)), INTERVAL, 20));
    storage().healthChecks().insert(List.of(healthCheck(GITHUB, NOON)));
    assertThatThrownBy(PackingTest::packAll).hasMessageContaining("of filesystem from");
    assertThat(one("select count(*) from mcp_realtime.health_checks"))
        .as("health checks are packed all the same")
        .isEqualTo("0");
    assertThat(
            DATABASE.query(
                "select inhrelid::regclass from pg_inherits where inhparent ="
                    + " 'mcp_realtime.samples'::regclass"))
        .as("empty partitions go all the same")
        .containsExactly("mcp_realtime.samples_202611201200_15");
    var nextDays = NOON.plus(Duration.ofDays(9));
    assertThatThrownBy(() -> storage().maintenance().dropBefore(DataKind.METRICS, nextDays))
        .hasMessageContaining("of filesystem from");
    assertThat(storage().samples().latest()).contains(late);
    assertThat(read(storage(), GITHUB)).as("the day before is dropped").hasSize(20);

    DATABASE.query("delete from mcp_realtime.sample_chunks where server_key = 1");
    assertThat(packAll()).isTrue();
    assertThat(read(storage(), FILESYSTEM)).containsExactly(late);
  }

  @Test
  void latest_ofSilentServers_isRememberedUntilTheirChunkChanges() throws Exception {
    var silent = samples(FILESYSTEM, NOON, INTERVAL, 20);
    storage().samples().insert(silent);
    storage().samples().insert(samples(GITHUB, NOON, INTERVAL, 20));
    packAll();
    var latest = storage().samples().latest();
    assertThat(latest).hasSize(2).contains(silent.get(19));

    assertThat(storage().samples().latest()).isEqualTo(latest);
    var later = sample(FILESYSTEM, NOON.plus(Duration.ofHours(1)));
    storage().samples().insert(List.of(later));
    assertThat(storage().samples().latest()).hasSize(2).contains(later);
    packAll();
    assertThat(storage().samples().latest()).hasSize(2).contains(later);
    DATABASE.query("delete from mcp_realtime.sample_chunks where server_key = 1");
    assertThat(storage().samples().latest()).hasSize(1);
  }

  @Test
  void rollups_ofDroppedSamples_outliveALateSample() {
    storage().samples().insert(samples(FILESYSTEM, NOON, INTERVAL, 20));
    storage().maintenance().dropBefore(DataKind.METRICS, NOON.plus(Duration.ofDays(1)));

    storage().samples().insert(List.of(sample(FILESYSTEM, NOON.plusSeconds(1))));
    for (int i = 0; i < 2; i++) {
      assertThat(storage().rollups().query(FILESYSTEM, Window.FIVE_MINUTES, ALL))
          .containsExactly(rollup(FILESYSTEM, Window.FIVE_MINUTES, NOON));
      packAll();
    }
  }

  @Test
  void healthChecks_areOneSeriesToo() throws Exception {
    var checks =
        IntStream.range(0, 50)
            .mapToObj(i -> healthCheck(GITHUB, NOON.plusSeconds(i * 30L)))
            .toList();
    storage().healthChecks().insert(checks.subList(0, 30));
    packAll();
    assertThat(storage().healthChecks().insert(checks.subList(20, 50))).isEqualTo(20);

    assertThat(storage().healthChecks().query(GITHUB, ALL, 35))
        .containsExactlyElementsOf(reversed(checks).subList(0, 35));
    packAll();
    assertThat(one("select count(*) from mcp_realtime.health_checks")).isEqualTo("0");
    assertThat(storage().healthChecks().query(GITHUB, ALL, 100))
        .containsExactlyElementsOf(reversed(checks));
    assertThat(
            storage()
                .maintenance()
                .dropBefore(DataKind.HEALTH_CHECKS, NOON.plus(Duration.ofDays(1))))
        .satisfies(dropped -> assertThat(dropped.rows()).isEqualTo(50));
  }

  /** The heap's storage, which is simple, says what is right. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4})
  void anyOrderOfWritingAndPacking_readsLikeRows(int seed) {
    var random = new Random(seed);
    var expected = new InMemoryStorage();
    for (int step = 0; step < 24; step++) {
      var server = random.nextBoolean() ? FILESYSTEM : GITHUB;
      var from = NOON.plusSeconds(random.nextInt(2 * 86_400));
      if (random.nextInt(4) == 0) {
        storage().maintenance().pack(from, LONG);
      } else if (random.nextInt(6) == 0) {
        var start = Window.ONE_HOUR.bucketOf(from).minus(Duration.ofDays(random.nextInt(2) * 3L));
        var lost = List.of(rollup(server, Window.FIVE_MINUTES, start));
        if (start.isBefore(NOON) || hasSamples(expected, server, start)) {
          assertThat(storage().rollups().restore(lost)).isEqualTo(expected.rollups().restore(lost));
        }
      } else {
        var interval = Duration.ofMillis(7_000 + random.nextInt(60_000));
        var batch = samples(server, from, interval, 100);
        assertThat(storage().samples().insert(batch)).isEqualTo(expected.samples().insert(batch));
      }
      if (step % 6 == 5) {
        assertSame(expected, storage());
      }
    }
  }

  private static boolean hasSamples(Storage storage, ServerId server, Instant bucket) {
    var found = new int[1];
    storage
        .samples()
        .forEach(server, TimeRange.startingAt(bucket, Duration.ofMinutes(5)), s -> found[0]++);
    return found[0] > 0;
  }

  private static void assertSame(Storage expected, Storage actual) {
    assertThat(actual.samples().latest()).isEqualTo(expected.samples().latest());
    Map<ServerId, List<ServerMetrics>> samples = new HashMap<>();
    actual
        .samples()
        .forEach(ALL, s -> samples.computeIfAbsent(s.server(), server -> new ArrayList<>()).add(s));
    Map<ServerId, List<Rollup>> rollups = new HashMap<>();
    actual
        .rollups()
        .forEach(ALL, r -> rollups.computeIfAbsent(r.server(), server -> new ArrayList<>()).add(r));
    for (var server : List.of(FILESYSTEM, GITHUB)) {
      var series = read(expected, server);
      assertThat(read(actual, server)).isEqualTo(series);
      assertThat(samples.getOrDefault(server, List.of())).isEqualTo(series);
      for (var window : Window.values()) {
        assertThat(actual.rollups().query(server, window, ALL))
            .as(server + " " + window)
            .isEqualTo(expected.rollups().query(server, window, ALL));
      }
      assertThat(rollups.getOrDefault(server, List.of()))
          .isEqualTo(expected.rollups().query(server, Window.FIVE_MINUTES, ALL));
      assertThat(actual.samples().recent(server, 150))
          .isEqualTo(expected.samples().recent(server, 150));
    }
  }

  @Test
  void readsOfHealthChecks_ofAllServers_keepTheOrder() {
    for (int i = 0; i < 6; i++) {
      storage()
          .healthChecks()
          .insert(List.of(healthCheck(GITHUB, NOON.plus(Duration.ofHours(7L * i)))));
      storage()
          .healthChecks()
          .insert(List.of(healthCheck(FILESYSTEM, NOON.plus(Duration.ofHours(7L * i)))));
      storage().maintenance().pack(NOON.plus(Duration.ofHours(20)), LONG);
    }
    var found = new ArrayList<HealthCheck>();

    storage().healthChecks().forEach(ALL, found::add);

    assertThat(found).hasSize(12);
    assertThat(found)
        .filteredOn(check -> check.server().equals(GITHUB))
        .isSortedAccordingTo(java.util.Comparator.comparing(HealthCheck::at));
  }
}
