package io.mcprealtime.postgres;

import io.mcprealtime.ServerId;
import io.mcprealtime.storage.StorageException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the newest record of every server. */
final class LatestReader<T> {
  private static final Logger LOG = LoggerFactory.getLogger(LatestReader.class);

  private final Database database;
  private final Series<T> series;
  private final ChunkTable<T> chunks;

  /** Chunks that the log has named already. */
  private final Set<String> reported = ConcurrentHashMap.newKeySet();

  LatestReader(Database database, Series<T> series) {
    this.database = database;
    this.series = series;
    this.chunks = ChunkTable.of(series);
  }

  // One index probe a server and partition, newest partition first, until a row is found.
  static String newestRows(Series<?> series) {
    return """
        select s.server_key, %s, s.name, m.server_key is not null, p.until
        from mcp_realtime.servers s
        left join mcp_realtime.packed_until p on p.series = '%s'
        left join lateral (
          select * from %s x where x.server_key = s.server_key
          order by x.at desc limit 1) m on true"""
        .formatted(series.columns(), series.hot().table(), series.hot().qualified());
  }

  /** By server. */
  List<T> read() {
    return database.readOnly(
        "read the latest %s of every server".formatted(series.word()),
        connection -> {
          var servers = new TreeMap<Integer, Newest<T>>();
          try (var statement = connection.prepareStatement(newestRows(series))) {
            for (var one : Rows.all(statement, this::newest)) {
              servers.put(one.key, one);
            }
          }
          addPacked(connection, servers);
          var found = new TreeMap<ServerId, T>();
          for (var one : servers.values()) {
            if (one.record != null) {
              found.put(one.server, one.record);
            }
          }
          return List.copyOf(found.values());
        });
  }

  private Newest<T> newest(ResultSet row) throws SQLException {
    int columns = row.getMetaData().getColumnCount();
    var server = ServerId.of(row.getString(columns - 2));
    T record = row.getBoolean(columns - 1) ? series.row().read(server, row) : null;
    var until = row.getObject(columns) == null ? Instant.MIN : Rows.instant(row, columns);
    return new Newest<>(row.getInt(1), server, record, until);
  }

  /** A server's chunk is looked at only where a newer row is not known. */
  private void addPacked(Connection connection, Map<Integer, Newest<T>> servers)
      throws SQLException {
    var asked = new ArrayList<Integer>();
    for (var one : servers.values()) {
      if (one.record == null || !series.at().apply(one.record).isAfter(one.until)) {
        asked.add(one.key);
      }
    }
    if (asked.isEmpty()) {
      return;
    }
    try (var cursor = chunks.openNewest(connection, asked)) {
      while (cursor.key() != Cursor.END) {
        var chunk = cursor.take(cursor.key(), Chunk::read).get(0);
        servers.computeIfPresent(chunk.serverKey(), (key, one) -> withPacked(one, chunk));
      }
    }
  }

  private Newest<T> withPacked(Newest<T> one, Chunk chunk) {
    if (one.record != null && series.at().apply(one.record).isAfter(chunk.lastAt())) {
      return one;
    }
    try {
      var records = chunks.decode(one.server, chunk);
      return new Newest<>(one.key, one.server, records.get(records.size() - 1), one.until);
    } catch (StorageException e) {
      if (reported.add(one.key + "@" + chunk.start())) {
        LOG.error("The latest of {} is not known: {}", one.server, e.getMessage());
      }
      return one;
    }
  }

  /**
   * A server's newest record as far as it is known.
   *
   * @param until the newest instant that was packed, of all servers
   */
  private record Newest<T>(int key, ServerId server, @Nullable T record, Instant until) {}
}
