package io.mcprealtime.postgres;

import static io.mcprealtime.testkit.TestData.NOON;
import static io.mcprealtime.testkit.TestData.sample;
import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.TimeSource;
import io.mcprealtime.storage.TimeRange;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Writers, packers and readers at the same time. */
class PackRaceTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final int SERVERS = 3;
  private static final Duration INTERVAL = Duration.ofMinutes(1);
  private static final TimeRange ALL = TimeRange.startingAt(NOON, Duration.ofDays(30));

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final AtomicBoolean ended = new AtomicBoolean();

  /** How many samples of each server are acknowledged. */
  private final AtomicInteger written = new AtomicInteger();

  @AfterEach
  void end() throws InterruptedException {
    ended.set(true);
    threads.shutdown();
    assertThat(threads.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
  }

  private static ServerId server(int number) {
    return ServerId.of("server-" + number);
  }

  private static Instant at(int number) {
    return NOON.plus(INTERVAL.multipliedBy(number));
  }

  private <T> Future<Integer> untilTheEnd(Callable<T> work) {
    return threads.submit(
        () -> {
          int rounds = 0;
          while (!ended.get()) {
            work.call();
            rounds++;
          }
          return rounds;
        });
  }

  private void writeUntilTheEnd(int batches, int size) {
    for (int i = 0; i < batches; i++) {
      var batch = new ArrayList<ServerMetrics>();
      for (int k = i * size; k < (i + 1) * size; k++) {
        for (int server = 0; server < SERVERS; server++) {
          batch.add(sample(server(server), at(k)));
        }
      }
      assertThat(DATABASE.storage().samples().insert(batch)).isEqualTo(size * SERVERS);
      written.set((i + 1) * size);
    }
    ended.set(true);
  }

  /** Checks that the samples are those of 0, 1, 2, …, without a gap or a duplicate. */
  private static void checkSeries(List<Instant> instants, int atLeast) {
    for (int i = 0; i < instants.size(); i++) {
      if (!instants.get(i).equals(at(i))) {
        throw new AssertionError(
            "at %d of %d: %s instead of %s".formatted(i, instants.size(), instants.get(i), at(i)));
      }
    }
    if (instants.size() < atLeast) {
      throw new AssertionError(
          "%d read where %d are acknowledged".formatted(instants.size(), atLeast));
    }
  }

  @Test
  void writerOfAStoredSample_whoWaitsForPacking_isNotToldThatItIsNew() throws Exception {
    var samples = DATABASE.storage().samples();
    var stored = List.of(sample(server(0), NOON));
    samples.insert(stored);
    try (var packing = PostgresStorage.builder(DATABASE.server().databaseUrl()).build();
        var connection = DATABASE.connect();
        var statement = connection.createStatement()) {
      var partition = Partitions.list(connection, TimeTable.SAMPLES).get(0).qualified();
      connection.setAutoCommit(false);
      statement.execute("lock table only %s in share mode".formatted(partition));
      untilTheEnd(() -> packing.maintenance().pack(Instant.MAX, Duration.ofSeconds(30)));
      awaitWaiting(statement, "AccessExclusiveLock");
      var again = threads.submit(() -> samples.insert(stored));
      awaitWaiting(statement, "RowExclusiveLock");
      connection.commit();

      assertThat(again.get()).isZero();
      ended.set(true);
    }
  }

  private static void awaitWaiting(Statement statement, String mode) {
    Awaitility.await()
        .pollInterval(Duration.ofMillis(5))
        .until(
            () -> {
              try (var rows =
                  statement.executeQuery(
                      "select from pg_locks where not granted and mode = '%s'".formatted(mode))) {
                return rows.next();
              }
            });
  }

  @Test
  void readers_whileRowsArePacked_seeEachSampleOnce() throws Exception {
    var storage = DATABASE.storage();
    try (var packing = PostgresStorage.builder(DATABASE.server().databaseUrl()).build()) {
      var packer =
          untilTheEnd(() -> packing.maintenance().pack(Instant.MAX, Duration.ofSeconds(30)));
      var oneServer =
          untilTheEnd(
              () -> {
                int before = written.get();
                var found = new ArrayList<Instant>();
                storage.samples().forEach(server(1), ALL, s -> found.add(s.at()));
                checkSeries(found, before);
                return found;
              });
      var allServers =
          untilTheEnd(
              () -> {
                int before = written.get();
                Map<ServerId, List<Instant>> found = new HashMap<>();
                storage
                    .samples()
                    .forEach(
                        ALL,
                        s -> found.computeIfAbsent(s.server(), k -> new ArrayList<>()).add(s.at()));
                for (int i = 0; i < SERVERS; i++) {
                  checkSeries(found.getOrDefault(server(i), List.of()), before);
                }
                return found;
              });
      var newest =
          untilTheEnd(
              () -> {
                int before = written.get();
                for (var one : storage.samples().latest()) {
                  assertThat(one.at()).isAfterOrEqualTo(at(before - 1));
                }
                var recent = storage.samples().recent(server(2), 50);
                assertThat(recent.size()).isGreaterThanOrEqualTo(Math.min(50, before));
                for (int i = 1; i < recent.size(); i++) {
                  assertThat(recent.get(i).at().plus(INTERVAL)).isEqualTo(recent.get(i - 1).at());
                }
                return recent;
              });
      var rollups =
          untilTheEnd(
              () -> {
                int before = written.get();
                var found =
                    storage.rollups().query(server(0), io.mcprealtime.Window.FIVE_MINUTES, ALL);
                int count = found.stream().mapToInt(r -> r.sampleCount()).sum();
                assertThat(count).isBetween(before, written.get() + 10);
                return found;
              });

      writeUntilTheEnd(250, 10);

      assertThat(packer.get()).isGreaterThan(5);
      assertThat(oneServer.get()).isPositive();
      assertThat(allServers.get()).isPositive();
      assertThat(newest.get()).isPositive();
      assertThat(rollups.get()).isPositive();
    }
  }

  @Test
  void packers_withoutMutualExclusion_loseNothing() throws Exception {
    try (var one = new Database(DATABASE.server().databaseUrl(), 2);
        var other = new Database(DATABASE.server().databaseUrl(), 2)) {
      var moved = new AtomicInteger();
      for (var database : List.of(one, other)) {
        var keys = new ServerKeys(database);
        var until = new PackedUntil<>(Series.SAMPLES, keys, TimeSource.system());
        var packer = new Packer<>(database, new Partitions(database), Series.SAMPLES, until);
        untilTheEnd(
            () ->
                moved.addAndGet((int) packer.pack(Instant.MAX, Duration.ofSeconds(30)).records()));
      }

      writeUntilTheEnd(120, 20);
      end();

      assertThat(moved.get()).isPositive();
      for (int i = 0; i < SERVERS; i++) {
        var found = new ArrayList<Instant>();
        DATABASE.storage().samples().forEach(server(i), ALL, s -> found.add(s.at()));
        checkSeries(found, 2_400);
        assertThat(found).hasSize(2_400);
      }
    }
  }
}
