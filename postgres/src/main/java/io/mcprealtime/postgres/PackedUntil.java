package io.mcprealtime.postgres;

import io.mcprealtime.ServerId;
import io.mcprealtime.TimeSource;
import io.mcprealtime.storage.StorageException;
import io.mcprealtime.storage.TimeRange;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Knows up to which instant records are packed, and finds those of a batch that are stored in a
 * chunk already: the hot table's key cannot know them.
 *
 * <p>Two copies of a record do no harm, as readers and packing make one of them; but the writer
 * would be told that the second is new. So the writer of old records looks and writes in one
 * transaction that keeps packing away.
 */
final class PackedUntil<T> {
  /** Nobody packs what is newer, save by hand; so the database is asked only about older ones. */
  private static final Duration FRESH = Duration.ofMinutes(2);

  /** Servers whose chunks are looked at at once. */
  private static final int SERVERS = 100;

  private final Series<T> series;
  private final ChunkTable<T> chunks;
  private final ServerKeys keys;
  private final TimeSource time;
  private final AtomicReference<Instant> known = new AtomicReference<>(Instant.MIN);

  PackedUntil(Series<T> series, ServerKeys keys, TimeSource time) {
    this.series = series;
    this.chunks = ChunkTable.of(series);
    this.keys = keys;
    this.time = time;
  }

  /** Remembers that this process packed up to an instant. */
  void raise(Instant until) {
    known.accumulateAndGet(until, (one, other) -> one.isAfter(other) ? one : other);
  }

  /** Whether a chunk may hold one of the records; quick. */
  boolean mayHold(Collection<T> records) {
    var fresh = time.instant().minus(FRESH);
    var until = known.get();
    return records.stream()
        .map(series.at())
        .anyMatch(at -> at.isBefore(fresh) || !at.isAfter(until));
  }

  /** The records that no chunk holds. */
  List<T> unpacked(Connection connection, Collection<T> records) throws SQLException {
    refresh(connection).ifPresent(this::raise);
    var until = known.get();
    var byServer = new TreeMap<Integer, List<T>>();
    for (var one : records) {
      if (!series.at().apply(one).isAfter(until)) {
        byServer
            .computeIfAbsent(keys.of(series.server().apply(one)), key -> new ArrayList<>())
            .add(one);
      }
    }
    Set<List<Object>> packed = new HashSet<>();
    var all = List.copyOf(byServer.keySet());
    for (int i = 0; i < all.size(); i += SERVERS) {
      find(connection, all.subList(i, Math.min(all.size(), i + SERVERS)), byServer, packed);
    }
    return records.stream().filter(one -> !packed.contains(identity(one))).toList();
  }

  private Optional<Instant> refresh(Connection connection) throws SQLException {
    try (var statement =
        connection.prepareStatement(
            "select until from mcp_realtime.packed_until where series = ?")) {
      statement.setString(1, series.hot().table());
      return Rows.all(statement, row -> Rows.instant(row, 1)).stream().findFirst();
    }
  }

  private List<Object> identity(T record) {
    return List.of(series.server().apply(record), series.at().apply(record));
  }

  private void find(
      Connection connection,
      List<Integer> some,
      Map<Integer, List<T>> byServer,
      Set<List<Object>> packed)
      throws SQLException {
    // By blocks: old records may be spread over days, of which most blocks do not matter.
    var starts = new TreeMap<Instant, List<Integer>>();
    for (var key : some) {
      for (var one : byServer.getOrDefault(key, List.of())) {
        var keysOfBlock =
            starts.computeIfAbsent(
                series.chunks().partitionStart(series.at().apply(one)), s -> new ArrayList<>());
        if (keysOfBlock.isEmpty() || !keysOfBlock.get(keysOfBlock.size() - 1).equals(key)) {
          keysOfBlock.add(key);
        }
      }
    }
    for (var block : starts.entrySet()) {
      var range = TimeRange.startingAt(block.getKey(), series.chunks().partitionLength());
      for (var chunk : chunks.ofServers(connection, block.getValue(), range)) {
        var wanted = new HashMap<Instant, ServerId>();
        for (var one : byServer.getOrDefault(chunk.serverKey(), List.of())) {
          var at = series.at().apply(one);
          if (!at.isBefore(chunk.firstAt()) && !at.isAfter(chunk.lastAt())) {
            wanted.put(at, series.server().apply(one));
          }
        }
        wanted.values().stream()
            .findFirst()
            .ifPresent(server -> addStored(server, chunk, wanted.keySet(), packed));
      }
    }
  }

  private void addStored(
      ServerId server, Chunk chunk, Set<Instant> wanted, Set<List<Object>> packed) {
    try {
      for (var record : chunks.decode(server, chunk)) {
        if (wanted.contains(series.at().apply(record))) {
          packed.add(identity(record));
        }
      }
    } catch (StorageException e) {
      // What a damaged chunk holds nobody knows: the record counts as new and stays a row.
    }
  }
}
