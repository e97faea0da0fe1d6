package io.mcprealtime.postgres;

import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.pack.DamagedChunkException;
import io.mcprealtime.pack.RollupCodec;
import io.mcprealtime.storage.StorageException;
import io.mcprealtime.storage.TimeRange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;

/** Reads chunks. */
final class ChunkTable<T> {
  private static final String IN_RANGE =
      "c.start >= ? and c.start < ? and c.last_at >= ? and c.first_at < ?";

  private static final String OF_SERVER =
      "where c.server_key = (select server_key from mcp_realtime.servers where name = ?) and ";

  private final TimeTable table;
  private final String word;
  private final BiFunction<ServerId, byte[], List<T>> decoder;

  private ChunkTable(TimeTable table, String word, BiFunction<ServerId, byte[], List<T>> decoder) {
    this.table = table;
    this.word = word;
    this.decoder = decoder;
  }

  static <T> ChunkTable<T> of(Series<T> series) {
    return new ChunkTable<>(series.chunks(), series.word(), series.decode());
  }

  static ChunkTable<Rollup> ofRollups() {
    // Where the samples give them all, nothing is packed.
    return new ChunkTable<>(
        TimeTable.ROLLUP_CHUNKS,
        "roll-ups",
        (server, bytes) -> bytes.length == 0 ? List.of() : RollupCodec.decode(server, bytes));
  }

  private String select() {
    return "select %s from %s c ".formatted(Chunk.SELECT, table.qualified());
  }

  /** The server's chunks that overlap the range, oldest first. */
  List<Chunk> ofServer(Connection connection, ServerId server, TimeRange range)
      throws SQLException {
    var sql = select() + OF_SERVER + IN_RANGE + " order by c.start";
    try (var statement = connection.prepareStatement(sql)) {
      statement.setString(1, server.value());
      setRange(statement, 2, range);
      return Rows.all(statement, Chunk::read);
    }
  }

  /** The server's newest chunks that overlap the range, newest first, at most that many. */
  List<Chunk> newest(Connection connection, ServerId server, TimeRange range, int limit)
      throws SQLException {
    var sql = select() + OF_SERVER + IN_RANGE + " order by c.start desc limit ?";
    try (var statement = connection.prepareStatement(sql)) {
      statement.setString(1, server.value());
      setRange(statement, 2, range);
      statement.setInt(6, limit);
      return Rows.all(statement, Chunk::read);
    }
  }

  /** The chunks of these servers in the blocks of these starts, if they overlap the range. */
  List<Chunk> ofServers(Connection connection, List<Integer> keys, TimeRange range)
      throws SQLException {
    var sql = select() + "where c.server_key = any (?) and " + IN_RANGE;
    try (var statement = connection.prepareStatement(sql)) {
      statement.setArray(1, connection.createArrayOf("int4", keys.toArray()));
      setRange(statement, 2, range);
      return Rows.all(statement, Chunk::read);
    }
  }

  /** Opens the chunks of all servers that overlap the range, by key and then oldest first. */
  Cursor open(Connection connection, TimeRange range) throws SQLException {
    var sql = select() + "where " + IN_RANGE + " order by c.server_key, c.start";
    return Cursor.open(
        connection,
        sql,
        Cursor.CHUNKS,
        statement -> {
          setRange(statement, 1, range);
          return statement;
        });
  }

  /** The version of the newest chunk of each of these servers, without its bytes. */
  Map<Integer, String> newestVersions(Connection connection, Collection<Integer> keys)
      throws SQLException {
    var versions = new TreeMap<Integer, String>();
    try (var statement = connection.prepareStatement(ofNewest("c.server_key, c.version"))) {
      statement.setArray(1, connection.createArrayOf("int4", keys.toArray()));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          versions.put(rows.getInt(1), rows.getString(2));
        }
      }
    }
    return versions;
  }

  /** Opens the newest chunk of each of these servers; its version follows what is read of it. */
  Cursor openNewest(Connection connection, Collection<Integer> keys) throws SQLException {
    return Cursor.open(
        connection,
        ofNewest(Chunk.SELECT + ", c.version"),
        Cursor.CHUNKS,
        statement -> {
          statement.setArray(1, connection.createArrayOf("int4", keys.toArray()));
          return statement;
        });
  }

  private String ofNewest(String columns) {
    return """
        select %s from unnest(?::int[]) k (server_key) cross join lateral (
          select %s, * from %s x
          where x.server_key = k.server_key order by x.start desc limit 1) c
        order by c.server_key"""
        .formatted(columns, Chunk.VERSION, table.qualified());
  }

  /** Sets four parameters. The block that holds the range's start begins before it. */
  private void setRange(PreparedStatement statement, int first, TimeRange range)
      throws SQLException {
    Rows.setInstant(statement, first, table.partitionStart(range.from()));
    Rows.setInstant(statement, first + 1, range.to());
    Rows.setInstant(statement, first + 2, range.from());
    Rows.setInstant(statement, first + 3, range.to());
  }

  /**
   * The chunk's records, oldest first.
   *
   * @throws StorageException when it is damaged
   */
  List<T> decode(ServerId server, Chunk chunk) {
    return decode(server, chunk.serverKey(), chunk.start(), chunk.bytes().array());
  }

  List<T> decode(ServerId server, int serverKey, Instant start, byte[] bytes) {
    try {
      return decoder.apply(server, bytes);
    } catch (DamagedChunkException e) {
      throw new StorageException(
          ("the packed %s of %s from %s to %s are damaged (%s); bring the row of %s with server_key"
                  + " %d and start %s back from a backup, or delete it to give them up")
              .formatted(
                  word,
                  server,
                  start,
                  start.plus(table.partitionLength()),
                  e.getMessage(),
                  table.qualified(),
                  serverKey,
                  start),
          e);
    }
  }
}
