package io.mcprealtime.postgres;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.internal.FileTrees;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One embedded server for a test class and its nested ones, with an empty schema for each test. */
final class TestDatabase
    implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {
  /** All that a test wrote goes with its partitions; the migrated schema stays. */
  private static final String EMPTY =
      """
      do $$
      declare partition regclass;
      begin
        for partition in
          select i.inhrelid from pg_inherits i join pg_class c on c.oid = i.inhrelid
          where c.relkind = 'r' and c.relnamespace = 'mcp_realtime'::regnamespace
        loop
          execute format('drop table %s', partition);
        end loop;
        truncate mcp_realtime.servers restart identity;
        truncate mcp_realtime.packed_until, mcp_realtime.budget, mcp_realtime.catalogs,
          mcp_realtime.building_samples, mcp_realtime.building_health;
      end $$""";

  private @Nullable Path directory;
  private @Nullable EmbeddedPostgres server;
  private @Nullable PostgresStorage storage;
  private @Nullable Class<?> owner;

  PostgresStorage storage() {
    return requireNonNull(storage);
  }

  EmbeddedPostgres server() {
    return requireNonNull(server);
  }

  Connection connect() throws SQLException {
    return DriverManager.getConnection(server().jdbcUrl(), server().user(), server().password());
  }

  /** Runs a statement and gives the first column of its rows. */
  List<String> query(String sql) throws SQLException {
    try (var connection = connect();
        var statement = connection.createStatement()) {
      var found = new ArrayList<String>();
      if (statement.execute(sql)) {
        var rows = statement.getResultSet();
        while (rows.next()) {
          found.add(rows.getString(1));
        }
      }
      return found;
    }
  }

  @Override
  public void beforeAll(ExtensionContext context) throws IOException {
    if (server != null) {
      return;
    }
    owner = context.getRequiredTestClass();
    directory = Files.createTempDirectory("mcp-realtime-test");
    server = EmbeddedPostgres.builder(directory.resolve("data")).start();
    try (var first = PostgresStorage.builder(server.databaseUrl()).build()) {
      first.migrate();
    }
  }

  @Override
  public void beforeEach(ExtensionContext context) throws SQLException {
    query(EMPTY);
    storage = PostgresStorage.builder(server().databaseUrl()).build();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    storage().close();
  }

  @Override
  public void afterAll(ExtensionContext context) throws IOException {
    if (context.getRequiredTestClass() == owner) {
      server().close();
      server = null;
      FileTrees.delete(requireNonNull(directory));
    }
  }
}
