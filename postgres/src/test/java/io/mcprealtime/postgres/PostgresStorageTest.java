package io.mcprealtime.postgres;

import static io.mcprealtime.testkit.TestData.FILESYSTEM;
import static io.mcprealtime.testkit.TestData.GITHUB;
import static io.mcprealtime.testkit.TestData.NOON;
import static io.mcprealtime.testkit.TestData.event;
import static io.mcprealtime.testkit.TestData.healthCheck;
import static io.mcprealtime.testkit.TestData.rollup;
import static io.mcprealtime.testkit.TestData.sample;
import static io.mcprealtime.testkit.TestData.samples;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.ManualTime;
import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.Window;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.StorageUsage;
import io.mcprealtime.storage.TimeRange;
import io.mcprealtime.testkit.BudgetStoreContract;
import io.mcprealtime.testkit.CatalogStoreContract;
import io.mcprealtime.testkit.EventStoreContract;
import io.mcprealtime.testkit.HealthCheckStoreContract;
import io.mcprealtime.testkit.MaintenanceContract;
import io.mcprealtime.testkit.RollupStoreContract;
import io.mcprealtime.testkit.SampleStoreContract;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class PostgresStorageTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final TimeRange DAY =
      new TimeRange(NOON.minus(Duration.ofHours(12)), NOON.plus(Duration.ofHours(12)));

  /** An empty partition may be scanned. */
  private static final String SCAN_OF_ROWS =
      "Seq Scan on samples\\S+ \\S+ \\(actual time=\\S+ rows=[1-9]";

  @Nested
  class Samples extends SampleStoreContract {
    @Override
    protected Storage storage() {
      return DATABASE.storage();
    }
  }

  @Nested
  class HealthChecks extends HealthCheckStoreContract {
    @Override
    protected Storage storage() {
      return DATABASE.storage();
    }
  }

  @Nested
  class Events extends EventStoreContract {
    @Override
    protected Storage storage() {
      return DATABASE.storage();
    }
  }

  @Nested
  class Rollups extends RollupStoreContract {
    @Override
    protected Storage storage() {
      return DATABASE.storage();
    }
  }

  @Nested
  class PartitionMaintenance extends MaintenanceContract {
    @Override
    protected Storage storage() {
      return DATABASE.storage();
    }
  }

  @Nested
  class Budget extends BudgetStoreContract {
    @Override
    protected Storage storage() {
      return DATABASE.storage();
    }

    @Override
    protected Storage another() {
      return PostgresStorageTest.another();
    }
  }

  @Nested
  class Catalogs extends CatalogStoreContract {
    @Override
    protected Storage storage() {
      return DATABASE.storage();
    }

    @Override
    protected Storage another() {
      return PostgresStorageTest.another();
    }
  }

  /** A pooler in transaction mode allows no prepared statements. */
  @Nested
  class SamplesWithoutSessionState extends SampleStoreContract {
    private final PostgresStorage storage =
        PostgresStorage.builder(pooled(DATABASE.server())).build();

    @Override
    protected Storage storage() {
      return storage;
    }

    private static DatabaseUrl pooled(EmbeddedPostgres server) {
      return DatabaseUrl.parse(server.jdbcUrl() + "?pgbouncer=true")
          .withCredentials(server.user(), server.password());
    }
  }

  private static PostgresStorage another() {
    return PostgresStorage.builder(DATABASE.server().databaseUrl()).build();
  }

  @Test
  void migrate_again_andFromTwoProcesses_isHarmless() throws Exception {
    DATABASE.storage().samples().insert(List.of(sample(FILESYSTEM, NOON)));

    IntStream.range(0, 4)
        .parallel()
        .forEach(
            i -> {
              try (var storage = another()) {
                storage.migrate();
              }
            });

    assertThat(DATABASE.storage().samples().latest()).hasSize(1);
    assertThat(
            DATABASE.query(
                "select max(version::int) from mcp_realtime.flyway_schema_history where success"))
        .containsExactly(Migration.NEWEST);
    assertThat(DATABASE.storage().name()).isEqualTo("postgresql");
  }

  @Test
  void migrate_ofAnEmptyDatabase_createsEverything() throws Exception {
    DATABASE.query("create database empty");
    var server = DATABASE.server();
    var url = "jdbc:postgresql://127.0.0.1:%d/empty".formatted(server.port());
    try (var storage =
        PostgresStorage.builder(
                DatabaseUrl.parse(url).withCredentials(server.user(), server.password()))
            .build()) {
      assertThatThrownBy(() -> storage.samples().latest())
          .hasMessage(
              "cannot read the latest samples of every server in PostgreSQL at 127.0.0.1:%d/empty:"
                  + " the schema is missing or incomplete; run the migration first",
              server.port());

      IntStream.range(0, 3).parallel().forEach(i -> storage.migrate());

      storage.check();
      assertThat(storage.samples().insert(List.of(sample(FILESYSTEM, NOON)))).isEqualTo(1);
    } finally {
      DATABASE.query("drop database if exists empty with (force)");
    }
  }

  @Test
  void insert_fromTwoStoragesInOpposedOrder_meetsNoDeadlock() {
    var batch = new ArrayList<ServerMetrics>();
    for (int server = 0; server < 20; server++) {
      batch.addAll(samples(ServerId.of("server-" + server), NOON, Duration.ofHours(5), 20));
    }
    var reversed = new ArrayList<>(batch);
    Collections.reverse(reversed);

    int added;
    try (var other = another()) {
      added =
          IntStream.range(0, 8)
              .parallel()
              .map(
                  i ->
                      i % 2 == 0
                          ? DATABASE.storage().samples().insert(batch)
                          : other.samples().insert(reversed))
              .sum();
    }

    assertThat(added).isEqualTo(400);
  }

  @Test
  void insert_acrossAPartitionBoundary_createsBoth() throws Exception {
    var midnight = NOON.plus(Duration.ofHours(12));
    DATABASE
        .storage()
        .samples()
        .insert(List.of(sample(FILESYSTEM, midnight.minusMillis(1)), sample(FILESYSTEM, midnight)));

    assertThat(DATABASE.query("select tableoid::regclass from mcp_realtime.samples order by at"))
        .containsExactly(
            "mcp_realtime.samples_202611202345_15", "mcp_realtime.samples_202611210000_15");
  }

  @Test
  void restore_outOfAllTime_isRefused() {
    var end = ServerMetrics.MAX_INSTANT;
    var rollup = Rollup.ofSamples(FILESYSTEM, Window.FIVE_MINUTES, end, List.of());
    var rollups = DATABASE.storage().rollups();

    assertThatThrownBy(() -> rollups.restore(List.of(rollup)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must lie between 2000-01-01T00:00:00Z and 2200-01-01T00:00:00Z");
  }

  @Test
  void forEach_withASinkThatFails_passesItOnAndFreesTheConnection() {
    DATABASE.storage().samples().insert(samples(FILESYSTEM, NOON, Duration.ofSeconds(1), 5_000));

    for (int i = 0; i < 20; i++) {
      assertThatThrownBy(
              () ->
                  DATABASE
                      .storage()
                      .samples()
                      .forEach(
                          DAY,
                          sample -> {
                            throw new IllegalStateException("enough");
                          }))
          .hasMessage("enough");
    }

    var seen = new int[1];
    DATABASE.storage().samples().forEach(FILESYSTEM, DAY, sample -> seen[0]++);
    assertThat(seen[0]).isEqualTo(5_000);
  }

  @Test
  void queries_readByIndexNotByScan() throws Exception {
    var storage = DATABASE.storage();
    for (int day = 0; day < 3; day++) {
      var start = NOON.minus(Duration.ofDays(day));
      for (int server = 0; server < 10; server++) {
        storage
            .samples()
            .insert(samples(ServerId.of("server-" + server), start, Duration.ofSeconds(15), 2_000));
      }
    }
    storage.maintenance().prepare();
    DATABASE.query("analyze mcp_realtime.samples");
    DATABASE.query("analyze mcp_realtime.servers");

    var latest = explain(LatestReader.newestRows(Series.SAMPLES));
    var range =
        explain(
            HotTable.ofServer(Series.SAMPLES)
                .replaceFirst("\\?", "'server-1'")
                .replaceFirst("\\?", "'2026-11-19T13:00:00Z'")
                .replaceFirst("\\?", "'2026-11-20T13:00:00Z'"));
    var view =
        explain(
            "select * from mcp_server_metrics where server_id = 'server-1'"
                + " and timestamp >= '2026-11-20T12:30:00Z'");

    assertThat(latest).doesNotContainPattern(SCAN_OF_ROWS);
    assertThat(buffers(latest)).isLessThan(200);
    assertThat(range).doesNotContainPattern(SCAN_OF_ROWS).doesNotContain("samples_20261118");
    assertThat(view).doesNotContain("samples_20261119").doesNotContainPattern(SCAN_OF_ROWS);
    assertThat(storage.samples().latest()).hasSize(10);
  }

  private static String explain(String sql) throws Exception {
    return String.join("\n", DATABASE.query("explain (analyze, buffers, costs off) " + sql));
  }

  /** Blocks that the whole statement touched. */
  private static int buffers(String plan) {
    var matcher = java.util.regex.Pattern.compile("shared hit=(\\d+)").matcher(plan);
    assertThat(matcher.find()).isTrue();
    return Integer.parseInt(matcher.group(1));
  }

  @Test
  void usage_isMeasured() throws Exception {
    var storage = DATABASE.storage();
    long before = storage.maintenance().usage().bytes().orElseThrow();
    insertAndLeave(samples(FILESYSTEM, NOON, Duration.ofSeconds(15), 5_000));
    DATABASE.query("analyze mcp_realtime.samples");

    var usage = storage.maintenance().usage();

    assertThat(usage.bytes().orElseThrow()).isGreaterThan(before + 400_000);
    var first = usage.relations().get(0);
    assertThat(first.kind()).isEqualTo(DataKind.METRICS);
    assertThat(first.name()).isEqualTo("mcp_realtime.samples");
    assertThat(first.rows()).isEqualTo(5_000);
    assertThat(first.deadRows()).isZero();
    assertThat(first.bytes()).isGreaterThan(400_000);
    assertThat(first.indexBytes()).isBetween(100_000L, 3_000_000L);
    assertThat(usage.relations())
        .extracting(StorageUsage.Relation::name)
        .contains(
            "mcp_realtime.sample_chunks",
            "mcp_realtime.health_chunks",
            "mcp_realtime.rollup_chunks",
            "mcp_realtime.events");
  }

  /**
   * A session tells how many rows it wrote a while later, at its end at the latest; then they would
   * be counted on top of those that an analysis has found meanwhile.
   */
  private static void insertAndLeave(List<ServerMetrics> samples) throws Exception {
    var others = sessions();
    List<String> own;
    try (var writer = another()) {
      writer.samples().insert(samples);
      own = sessions();
    }
    own.removeAll(others);
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> Collections.disjoint(sessions(), own));
  }

  private static List<String> sessions() throws SQLException {
    return DATABASE.query(
        "select pid from pg_stat_activity where application_name = 'mcp-realtime'");
  }

  @Test
  void dropBefore_givesTheSpaceBack_inWholePartitions() {
    var storage = DATABASE.storage();
    storage.samples().insert(samples(FILESYSTEM, NOON, Duration.ofSeconds(15), 2_000));
    storage
        .samples()
        .insert(samples(FILESYSTEM, NOON.minus(Duration.ofDays(2)), Duration.ofSeconds(15), 2_000));
    long before = storage.maintenance().usage().bytes().orElseThrow();

    var dropped = storage.maintenance().dropBefore(DataKind.METRICS, NOON);

    assertThat(dropped.units()).isEqualTo(1);
    assertThat(dropped.rows()).isEqualTo(2_000);
    assertThat(storage.maintenance().usage().bytes().orElseThrow())
        .isLessThanOrEqualTo(before - dropped.bytes() / 2);
    assertThat(storage.samples().latest(FILESYSTEM)).isPresent();
  }

  @Test
  void exclusively_withinAnotherTask_givesItsLockBackAtItsEnd() {
    try (var other = PostgresStorage.builder(DATABASE.server().databaseUrl()).build()) {
      var maintenance = DATABASE.storage().maintenance();
      var found = new ArrayList<Boolean>();

      maintenance.exclusively(
          "outer",
          () -> {
            maintenance.exclusively(
                "inner",
                () -> {
                  found.add(other.maintenance().exclusively("inner", () -> {}));
                  found.add(maintenance.exclusively("inner", () -> {}));
                  found.add(maintenance.exclusively("outer", () -> {}));
                });
            found.add(other.maintenance().exclusively("inner", () -> {}));
            found.add(other.maintenance().exclusively("outer", () -> {}));
          });

      assertThat(found).containsExactly(false, false, false, true, false);
      assertThat(other.maintenance().exclusively("outer", () -> {})).isTrue();
    }
  }

  /** Ends the transactions that hold the locks of tasks, as a pooler or the server may. */
  private static void loseLocks() {
    try {
      DATABASE.query(
          "select pg_terminate_backend(pid, 10000) from pg_locks where locktype = 'advisory'");
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void exclusively_whenOnlyItsLockIsLost_keepsTheResultOfTheWork() {
    var maintenance = DATABASE.storage().maintenance();
    var ran = new ArrayList<String>();

    assertThat(
            maintenance.exclusively(
                "outer",
                () -> {
                  ran.add("outer");
                  loseLocks();
                }))
        .isTrue();
    assertThat(
            maintenance.exclusively(
                "outer",
                () ->
                    maintenance.exclusively(
                        "inner",
                        () -> {
                          ran.add("inner");
                          loseLocks();
                        })))
        .isTrue();
    assertThatThrownBy(
            () ->
                maintenance.exclusively(
                    "outer",
                    () -> {
                      loseLocks();
                      throw new IllegalStateException("of the work");
                    }))
        .hasMessage("of the work");

    assertThat(ran).containsExactly("outer", "inner");
  }

  @Test
  void prepare_createsPartitionsAhead() throws Exception {
    try (var storage =
        PostgresStorage.builder(DATABASE.server().databaseUrl())
            .time(ManualTime.startingAt("2026-11-20T12:00:00Z"))
            .connections(2)
            .build()) {
      storage.maintenance().prepare();

      assertThat(
              DATABASE.query(
                  "select count(*) from pg_inherits where inhparent::regclass::text ="
                      + " 'mcp_realtime.samples'"))
          .containsExactly("5");
    }
  }

  @Test
  void views_tellInWords() throws Exception {
    var storage = DATABASE.storage();
    storage.samples().insert(List.of(sample(FILESYSTEM, NOON)));
    storage.healthChecks().insert(List.of(healthCheck(GITHUB, NOON)));
    storage.events().insert(List.of(event(FILESYSTEM, NOON)));
    storage
        .rollups()
        .restore(List.of(rollup(FILESYSTEM, Window.FIVE_MINUTES, NOON.minus(Duration.ofDays(9)))));

    assertThat(
            row(
                "select server_id, status, response_time_ms::real, success_rate, error_rate,"
                    + " request_count, error_count, uptime_seconds, memory_usage_mb::int,"
                    + " memory_usage_bytes, circuit_breaker_state, session_id from mcp_server_metrics"))
        .isEqualTo(
            "(filesystem,healthy,12.345,0.975,0.025,40,1,108000,118,123456789,half_open,session-1)");
    assertThat(
            row(
                "select server_id, status, response_time_ms::int, reason, stages -> 0 ->> 0,"
                    + " era, protocol_version, tool_count from mcp_health_checks"))
        .isEqualTo(
            "(github,degraded,42,\"two lines on stdout are not JSON\",start,legacy,2025-11-25,14)");
    assertThat(
            row(
                "select server_id, event_type, severity, details ->> 'to' from mcp_monitoring_events"))
        .isEqualTo("(filesystem,status_change,warning,DOWN)");
    assertThat(
            row(
                "select server_id, time_window, sample_count, up_count, request_count,"
                    + " avg_response_time_ms::real, min_response_time_ms::int, max_response_time_ms::int"
                    + " from mcp_performance_aggregates"
                    + " order by window_start, length(time_window), time_window"))
        .isEqualTo(
            "(filesystem,24h,20,20,800,19.5,10,29);(filesystem,1h,20,20,800,19.5,10,29);"
                + "(filesystem,24h,1,1,40,12.345,12,12);(filesystem,1h,1,1,40,12.345,12,12);"
                + "(filesystem,5m,1,1,40,12.345,12,12);(filesystem,15m,1,1,40,12.345,12,12)");
    storage.maintenance().pack(Instant.MAX, Duration.ofMinutes(1));
    assertThat(
            row(
                "select time_window, sample_count, p50_response_time_ms::int, p99_response_time_ms::int"
                    + " from mcp_performance_aggregates where window_start >= '2026-11-20'"
                    + " order by time_window"))
        .isEqualTo("(1h,1,12,12);(24h,1,,)");
    assertThat(
            DATABASE.query(
                "select count(*) from pg_class where relkind = 'v' and relnamespace ="
                    + " 'public'::regnamespace and 'security_invoker=on' = any (reloptions)"))
        .containsExactly("4");
  }

  private static String row(String sql) throws Exception {
    return String.join(";", DATABASE.query("select t::text from (%s) t".formatted(sql)));
  }
}
