package io.mcprealtime.postgres;

import static io.mcprealtime.testkit.TestData.FILESYSTEM;
import static io.mcprealtime.testkit.TestData.NOON;
import static io.mcprealtime.testkit.TestData.sample;
import static io.mcprealtime.testkit.TestData.samples;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.StorageUnavailableException;
import io.mcprealtime.storage.TimeRange;
import io.mcprealtime.testkit.BudgetStoreContract;
import io.mcprealtime.testkit.CatalogStoreContract;
import io.mcprealtime.testkit.EventStoreContract;
import io.mcprealtime.testkit.HealthCheckStoreContract;
import io.mcprealtime.testkit.MaintenanceContract;
import io.mcprealtime.testkit.Requires;
import io.mcprealtime.testkit.RollupStoreContract;
import io.mcprealtime.testkit.SampleStoreContract;
import java.io.IOException;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The storage behind a pooler in transaction mode, whose two connections all clients share. */
class TransactionPoolerTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final int SERVER_CONNECTIONS = 2;
  private static final TimeRange DAY =
      new TimeRange(NOON.minus(Duration.ofHours(12)), NOON.plus(Duration.ofHours(12)));

  private static @Nullable PgBouncer pooler;

  private final PostgresStorage storage = pooled("postgres");

  @BeforeAll
  static void startPooler() throws IOException {
    var program = Requires.pgbouncer();
    if (pooler == null) {
      pooler = PgBouncer.start(program, DATABASE.server(), SERVER_CONNECTIONS);
    }
  }

  @AfterAll
  static void stopPooler() throws IOException {
    if (pooler != null) {
      pooler.close();
      pooler = null;
    }
  }

  @AfterEach
  void close() {
    storage.close();
  }

  private static PostgresStorage pooled(String database) {
    return PostgresStorage.builder(requireNonNull(pooler).url(database)).build();
  }

  @Nested
  class Samples extends SampleStoreContract {
    @Override
    protected Storage storage() {
      return storage;
    }
  }

  @Nested
  class HealthChecks extends HealthCheckStoreContract {
    @Override
    protected Storage storage() {
      return storage;
    }
  }

  @Nested
  class Events extends EventStoreContract {
    @Override
    protected Storage storage() {
      return storage;
    }
  }

  @Nested
  class Rollups extends RollupStoreContract {
    @Override
    protected Storage storage() {
      return storage;
    }
  }

  @Nested
  class Upkeep extends MaintenanceContract {
    @Override
    protected Storage storage() {
      return storage;
    }
  }

  @Nested
  class Budget extends BudgetStoreContract {
    @Override
    protected Storage storage() {
      return storage;
    }

    @Override
    protected Storage another() {
      return pooled("postgres");
    }
  }

  @Nested
  class Catalogs extends CatalogStoreContract {
    @Override
    protected Storage storage() {
      return storage;
    }

    @Override
    protected Storage another() {
      return pooled("postgres");
    }
  }

  @Test
  void migrate_fromSeveralProcessesAtOnce_createsEverythingOnce() throws Exception {
    DATABASE.query("create database fresh");
    try {
      var all =
          IntStream.range(0, 4)
              .mapToObj(
                  i ->
                      CompletableFuture.runAsync(
                          () -> {
                            try (var one = pooled("fresh")) {
                              one.migrate();
                            }
                          }))
              .toArray(CompletableFuture[]::new);
      CompletableFuture.allOf(all).join();

      try (var one = pooled("fresh")) {
        one.migrate();
        assertThat(one.samples().insert(List.of(sample(FILESYSTEM, NOON)))).isEqualTo(1);
      }
    } finally {
      // The pooler keeps connections to it.
      DATABASE.query("drop database if exists fresh with (force)");
    }
    assertThat(DATABASE.query("select count(*) from pg_locks where locktype = 'advisory'"))
        .containsExactly("0");
  }

  @Test
  void unpooled_andPooled_keepNoSessionState() throws Exception {
    storage.samples().insert(samples(FILESYSTEM, NOON, Duration.ofSeconds(1), 100));
    for (int i = 0; i < 20; i++) {
      assertThat(storage.samples().recent(FILESYSTEM, 10)).hasSize(10);
    }
    storage.maintenance().dropBefore(DataKind.METRICS, NOON.plus(Duration.ofDays(2)));

    try (var connection =
            DriverManager.getConnection(
                requireNonNull(pooler).url("postgres").jdbcUrl() + "?prepareThreshold=0",
                DATABASE.server().user(),
                DATABASE.server().password());
        var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                """
                select (select count(*) from pg_prepared_statements),
                  current_setting('lock_timeout'), current_setting('transaction_read_only')""")) {
      rows.next();
      assertThat(rows.getInt(1)).isZero();
      assertThat(rows.getString(2)).isEqualTo("0");
      assertThat(rows.getString(3)).isEqualTo("off");
    }
  }

  /**
   * A write that fails while its rows are on their way (there is no partition yet) must not leave
   * half a message on a connection that others share: it would swallow what they ask.
   */
  @Test
  void insert_thatFailsAtFirst_leavesNoRestOfItsRows() {
    var length = TimeTable.SAMPLES.partitionLength();
    for (int i = 0; i < 60; i++) {
      var start = NOON.plus(length.multipliedBy(i));

      assertThat(
              storage.samples().insert(samples(FILESYSTEM, start, Duration.ofMillis(150), 5_000)))
          .isEqualTo(5_000);
    }
  }

  /** A clean-up holds one connection, what it does another: packing, too, that runs alone. */
  @Test
  void pack_withinACleanUp_needsTwoConnections() {
    var old = NOON.minus(Duration.ofDays(2));
    storage.samples().insert(samples(FILESYSTEM, old, Duration.ofSeconds(15), 2_000));
    var packed = new long[1];

    storage
        .maintenance()
        .exclusively(
            "clean-up",
            () -> packed[0] = storage.maintenance().pack(NOON, Duration.ofMinutes(1)).records());

    assertThat(packed[0]).isEqualTo(2_000);
    var seen = new int[1];
    storage
        .samples()
        .forEach(FILESYSTEM, TimeRange.endingAt(NOON, Duration.ofDays(3)), sample -> seen[0]++);
    assertThat(seen[0]).isEqualTo(2_000);
  }

  @Test
  void writers_whoseConnectionsAreCut_storeEverythingOnce() throws Exception {
    var threads = Executors.newFixedThreadPool(6);
    int writers = 6;
    int batches = 40;
    int size = 50;
    var written = new AtomicInteger();
    var cut = new AtomicInteger();
    var failures = new ConcurrentLinkedQueue<String>();
    var work =
        IntStream.range(0, writers)
            .mapToObj(
                w ->
                    CompletableFuture.runAsync(
                        () -> {
                          for (int b = 0; b < batches; b++) {
                            if (written.incrementAndGet() % 12 == 0) {
                              cut.addAndGet(cutOne());
                            }
                            write(
                                samples(
                                    ServerId.of("server-" + w),
                                    NOON.plusSeconds((long) b * size),
                                    Duration.ofSeconds(1),
                                    size),
                                failures);
                          }
                        },
                        threads))
            .toList();
    work.forEach(CompletableFuture::join);

    for (int w = 0; w < writers; w++) {
      var seen = new HashSet<java.time.Instant>();
      var count = new int[1];
      storage
          .samples()
          .forEach(
              ServerId.of("server-" + w),
              DAY,
              sample -> {
                seen.add(sample.at());
                count[0]++;
              });
      assertThat(seen).hasSize(batches * size);
      assertThat(count[0]).isEqualTo(batches * size);
    }
    threads.shutdown();
    assertThat(cut.get()).isPositive();
    System.out.printf(
        "pooler: %d samples by %d writers over %d server connections, %d cut; %d writes failed and"
            + " were written again%n",
        writers * batches * size, writers, SERVER_CONNECTIONS, cut.get(), failures.size());
    failures.stream().distinct().forEach(System.out::println);
  }

  /** As the spool or a caller does: what was not acknowledged is written again. */
  private void write(List<ServerMetrics> batch, Collection<String> failures) {
    for (int attempt = 1; ; attempt++) {
      try {
        storage.samples().insert(batch);
        return;
      } catch (StorageUnavailableException e) {
        failures.add(e.getMessage());
        assertThat(attempt).isLessThan(20);
      }
    }
  }

  /** Ends one of the pooler's connections, one that is at work if there is any. */
  private static int cutOne() {
    try {
      return DATABASE
          .query(
              """
              select pg_terminate_backend(pid) from pg_stat_activity
              where application_name = 'mcp-realtime' and pid <> pg_backend_pid()
              order by state limit 1""")
          .size();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
