package io.mcprealtime.postgres;

import io.mcprealtime.ServerId;
import io.mcprealtime.storage.TimeRange;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Reads the rows that are not packed yet. */
final class HotTable<T> {
  private static final String SELECT = "select m.server_key, %s from %s m ";

  // A key from a subquery is a constant to the planner: it reads the index in order, no sort.
  private static final String OF_SERVER =
      "where m.server_key = (select server_key from mcp_realtime.servers where name = ?)"
          + " and m.at >= ? and m.at < ? ";

  private final Series<T> series;

  HotTable(Series<T> series) {
    this.series = series;
  }

  /** Of a server (1: its name) in a range (2, 3), oldest first. */
  static String ofServer(Series<?> series) {
    return SELECT.formatted(series.columns(), series.hot().qualified())
        + OF_SERVER
        + "order by m.at";
  }

  /** The server's rows in the range, oldest first. */
  List<T> ofServer(Connection connection, ServerId server, TimeRange range) throws SQLException {
    try (var statement = connection.prepareStatement(ofServer(series))) {
      statement.setString(1, server.value());
      Rows.setInstant(statement, 2, range.from());
      Rows.setInstant(statement, 3, range.to());
      return Rows.all(statement, row -> series.row().read(server, row));
    }
  }

  /** The server's rows in the range, newest first, at most that many. */
  List<T> newest(Connection connection, ServerId server, TimeRange range, int limit)
      throws SQLException {
    var sql =
        SELECT.formatted(series.columns(), series.hot().qualified())
            + OF_SERVER
            + "order by m.at desc limit ?";
    try (var statement = connection.prepareStatement(sql)) {
      statement.setString(1, server.value());
      Rows.setInstant(statement, 2, range.from());
      Rows.setInstant(statement, 3, range.to());
      statement.setInt(4, limit);
      return Rows.all(statement, row -> series.row().read(server, row));
    }
  }

  /** Opens the rows of all servers in the range, by key and then oldest first. */
  Cursor open(Connection connection, TimeRange range) throws SQLException {
    var sql =
        SELECT.formatted(series.columns(), series.hot().qualified())
            + "where m.at >= ? and m.at < ? order by m.server_key, m.at";
    return Cursor.open(
        connection,
        sql,
        Cursor.ROWS,
        statement -> {
          Rows.setInstant(statement, 1, range.from());
          Rows.setInstant(statement, 2, range.to());
          return statement;
        });
  }
}
