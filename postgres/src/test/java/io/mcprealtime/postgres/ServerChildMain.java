package io.mcprealtime.postgres;

import io.mcprealtime.McpRealtimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;

/** Runs an embedded server until its input ends, after it has committed one row. */
final class ServerChildMain {
  private ServerChildMain() {}

  public static void main(String[] arguments) throws SQLException, IOException {
    try (var server = EmbeddedPostgres.builder(Path.of(arguments[0])).start()) {
      int rows;
      try (var connection =
              DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
          var statement = connection.createStatement()) {
        statement.execute("create table if not exists written (pid bigint, n int)");
        statement.execute(
            "insert into written values (%d, 1)".formatted(ProcessHandle.current().pid()));
        try (var count = statement.executeQuery("select count(*) from written")) {
          count.next();
          rows = count.getInt(1);
        }
      }
      System.out.printf("READY %d %d%n", server.pid(), rows);
      while (System.in.read() >= 0) {
        System.out.println(server.isRunning() ? "RUNNING" : "GONE");
      }
    } catch (McpRealtimeException e) {
      System.out.println("FAILED " + e.getMessage());
    }
  }
}
