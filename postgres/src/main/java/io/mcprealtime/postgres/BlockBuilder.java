package io.mcprealtime.postgres;

import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Builds the new chunks of a group's blocks in a table beside, where nobody reads them: each
 * server's chunk merged with its hot rows. It may stop at any point; what is built stays, and is
 * used as long as neither the rows nor the chunks that it was made from have changed.
 */
final class BlockBuilder<T> {
  /** Rows that are in memory at once, beside one server's block. */
  private static final int ROWS = 20_000;

  /** Servers whose old and new chunks are in memory at once. */
  private static final int SERVERS = 100;

  private final Database database;
  private final Series<T> series;
  private final ChunkTable<T> chunks;
  private final ChunkTable<Rollup> rollups = ChunkTable.ofRollups();

  BlockBuilder(Database database, Series<T> series) {
    this.database = database;
    this.series = series;
    this.chunks = ChunkTable.of(series);
  }

  /**
   * Builds what is not built yet.
   *
   * @return whether all is built, rather than stopped
   */
  boolean build(PackGroup group, BooleanSupplier stop) throws SQLException {
    var source = database.callRaw(group::source);
    database.maintenance(connection -> discardStale(connection, group, source));
    var todo = database.maintenance(connection -> missing(connection, group));
    var names = database.callRaw(ServerKeys::names);
    var batch = new ArrayList<Integer>();
    int rows = 0;
    for (var one : todo.entrySet()) {
      batch.add(one.getKey());
      rows += one.getValue();
      if (rows >= ROWS || batch.size() >= SERVERS) {
        if (stop.getAsBoolean()) {
          return false;
        }
        buildBatch(group, source, batch, names);
        batch.clear();
        rows = 0;
      }
    }
    if (stop.getAsBoolean()) {
      return false;
    }
    if (!batch.isEmpty()) {
      buildBatch(group, source, batch, names);
    }
    database.maintenance(connection -> copyRest(connection, group, source));
    return true;
  }

  private boolean discardStale(Connection connection, PackGroup group, String source)
      throws SQLException {
    var sql =
        """
        delete from %s b using (
          select start, server_key from %s o left join %s e using (start, server_key)
          where %s and (o.source <> ? or o.base <> coalesce(e.base, '/'))) stale
        where b.start = stale.start and b.server_key = stale.server_key"""
            .formatted(
                series.building(), series.building(), group.existing(), group.within("start"));
    try (var statement = ReadWrite.prepare(connection, sql)) {
      statement.setString(1, source);
      return statement.executeUpdate() > 0;
    }
  }

  /** The servers that have rows which no built chunk holds, and how many rows. */
  private Map<Integer, Integer> missing(Connection connection, PackGroup group)
      throws SQLException {
    var sql =
        """
        select h.server_key, sum(h.n)::int from %s h
        left join %s b on b.start = h.start and b.server_key = h.server_key
        where b.hot_rows is distinct from h.n group by 1 order by 1"""
            .formatted(group.counts(), series.building());
    var missing = new TreeMap<Integer, Integer>();
    try (var statement = connection.prepareStatement(sql);
        var found = statement.executeQuery()) {
      while (found.next()) {
        missing.put(found.getInt(1), found.getInt(2));
      }
    }
    return missing;
  }

  private void buildBatch(
      PackGroup group, String source, List<Integer> keys, Map<Integer, ServerId> names)
      throws SQLException {
    database.maintenance(
        connection -> {
          ReadWrite.set(connection);
          var rows = rows(connection, group, keys, names);
          var existing = existing(connection, group, keys);
          try (var statement = connection.prepareStatement(write())) {
            for (var server : rows.entrySet()) {
              for (var block : server.getValue().entrySet()) {
                var at = new Place(server.getKey(), block.getKey());
                build(
                    connection,
                    statement,
                    source,
                    new Part<>(
                        at,
                        ServerKeys.name(names, at.serverKey),
                        block.getValue(),
                        existing.get(at)));
              }
            }
            statement.executeBatch();
          }
          return true;
        });
  }

  private String write() {
    return """
        insert into %s as b (start, server_key, hot_rows, source, base, first_at, last_at, records,
          chunk, rollup_first_at, rollup_last_at, rollup_records, rollup_chunk, hours)
        values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        on conflict (start, server_key) do update set hot_rows = excluded.hot_rows,
          source = excluded.source, base = excluded.base, first_at = excluded.first_at,
          last_at = excluded.last_at, records = excluded.records, chunk = excluded.chunk,
          rollup_first_at = excluded.rollup_first_at, rollup_last_at = excluded.rollup_last_at,
          rollup_records = excluded.rollup_records, rollup_chunk = excluded.rollup_chunk,
          hours = excluded.hours"""
        .formatted(series.building());
  }

  /** By server and block. */
  private Map<Integer, Map<Instant, List<T>>> rows(
      Connection connection, PackGroup group, List<Integer> keys, Map<Integer, ServerId> names)
      throws SQLException {
    var sql =
        "select m.server_key, %s from %s m where m.server_key = any (?) order by m.server_key, m.at"
            .formatted(series.columns(), group.rows());
    var found = new TreeMap<Integer, Map<Instant, List<T>>>();
    try (var statement = connection.prepareStatement(sql)) {
      statement.setArray(1, connection.createArrayOf("int4", keys.toArray()));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          int key = rows.getInt(1);
          var record = series.row().read(ServerKeys.name(names, key), rows);
          found
              .computeIfAbsent(key, k -> new TreeMap<>())
              .computeIfAbsent(
                  series.chunks().partitionStart(series.at().apply(record)),
                  start -> new ArrayList<>())
              .add(record);
        }
      }
    }
    return found;
  }

  private Map<Place, Existing> existing(Connection connection, PackGroup group, List<Integer> keys)
      throws SQLException {
    var sql =
        "select server_key, start, base, chunk, rollup_chunk from %s e where server_key = any (?)"
            .formatted(group.existing());
    var found = new HashMap<Place, Existing>();
    try (var statement = connection.prepareStatement(sql)) {
      statement.setArray(1, connection.createArrayOf("int4", keys.toArray()));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          found.put(new Place(rows.getInt(1), Rows.instant(rows, 2)), new Existing(rows));
        }
      }
    }
    return found;
  }

  private void build(
      Connection connection, PreparedStatement statement, String source, Part<T> part)
      throws SQLException {
    var at = part.at;
    List<T> packed = List.of();
    List<Rollup> packedRollups = List.of();
    var base = "/";
    if (part.existing != null) {
      base = part.existing.base;
      if (part.existing.chunk != null) {
        packed = chunks.decode(part.server, at.serverKey, at.start, part.existing.chunk);
      }
      if (part.existing.rollups != null) {
        packedRollups = rollups.decode(part.server, at.serverKey, at.start, part.existing.rollups);
      }
    }
    var merged = series.merge(packed, part.rows);
    var bytes = Encoded.of(series.word(), part.server, merged, series.encode(), series.decode());
    Rows.setInstant(statement, 1, at.start);
    statement.setInt(2, at.serverKey);
    statement.setInt(3, part.rows.size());
    statement.setString(4, source);
    statement.setString(5, base);
    Rows.setInstant(statement, 6, series.at().apply(merged.get(0)));
    Rows.setInstant(statement, 7, series.at().apply(merged.get(merged.size() - 1)));
    statement.setInt(8, merged.size());
    statement.setBytes(9, bytes);
    if (series.hasRollups()) {
      var derived = series.rollups().apply(part.server, merged);
      var chunk =
          new RollupChunk(
              part.server, at.start, RollupChunk.without(packedRollups, derived), derived);
      Rows.setInstant(statement, 10, chunk.firstAt());
      Rows.setInstant(statement, 11, chunk.lastAt());
      statement.setInt(12, chunk.records());
      statement.setBytes(13, chunk.bytes());
      statement.setArray(14, connection.createArrayOf("int4", chunk.hours()));
    } else {
      statement.setNull(10, Types.TIMESTAMP_WITH_TIMEZONE);
      statement.setNull(11, Types.TIMESTAMP_WITH_TIMEZONE);
      statement.setNull(12, Types.INTEGER);
      statement.setNull(13, Types.BINARY);
      statement.setNull(14, Types.ARRAY);
    }
    statement.addBatch();
  }

  /** Chunks of servers without hot rows stay as they are. */
  private boolean copyRest(Connection connection, PackGroup group, String source)
      throws SQLException {
    var columns =
        "start, server_key, base, first_at, last_at, records, chunk, rollup_first_at,"
            + " rollup_last_at, rollup_records, rollup_chunk, hours";
    var sql =
        """
        insert into %s (hot_rows, source, %s)
        select 0, ?, %s from %s e where not exists (
          select from %s b where b.start = e.start and b.server_key = e.server_key)
        on conflict (start, server_key) do nothing"""
            .formatted(series.building(), columns, columns, group.existing(), series.building());
    try (var statement = ReadWrite.prepare(connection, sql)) {
      statement.setString(1, source);
      return statement.executeUpdate() > 0;
    }
  }

  private record Place(int serverKey, Instant start) {}

  private record Part<T>(Place at, ServerId server, List<T> rows, @Nullable Existing existing) {}

  /** What is packed of a server and block. */
  private static final class Existing {
    private final String base;
    private final byte @Nullable [] chunk;
    private final byte @Nullable [] rollups;

    private Existing(ResultSet row) throws SQLException {
      base = row.getString(3);
      chunk = row.getBytes(4);
      rollups = row.getBytes(5);
    }
  }
}
