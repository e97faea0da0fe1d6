package io.mcprealtime.postgres;

import io.mcprealtime.storage.StorageException;
import java.sql.Connection;
import java.sql.SQLException;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;

/** Brings a database's schema up to date. */
final class Migration {
  /** The newest version among the resources. */
  static final String NEWEST = "4";

  private static final int MIN_SERVER = 150_000;
  private static final String HISTORY = TimeTable.SCHEMA + ".flyway_schema_history";

  private final Database database;

  Migration(Database database) {
    this.database = database;
  }

  void run() {
    boolean upToDate =
        database.call(
            "look at the schema's version",
            connection -> {
              checkServer(connection);
              return isUpToDate(connection);
            });
    // Flyway looks through the class path and takes locks: a restart need not wait for that.
    if (!upToDate) {
      migrate();
    }
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

  private void migrate() {
    try {
      Flyway.configure(Migration.class.getClassLoader())
          .dataSource(database.unpooled())
          .locations("classpath:db/migration")
          .schemas(TimeTable.SCHEMA)
          .defaultSchema(TimeTable.SCHEMA)
          .load()
          .migrate();
    } catch (FlywayException e) {
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
