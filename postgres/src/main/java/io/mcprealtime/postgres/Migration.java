package io.mcprealtime.postgres;

import io.mcprealtime.storage.StorageException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Brings a database's schema up to date. */
final class Migration {
  /** The newest version among the resources. */
  static final String NEWEST = "11";

  private static final int MIN_SERVER = 150_000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final long LOOK_AGAIN_MILLIS = 200;

  /** Flyway's key begins with the letters F and l; the rest is made of the table's name. */
  private static final String OTHER_MIGRATES =
      """
      select count(*) > 0 from pg_catalog.pg_locks
      where locktype = 'advisory' and granted and classid between 17003 and 17005
        and database = (
          select oid from pg_catalog.pg_database where datname = current_database())""";

  private static final String HISTORY = TimeTable.SCHEMA + ".flyway_schema_history";

  private final Database database;

  Migration(Database database) {
    this.database = database;
  }

  void run() {
    // Flyway looks through the class path and takes locks: a restart need not wait for that.
    if (!isUpToDate()) {
      migrate();
    }
    // Roles may have come since, and Flyway's own table is there only now.
    database.call(
        "give the API's roles their rights",
        connection -> {
          try (var statement = connection.createStatement()) {
            return statement.execute("select mcp_realtime.apply_grants()");
          }
        });
  }

  /** Fails when the schema is missing or old. */
  void check() {
    if (!isUpToDate()) {
      throw new StorageException(
          "PostgreSQL at %s has no schema of mcp-realtime, or an older one; run the command migrate, or start serve"
              .formatted(database.url()),
          null);
    }
  }

  private boolean isUpToDate() {
    return database.call(
        "look at the schema's version",
        connection -> {
          checkServer(connection);
          return isUpToDate(connection);
        });
  }

  private void checkServer(Connection connection) throws SQLException {
    try (var statement = connection.prepareStatement("show server_version_num")) {
      int version = Rows.all(statement, row -> row.getInt(1)).get(0);
      if (version < MIN_SERVER) {
        throw new StorageException(
            "PostgreSQL at %s is version %d, and 15 or newer is needed; update it"
                .formatted(database.url(), version / 10_000),
            null);
      }
    }
  }

  private static boolean isUpToDate(Connection connection) throws SQLException {
    try (var statement = connection.prepareStatement("select to_regclass(?) is not null")) {
      statement.setString(1, HISTORY);
      if (!Rows.all(statement, row -> row.getBoolean(1)).get(0)) {
        return false;
      }
    }
    var sql =
        "select version, success from %s where version is not null order by installed_rank"
            .formatted(HISTORY);
    try (var statement = connection.prepareStatement(sql)) {
      var versions = Rows.all(statement, row -> row.getBoolean(2) ? row.getString(1) : "");
      return !versions.contains("") && versions.contains(NEWEST);
    }
  }

  /**
   * Flyway waits for its lock within a transaction, which holds one of a pooler's connections; the
   * process that has the lock may need just that one. So the waiting is done here, in steps.
   */
  private void migrate() {
    long end = System.nanoTime() + PATIENCE.toNanos();
    while (!isUpToDate()) {
      if (!isAnotherAtIt() && migrateNow()) {
        return;
      }
      if (System.nanoTime() > end) {
        throw new StorageException(
            "another process has been changing the schema of PostgreSQL at %s for %d s; see what holds an advisory lock there, or try again"
                .formatted(database.url(), PATIENCE.toSeconds()),
            null);
      }
      pause();
    }
  }

  private boolean isAnotherAtIt() {
    return database.call(
        "look for a migration under way",
        connection -> {
          try (var statement = connection.prepareStatement(OTHER_MIGRATES)) {
            return Rows.all(statement, row -> row.getBoolean(1)).get(0);
          }
        });
  }

  private static void pause() {
    try {
      Thread.sleep(LOOK_AGAIN_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException("interrupted while another process changes the schema", e);
    }
  }

  /**
   * @return false when another process has the lock
   */
  private boolean migrateNow() {
    try {
      Flyway.configure(Migration.class.getClassLoader())
          .dataSource(database.unpooled())
          .locations("classpath:db/migration")
          .schemas(TimeTable.SCHEMA)
          .defaultSchema(TimeTable.SCHEMA)
          .lockRetryCount(0)
          .load()
          .migrate();
      return true;
    } catch (FlywayException e) {
      if (e.getCause() == null && String.valueOf(e.getMessage()).contains("advisory lock")) {
        return false;
      }
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof SQLException error) {
          throw database.failed("bring the schema up to date", error);
        }
      }
      throw new StorageException(
          "cannot bring the schema up to date in PostgreSQL at %s: %s"
              .formatted(database.url(), e.getMessage()),
          e);
    }
  }
}
