package io.mcprealtime.benchmarks;

import io.mcprealtime.postgres.DatabaseUrl;
import io.mcprealtime.postgres.EmbeddedPostgres;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** An embedded PostgreSQL, as the product starts it, with databases to measure in. */
final class TestBed implements AutoCloseable {
  private final EmbeddedPostgres server;
  private final Path directory;

  private TestBed(EmbeddedPostgres server, Path directory) {
    this.server = server;
    this.directory = directory;
  }

  static TestBed start(Path directory) {
    var own = directory.resolve("postgresql");
    return new TestBed(EmbeddedPostgres.builder(own).start(), own);
  }

  /** The server's log. */
  Path log() {
    return directory.resolve("server.log");
  }

  DatabaseUrl url() {
    return server.databaseUrl();
  }

  /** Makes a database and tells its URL. */
  DatabaseUrl create(String name) throws SQLException {
    try (var connection = connect();
        var statement = connection.createStatement()) {
      statement.execute("create database " + name);
    }
    return url(name);
  }

  void drop(String name) throws SQLException {
    try (var connection = connect();
        var statement = connection.createStatement()) {
      statement.execute("drop database if exists " + name + " with (force)");
    }
  }

  private DatabaseUrl url(String name) {
    return DatabaseUrl.parse(
        "postgres://%s:%s@127.0.0.1:%d/%s"
            .formatted(server.user(), server.password(), server.port(), name));
  }

  /** The URL for the environment of another process. */
  String environmentUrl(String name) {
    return "postgres://%s:%s@127.0.0.1:%d/%s"
        .formatted(server.user(), server.password(), server.port(), name);
  }

  Connection connect() throws SQLException {
    return connect(server.databaseUrl());
  }

  Connection connect(DatabaseUrl url) throws SQLException {
    return DriverManager.getConnection(url.jdbcUrl(), server.user(), server.password());
  }

  /** The first column of the first row. */
  static long number(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }

  static void run(Connection connection, String sql) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  @Override
  public void close() {
    server.close();
  }
}
