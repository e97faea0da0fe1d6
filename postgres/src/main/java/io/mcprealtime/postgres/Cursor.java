package io.mcprealtime.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * Rows that are ordered by their first column, a server's key; the driver fetches some at a time,
 * within a transaction.
 */
final class Cursor implements AutoCloseable {
  static final int ROWS = 2_000;

  /** Chunks are some kilobytes each. */
  static final int CHUNKS = 50;

  /** The key after the last row. */
  static final int END = Integer.MAX_VALUE;

  private final PreparedStatement statement;
  private final ResultSet rows;
  private int key;

  private Cursor(PreparedStatement statement, ResultSet rows) throws SQLException {
    this.statement = statement;
    this.rows = rows;
    advance();
  }

  static Cursor open(
      Connection connection,
      String sql,
      int fetchSize,
      SqlFunction<PreparedStatement, PreparedStatement> parameters)
      throws SQLException {
    var statement = connection.prepareStatement(sql);
    boolean opened = false;
    try {
      statement.setFetchSize(fetchSize);
      var cursor = new Cursor(statement, parameters.apply(statement).executeQuery());
      opened = true;
      return cursor;
    } finally {
      if (!opened) {
        statement.close();
      }
    }
  }

  /** The key of the server whose rows come next. */
  int key() {
    return key;
  }

  /** That server's rows, if they come next. */
  <T> List<T> take(int server, SqlFunction<ResultSet, T> reader) throws SQLException {
    var taken = new ArrayList<T>();
    while (key == server) {
      taken.add(reader.apply(rows));
      advance();
    }
    return taken;
  }

  private void advance() throws SQLException {
    key = rows.next() ? rows.getInt(1) : END;
  }

  @Override
  public void close() throws SQLException {
    statement.close();
  }
}
