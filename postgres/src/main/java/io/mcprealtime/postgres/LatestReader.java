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

/**
 * Reads the newest record of every server, with at most three statements.
 *
 * <p>Of a server that is silent it stands in a chunk, of which all bytes must come for one record.
 * So that record is remembered for as long as the chunk is the same.
 */
final class LatestReader<T> {
  private static final Logger LOG = LoggerFactory.getLogger(LatestReader.class);

  private final Database database;
  private final Series<T> series;
  private final ChunkTable<T> chunks;

  /** The newest packed record of silent servers. */
  private final Map<Integer, Known<T>> known = new ConcurrentHashMap<>();

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
    var versions = chunks.newestVersions(connection, asked);
    known.keySet().retainAll(versions.keySet());
    var unknown = new ArrayList<Integer>();
    for (var one : versions.entrySet()) {
      var remembered = known.get(one.getKey());
      if (remembered != null && remembered.version.equals(one.getValue())) {
        servers.computeIfPresent(one.getKey(), (key, found) -> found.or(series, remembered.record));
      } else {
        unknown.add(one.getKey());
      }
    }
    if (!unknown.isEmpty()) {
      read(connection, unknown, servers);
    }
  }

  private void read(Connection connection, List<Integer> unknown, Map<Integer, Newest<T>> servers)
      throws SQLException {
    try (var cursor = chunks.openNewest(connection, unknown)) {
      while (cursor.key() != Cursor.END) {
        var read = cursor.take(cursor.key(), Versioned::new).get(0);
        servers.computeIfPresent(
            read.chunk.serverKey(), (key, one) -> withPacked(one, read.chunk, read.version));
      }
    }
  }

  private Newest<T> withPacked(Newest<T> one, Chunk chunk, String version) {
    try {
      var records = chunks.decode(one.server, chunk);
      var last = records.get(records.size() - 1);
      known.put(one.key, new Known<>(version, last));
      return one.or(series, last);
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
  private record Newest<T>(int key, ServerId server, @Nullable T record, Instant until) {
    /** A packed record counts unless the row is newer: it was stored first. */
    Newest<T> or(Series<T> series, T packed) {
      return record != null && series.at().apply(record).isAfter(series.at().apply(packed))
          ? this
          : new Newest<>(key, server, packed, until);
    }
  }

  /** The last record of a chunk of that version. */
  private record Known<T>(String version, T record) {}

  /** A chunk as {@link ChunkTable#openNewest} reads it. */
  private static final class Versioned {
    private final Chunk chunk;
    private final String version;

    private Versioned(ResultSet row) throws SQLException {
      chunk = Chunk.read(row);
      version = row.getString(row.getMetaData().getColumnCount());
    }
  }
}
