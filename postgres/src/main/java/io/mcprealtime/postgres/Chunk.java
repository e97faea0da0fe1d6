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
  static final String COLUMNS = "start, first_at, last_at, server_key, records, chunk";

  /** What {@link #read} wants, of a table that is called c. */
  static final String SELECT = "c.server_key, c.start, c.first_at, c.last_at, c.chunk";

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
