package io.mcprealtime.postgres;

import static io.mcprealtime.testkit.TestData.FILESYSTEM;
import static io.mcprealtime.testkit.TestData.NOON;
import static io.mcprealtime.testkit.TestData.event;
import static io.mcprealtime.testkit.TestData.sample;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.StorageException;
import io.mcprealtime.storage.StorageUnavailableException;
import io.mcprealtime.storage.TimeRange;
import io.mcprealtime.testkit.TestPorts;
import java.net.ServerSocket;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGConnection;

@Timeout(60)
class StorageErrorsTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final String SECRET = "s3cr3t-pa55";
  private static final TimeRange ALL = TimeRange.endingAt(NOON, Duration.ofDays(365));

  @Test
  void check_withNothingListening_saysWhere() throws Exception {
    int port = TestPorts.free();
    try (var storage =
        PostgresStorage.builder("postgres://me:%s@127.0.0.1:%d/db".formatted(SECRET, port))
            .build()) {
      assertThatThrownBy(storage::check)
          .isInstanceOf(StorageException.class)
          .hasMessage(
              "cannot reach the database in PostgreSQL at 127.0.0.1:%d/db: nothing answers there;"
                  + " start the database or correct the URL",
              port);
      assertThatThrownBy(storage::migrate).hasMessageContaining("nothing answers there");
      assertThat(storage.toString()).doesNotContain(SECRET);
    }
  }

  @Test
  void check_withAServerThatIsSilent_endsInTime() throws Exception {
    try (var silent = new ServerSocket(0);
        var storage =
            PostgresStorage.builder(
                    "postgres://me:%s@127.0.0.1:%d/db".formatted(SECRET, silent.getLocalPort()))
                .build()) {
      long start = System.nanoTime();

      assertThatThrownBy(storage::check)
          .isInstanceOf(StorageException.class)
          .hasMessageNotContaining(SECRET);

      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
    }
  }

  @Test
  void check_withTheWrongPassword_namesTheUserOnly() {
    var url = DATABASE.server().databaseUrl().withCredentials("postgres", SECRET);
    try (var storage = PostgresStorage.builder(url).build()) {
      assertThatThrownBy(storage::check)
          .hasMessageEndingWith(
              "user postgres and its password were refused; correct them in the database URL")
          .hasMessageNotContaining(SECRET);
    }
  }

  @Test
  void check_ofADatabaseThatIsNot_saysSo() {
    var server = DATABASE.server();
    var url =
        DatabaseUrl.parse("postgres://127.0.0.1:%d/nowhere".formatted(server.port()))
            .withCredentials(server.user(), server.password());
    try (var storage = PostgresStorage.builder(url).build()) {
      assertThatThrownBy(storage::check)
          .hasMessageEndingWith("there is no database nowhere; create it or correct the URL");
    }
  }

  @Test
  void insert_whileTheDatabaseIsReadOnly_saysSo_andDroppingStillMakesRoom() throws Exception {
    DATABASE.storage().samples().insert(List.of(sample(FILESYSTEM, NOON)));
    DATABASE.query("alter database postgres set default_transaction_read_only = on");
    try (var storage = PostgresStorage.builder(DATABASE.server().databaseUrl()).build()) {
      assertThatThrownBy(
              () -> storage.samples().insert(List.of(sample(FILESYSTEM, NOON.plusSeconds(1)))))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("cannot write 1 records of metrics")
          .hasMessageContaining("the database is read-only");

      var dropped =
          storage.maintenance().dropBefore(DataKind.METRICS, NOON.plus(Duration.ofDays(1)));

      assertThat(dropped.rows()).isEqualTo(1);
    } finally {
      DATABASE.query("set transaction read write; alter database postgres reset all");
    }
  }

  @Test
  void dropBefore_whileAReaderHoldsTheTable_givesUpSoon() throws Exception {
    DATABASE.storage().samples().insert(List.of(sample(FILESYSTEM, NOON)));
    try (var reader = DATABASE.connect();
        var statement = reader.createStatement()) {
      reader.setAutoCommit(false);
      statement.execute("select * from mcp_realtime.samples");
      int pid = reader.unwrap(PGConnection.class).getBackendPID();

      assertThatThrownBy(
              () ->
                  DATABASE
                      .storage()
                      .maintenance()
                      .dropBefore(DataKind.METRICS, NOON.plus(Duration.ofDays(1))))
          .isInstanceOf(StorageUnavailableException.class)
          .hasMessageMatching(
              ("cannot drop the samples of 2026-11-20T12:00:00Z to 2026-11-21T00:00:00Z, which could"
                      + " not be packed in PostgreSQL at .*: the session with pid %d \\(PostgreSQL"
                      + " JDBC Driver, idle in transaction, in its transaction for \\d+ s\\) holds a"
                      + " lock on it; wait until it ends or end it \\(select"
                      + " pg_terminate_backend\\(pid\\)\\), then try again")
                  .formatted(pid));
    }
    assertThat(DATABASE.storage().samples().latest()).hasSize(1);
  }

  @Test
  void dropBefore_ofManyPartitions_waitsForLocksOnceAndDropsTheOthers() throws Exception {
    var storage = DATABASE.storage();
    for (int day = 1; day <= 40; day++) {
      storage.events().insert(List.of(event(FILESYSTEM, NOON.minus(Duration.ofDays(day)))));
    }
    try (var reader = DATABASE.connect();
        var statement = reader.createStatement()) {
      reader.setAutoCommit(false);
      statement.execute("select * from mcp_realtime.events");

      long start = System.nanoTime();
      assertThatThrownBy(() -> storage.maintenance().dropBefore(DataKind.EVENTS, NOON))
          .hasMessageContaining("events_202610110000_1440 and 39 more in PostgreSQL")
          .hasMessageContaining("holds a lock on it");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));

      reader.commit();
      statement.execute("select * from mcp_realtime.events_202610140000_1440");
      assertThatThrownBy(() -> storage.maintenance().dropBefore(DataKind.EVENTS, NOON))
          .hasMessageContaining("events_202610140000_1440 in PostgreSQL");
      assertThat(storage.events().query(null, ALL, 100)).hasSize(1);
    }
    assertThat(storage.maintenance().dropBefore(DataKind.EVENTS, NOON).rows()).isEqualTo(1);
  }

  @Test
  void call_withAllConnectionsInUse_saysSo() {
    try (var storage =
        PostgresStorage.builder(DATABASE.server().databaseUrl()).connections(1).build()) {
      storage.samples().insert(List.of(sample(FILESYSTEM, NOON)));

      storage
          .samples()
          .forEach(
              new TimeRange(NOON, NOON.plusSeconds(1)),
              sample ->
                  assertThatThrownBy(storage::check)
                      .hasMessageContaining(
                          "all 1 connections are in use; raise the number of connections"));
    }
    assertThatThrownBy(() -> PostgresStorage.builder("postgres://h/d").connections(0))
        .hasMessage("connections must be at least 1, is 0");
  }

  @Test
  void insert_afterASessionWasEnded_worksAgain() throws Exception {
    var storage = DATABASE.storage();
    storage.samples().insert(List.of(sample(FILESYSTEM, NOON)));
    DATABASE.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where application_name ="
            + " 'mcp-realtime'");

    assertThat(storage.samples().insert(List.of(sample(FILESYSTEM, NOON.plusSeconds(1)))))
        .isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "28000, correct them in the database URL",
    "42501, it needs CREATE on the database",
    "53100, the database's disk is full",
    "53200, out of memory",
    "53300, lower the number of connections (8 here)",
    "57P03, starting up or shutting down",
    "26000, add ?prepareThreshold=0",
    "57014, longer than the database allows",
    "57P01, the connection was lost or refused (as it says)",
    "XX000, as it says (SQLSTATE XX000)",
  })
  void describe_saysWhatToDo(String state, String advice) {
    var url = DatabaseUrl.parse("postgres://me:%s@db.example/d".formatted(SECRET));

    assertThat(new SqlErrors(url, 8).describe("do it", new SQLException("as it says", state)))
        .hasMessageStartingWith("cannot do it in PostgreSQL at db.example:5432/d: ")
        .hasMessageContaining(advice);
  }

  @Test
  void isPassing_isTrueForWhatCostNoTime() {
    assertThat(SqlErrors.isPassing(new SQLException("x", "40P01"))).isTrue();
    assertThat(SqlErrors.isPassing(new SQLException("x", "08006"))).isTrue();
    assertThat(
            SqlErrors.isPassing(
                new SQLException("x", "08006", new java.net.SocketTimeoutException())))
        .isFalse();
    assertThat(SqlErrors.isPassing(new java.sql.SQLTransientConnectionException("x", "08001")))
        .isFalse();
    assertThat(SqlErrors.isPassing(new SQLException("x", "53100"))).isFalse();
  }

  @Test
  void describe_findsTheNetworksReason() {
    var errors = new SqlErrors(DatabaseUrl.parse("postgres://db.example/d"), 8);

    assertThat(
            errors.describe(
                "do it", new SQLException("x", "08001", new java.net.UnknownHostException("x"))))
        .hasMessageContaining("the host's name is not known");
    assertThat(
            errors.describe(
                "do it", new SQLException("x", "08006", new java.net.SocketTimeoutException())))
        .hasMessageContaining("no answer in time");
    assertThat(
            errors.describe(
                "do it", new SQLException("x", "08006", new javax.net.ssl.SSLException("bad"))))
        .hasMessageContaining("the encrypted connection failed (bad); check sslmode");
  }

  @Test
  void describe_behindAPooler_saysWhatItMayBe() {
    var pooled = new SqlErrors(DatabaseUrl.parse("postgres://h:6543/d"), 8);
    var direct = new SqlErrors(DatabaseUrl.parse("postgres://db.abcdef.supabase.co/d"), 8);

    assertThat(pooled.describe("do it", new java.sql.SQLTransientConnectionException("x", null, 0)))
        .hasMessageContaining("or the pooler has none left; a process needs 2 of the pooler's");
    assertThat(
            direct.describe(
                "do it", new SQLException("x", "08001", new java.net.UnknownHostException("x"))))
        .hasMessageContaining("IPv6 only, so use the session pooler's address");
    assertThat(SqlErrors.isPassing(new SQLException("server conn crashed?", "08P01"))).isTrue();
  }
}
