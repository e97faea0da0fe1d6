package io.mcprealtime.postgres;

import static io.mcprealtime.testkit.TestData.FILESYSTEM;
import static io.mcprealtime.testkit.TestData.GITHUB;
import static io.mcprealtime.testkit.TestData.NOON;
import static io.mcprealtime.testkit.TestData.rollup;
import static io.mcprealtime.testkit.TestData.sample;
import static io.mcprealtime.testkit.TestData.samples;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.Window;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.StorageException;
import io.mcprealtime.storage.StorageMaintenance.DropResult;
import io.mcprealtime.storage.TimeRange;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of roll-ups when their samples are dropped. */
class SampleDropTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final Duration LONG = Duration.ofHours(1);
  private static final Instant EVENING = NOON.plus(Duration.ofHours(12));
  private static final TimeRange ALL =
      TimeRange.endingAt(NOON.plus(Duration.ofDays(30)), Duration.ofDays(90));

  /** Of the block that begins at noon. */
  private static final String KEPT = "mcp_realtime.rollup_chunks_202611201200_720";

  private static final String BLOCK = "mcp_realtime.sample_chunks_202611201200_720";

  private static PostgresStorage storage() {
    return DATABASE.storage();
  }

  private static DropResult drop(Instant instant) {
    return storage().maintenance().dropBefore(DataKind.METRICS, instant);
  }

  /** Samples of all sorts in the block of noon and the one after, packed. */
  private static void fill() {
    var random = new Random(5);
    var states = ServerState.values();
    for (var server : List.of(FILESYSTEM, GITHUB)) {
      var batch = new ArrayList<ServerMetrics>();
      for (var one : samples(server, NOON, Duration.ofSeconds(47), 1_400)) {
        var time = Duration.ofNanos(1_000L * (1 + random.nextInt(5_000_000)));
        batch.add(
            ServerMetrics.builder(server, one.at(), states[random.nextInt(states.length)])
                .responseTime(random.nextInt(5) == 0 ? null : time)
                .requestCount(random.nextInt(3) == 0 ? null : (long) random.nextInt(900))
                .errorCount(random.nextInt(3) == 0 ? null : (long) random.nextInt(9))
                .build());
      }
      storage().samples().insert(batch);
    }
    pack();
  }

  private static void pack() {
    assertThat(storage().maintenance().pack(Instant.MAX, LONG).complete()).isTrue();
  }

  /** Every roll-up by both ways of reading; records with their sketches. */
  private static Map<ServerId, List<Rollup>> rollups() {
    var all = new HashMap<ServerId, List<Rollup>>();
    storage()
        .rollups()
        .forEach(ALL, r -> all.computeIfAbsent(r.server(), s -> new ArrayList<>()).add(r));
    all.forEach(
        (server, series) -> {
          series.sort(Comparator.comparing(Rollup::start));
          assertThat(storage().rollups().query(server, Window.FIVE_MINUTES, ALL)).isEqualTo(series);
        });
    return all;
  }

  private static List<String> partitions() throws SQLException {
    return DATABASE.query(
        "select inhrelid::regclass from pg_inherits where inhparent ="
            + " 'mcp_realtime.sample_chunks'::regclass order by 1");
  }

  private static void damage(String table) throws SQLException {
    DATABASE.query(
        "update %s set tail = set_byte(tail, 20, 255 - get_byte(tail, 20)) where server_key = 1"
            .formatted(table));
  }

  @Test
  void rollups_areEqualToThoseBefore() throws Exception {
    fill();
    var before = rollups();
    var hours = DATABASE.query("select server_key || ':' || hours::text from " + KEPT);

    var dropped = drop(EVENING);

    assertThat(dropped.units()).isEqualTo(1);
    assertThat(dropped.rows()).isEqualTo(2 * 920L);
    assertThat(dropped.bytes()).isPositive();
    assertThat(partitions()).hasSize(1).doesNotContain(BLOCK);
    assertThat(rollups()).isEqualTo(before);
    assertThat(DATABASE.query("select server_key || ':' || hours::text from " + KEPT))
        .isEqualTo(hours);
    drop(EVENING.plus(Duration.ofHours(12)));
    assertThat(partitions()).isEmpty();
    assertThat(rollups()).isEqualTo(before);
  }

  @Test
  void rollups_thatWereRestored_stayBesideThem() {
    var silent = ServerId.of("silent");
    var half = samples(FILESYSTEM, NOON.plusSeconds(600), Duration.ofSeconds(15), 10);
    storage().samples().insert(half);
    pack();
    var lost =
        List.of(
            rollup(FILESYSTEM, Window.FIVE_MINUTES, NOON),
            rollup(FILESYSTEM, Window.FIVE_MINUTES, NOON.plusSeconds(3_000)),
            rollup(silent, Window.FIVE_MINUTES, NOON));
    assertThat(storage().rollups().restore(lost)).isEqualTo(3);
    var before = rollups();
    assertThat(before.get(FILESYSTEM)).hasSize(3);

    assertThat(drop(EVENING).units()).isEqualTo(1);

    assertThat(rollups()).isEqualTo(before);
  }

  @Test
  void block_whoseRollupsAreGone_isDropped() throws Exception {
    fill();
    var after = TimeRange.startingAt(EVENING, Duration.ofDays(1));
    var later = storage().rollups().query(GITHUB, Window.FIVE_MINUTES, after);
    storage().maintenance().dropBefore(DataKind.ROLLUPS, EVENING);

    assertThat(drop(EVENING).units()).isEqualTo(1);

    assertThat(partitions()).doesNotContain(BLOCK);
    assertThat(rollups().get(GITHUB)).isEqualTo(later).isNotEmpty();
  }

  @Test
  void drop_killedInBetween_changesNothing() throws Exception {
    fill();
    var before = rollups();
    try (var reader = DATABASE.connect();
        var statement = reader.createStatement()) {
      reader.setAutoCommit(false);
      // It waits for this reader when all roll-ups are built and are to be put in place.
      statement.execute("select 1 from " + KEPT);
      try (var database = new Database(DATABASE.server().databaseUrl(), 2)) {
        var block = new Partition(TimeTable.SAMPLE_CHUNKS, NOON, EVENING);
        assertThat(block.qualified()).isEqualTo(BLOCK);
        var dropping =
            CompletableFuture.supplyAsync(
                () ->
                    database.call(
                        "be killed",
                        connection -> {
                          connection.setAutoCommit(false);
                          return new SampleDrop(block).run(connection);
                        }));
        Awaitility.await()
            .atMost(Duration.ofSeconds(30))
            .until(
                () ->
                    DATABASE
                        .query(
                            "select pg_terminate_backend(pid) from pg_locks where not granted and"
                                + " relation = '%s'::regclass".formatted(KEPT))
                        .contains("t"));
        assertThatThrownBy(() -> dropping.get(30, TimeUnit.SECONDS))
            .hasCauseInstanceOf(StorageException.class)
            .hasMessageContaining("cannot be killed in PostgreSQL");
      }
      reader.rollback();
    }

    assertThat(partitions()).contains(BLOCK).hasSize(2);
    assertThat(rollups()).isEqualTo(before);
    assertThat(drop(EVENING).units()).isEqualTo(1);
    assertThat(rollups()).isEqualTo(before);
  }

  @Test
  void readers_whileBlocksAreDropped_seeTheSame() throws Exception {
    fill();
    var before = rollups();
    var ended = new AtomicBoolean();
    var reading =
        CompletableFuture.supplyAsync(
            () -> {
              int rounds = 0;
              while (!ended.get()) {
                assertThat(rollups()).isEqualTo(before);
                rounds++;
              }
              return rounds;
            });
    try {
      // It gives up where a reader is in its way.
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .ignoreExceptionsInstanceOf(StorageException.class)
          .until(
              () -> {
                drop(EVENING.plus(Duration.ofHours(12)));
                return partitions().isEmpty();
              });
    } finally {
      ended.set(true);
    }

    assertThat(reading.get(60, TimeUnit.SECONDS)).isPositive();
    assertThat(rollups()).isEqualTo(before);
  }

  @Test
  void damagedSamples_areGivenUpWithTheirBlock() throws Exception {
    fill();
    var before = rollups();
    var row = "select hours::text || records from %s where server_key = 1".formatted(KEPT);
    var hours = DATABASE.query(row);
    damage(BLOCK);

    assertThat(drop(EVENING.plus(Duration.ofHours(12))).units()).isEqualTo(2);

    assertThat(partitions()).isEmpty();
    assertThat(rollups().get(GITHUB)).isEqualTo(before.get(GITHUB));
    assertThat(rollups().get(FILESYSTEM))
        .isEqualTo(
            before.get(FILESYSTEM).stream().filter(r -> !r.start().isBefore(EVENING)).toList());
    assertThat(DATABASE.query(row)).isEqualTo(hours);
  }

  @Test
  void damagedRollups_areReplacedByThoseOfTheSamples() throws Exception {
    fill();
    var before = rollups();
    var gap = rollup(FILESYSTEM, Window.FIVE_MINUTES, NOON.minusSeconds(300));
    assertThat(storage().rollups().restore(List.of(gap))).isEqualTo(1);
    storage().samples().insert(List.of(sample(FILESYSTEM, NOON.minusSeconds(600))));
    pack();
    damage("mcp_realtime.rollup_chunks_202611200000_720");

    assertThat(drop(EVENING).units()).isEqualTo(2);

    assertThat(rollups().get(FILESYSTEM))
        .hasSize(before.get(FILESYSTEM).size() + 1)
        .endsWith(before.get(FILESYSTEM).toArray(Rollup[]::new));
  }

  @Test
  void aBlockThatRefusesToGo_keepsNoOther() throws Exception {
    fill();
    refuse("data_corrupted");

    assertThatThrownBy(() -> drop(EVENING.plus(Duration.ofHours(12))))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("cannot drop old partitions of sample_chunks")
        .hasMessageContaining("refused by a test");

    assertThat(partitions()).containsExactly(BLOCK);
  }

  @Test
  void aFullDisk_dropsTheBlockWithoutItsRollups_andKeepsThoseOfTheNext() throws Exception {
    fill();
    var before = rollups();
    var hours = DATABASE.query("select hours::text from %s order by server_key".formatted(KEPT));
    refuse("disk_full");

    assertThat(drop(EVENING.plus(Duration.ofHours(12))).units()).isEqualTo(2);

    assertThat(partitions()).isEmpty();
    assertThat(rollups().get(GITHUB))
        .isNotEmpty()
        .isEqualTo(before.get(GITHUB).stream().filter(r -> !r.start().isBefore(EVENING)).toList());
    assertThat(DATABASE.query("select hours::text from %s order by server_key".formatted(KEPT)))
        .isEqualTo(hours);
  }

  /** Roll-ups of the block of noon cannot be put in place any more. */
  private static void refuse(String condition) throws SQLException {
    DATABASE.query(
        """
        create or replace function public.refuse() returns trigger language plpgsql as $$
        begin raise exception 'refused by a test' using errcode = '%s'; end $$"""
            .formatted(condition));
    DATABASE.query(
        "create trigger refuse before truncate on %s execute function public.refuse()"
            .formatted(KEPT));
  }

  @Test
  void restore_duringADrop_waitsForItAndLosesNothing() throws Exception {
    fill();
    var before = rollups();
    var lost = rollup(FILESYSTEM, Window.FIVE_MINUTES, NOON.plus(Duration.ofDays(4)));
    var silent = rollup(ServerId.of("silent"), Window.FIVE_MINUTES, NOON);
    try (var database = new Database(DATABASE.server().databaseUrl(), 2)) {
      CompletableFuture<Integer> restoring =
          database.transaction(
              "drop a block",
              connection -> {
                try (var statement = connection.createStatement()) {
                  // Whoever finds a deadlock is its victim: that would be the drop.
                  statement.execute("set local deadlock_timeout = '10ms'");
                  statement.execute(
                      "lock table only %s, %s in share row exclusive mode".formatted(BLOCK, KEPT));
                }
                var first = before.get(FILESYSTEM).get(0);
                var started =
                    CompletableFuture.supplyAsync(
                        () -> storage().rollups().restore(List.of(first, lost, silent)));
                Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(
                        () ->
                            !DATABASE.query("select 1 from pg_locks where not granted").isEmpty());
                new SampleDrop(new Partition(TimeTable.SAMPLE_CHUNKS, NOON, EVENING))
                    .run(connection);
                return started;
              });
      assertThat(restoring.get(30, TimeUnit.SECONDS)).isEqualTo(2);
    }

    var after = rollups();
    assertThat(after.get(GITHUB)).isEqualTo(before.get(GITHUB));
    assertThat(after.get(FILESYSTEM)).startsWith(before.get(FILESYSTEM).toArray(Rollup[]::new));
    assertThat(after.get(FILESYSTEM)).hasSize(before.get(FILESYSTEM).size() + 1).endsWith(lost);
  }
}
