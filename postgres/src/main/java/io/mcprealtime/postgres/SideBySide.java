package io.mcprealtime.postgres;

import io.mcprealtime.ServerId;
import io.mcprealtime.storage.TimeRange;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/**
 * Goes through hot rows and chunks of all servers, server by server.
 *
 * <p>The rows are opened first: what is packed between is then met twice, never not at all.
 */
final class SideBySide {
  private SideBySide() {}

  /** Takes what one server has in the range. */
  @FunctionalInterface
  interface Visitor<T> {
    void visit(ServerId server, List<T> rows, List<Chunk> chunks) throws SQLException;
  }

  /** Must run in a transaction, for the cursors, in which each statement sees anew. */
  static <T> boolean walk(
      Connection connection,
      Series<T> series,
      ChunkTable<?> chunks,
      TimeRange range,
      Visitor<T> visitor)
      throws SQLException {
    try (var rows = new HotTable<>(series).open(connection, range);
        var packed = chunks.open(connection, range)) {
      // Read last, so it knows every server that the cursors can meet.
      var names = ServerKeys.names(connection);
      while (true) {
        int key = Math.min(rows.key(), packed.key());
        if (key == Cursor.END) {
          return true;
        }
        var server = ServerKeys.name(names, key);
        var hot = rows.take(key, row -> series.row().read(server, row));
        visitor.visit(server, hot, packed.take(key, Chunk::read));
      }
    }
  }
}
