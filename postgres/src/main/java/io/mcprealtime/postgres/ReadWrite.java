package io.mcprealtime.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/**
 * Asks that a transaction may write. A hosted database over its limit is read-only by default, and
 * only a transaction that asks can make room in it.
 */
final class ReadWrite {
  private ReadWrite() {}

  /** Must come before the transaction's first query. */
  static void set(Connection connection) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute("set transaction read write");
    }
  }

  /** The same, and prepares its first statement. */
  static PreparedStatement prepare(Connection connection, String sql) throws SQLException {
    set(connection);
    return connection.prepareStatement(sql);
  }
}
