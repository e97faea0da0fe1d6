package io.mcprealtime.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;

/**
 * One server's packed records of one block.
 *
 * @param start of the block
 * @param firstAt instant of its first record
 * @param lastAt instant of its last record
 */
record Chunk(int serverKey, Instant start, Instant firstAt, Instant lastAt, Bytes bytes) {
  static final String COLUMNS = "start, first_at, last_at, server_key, records, chunk, tail";

  /** What {@link #read} wants, of a table that is called c. */
  static final String SELECT = "c.server_key, c.start, c.first_at, c.last_at, c.chunk || c.tail";

  /** The identity of a table's row: another one after any change. */
  static final String VERSION = "tableoid || ' ' || ctid::text || ' ' || xmin::text as version";

  /**
   * PostgreSQL stores large values in pieces of that length, four to a page. The bytes of a chunk
   * that fill no piece stand in the row, where they share a page with others.
   */
  private static final int PIECE = 1_996;

  /** The expression of what fills pieces, of an expression of all bytes. */
  static String pieces(String bytes) {
    return "substr(%s, 1, length(%s) / %s * %s)".formatted(bytes, bytes, PIECE, PIECE);
  }

  /** The expression of the rest, of an expression of all bytes. */
  static String tail(String bytes) {
    return "substr(%s, length(%s) / %s * %s + 1)".formatted(bytes, bytes, PIECE, PIECE);
  }

  static Chunk read(ResultSet row) throws SQLException {
    return new Chunk(
        row.getInt(1),
        Rows.instant(row, 2),
        Rows.instant(row, 3),
        Rows.instant(row, 4),
        new Bytes(row.getBytes(5)));
  }

  /** An array that a record may hold. */
  static final class Bytes {
    private final byte[] array;

    Bytes(byte[] array) {
      this.array = array;
    }

    byte[] array() {
      return array;
    }
  }
}
