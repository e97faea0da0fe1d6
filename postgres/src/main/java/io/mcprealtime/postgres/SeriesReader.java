package io.mcprealtime.postgres;

import io.mcprealtime.ServerId;
import io.mcprealtime.storage.TimeRange;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Reads hot rows and chunks as one series.
 *
 * <p>Packing moves rows into chunks at any time, in one transaction. So the rows are read first and
 * the chunks with a later statement that sees anew (read committed): what moves between is read
 * twice and told once. The other way round, or in one snapshot that is older than a truncated
 * partition, it could be missed.
 */
final class SeriesReader<T> {
  /** Blocks of one server that are read at once. */
  private static final int BLOCKS = 4;

  private final Database database;
  private final Series<T> series;
  private final HotTable<T> hot;
  private final ChunkTable<T> chunks;
  private final Slices slices;

  SeriesReader(Database database, Series<T> series) {
    this.database = database;
    this.series = series;
    this.hot = new HotTable<>(series);
    this.chunks = ChunkTable.of(series);
    this.slices = new Slices(database, List.of(series.hot(), series.chunks()), series.chunks());
  }

  /** The server's records in the range, oldest first. */
  void forEach(ServerId server, TimeRange range, Consumer<? super T> sink) {
    for (var slice : slices.of(Slices.clamp(range), BLOCKS)) {
      List<T> found =
          database.callAgain(
              "read %s of %s".formatted(series.word(), server),
              connection -> {
                var rows = hot.ofServer(connection, server, slice);
                var packed = chunks.ofServer(connection, server, slice);
                return merge(server, slice, packed, rows);
              });
      found.forEach(sink);
    }
  }

  /** The records of all servers in the range, each server's oldest first. */
  void forEach(TimeRange range, Consumer<? super T> sink) {
    for (var slice : slices.of(Slices.clamp(range), 1)) {
      database.readOnly(
          "read " + series.word(),
          connection ->
              SideBySide.walk(
                  connection,
                  series,
                  chunks,
                  slice,
                  (server, rows, packed) -> merge(server, slice, packed, rows).forEach(sink)));
    }
  }

  private List<T> merge(ServerId server, TimeRange range, List<Chunk> packed, List<T> rows) {
    var unpacked = new ArrayList<T>();
    for (var chunk : packed) {
      for (var record : chunks.decode(server, chunk)) {
        if (range.contains(series.at().apply(record))) {
          unpacked.add(record);
        }
      }
    }
    return series.merge(unpacked, rows);
  }

  /** The server's records in the range, newest first, at most that many. */
  List<T> newest(ServerId server, TimeRange wanted, int limit) {
    var range = Slices.clamp(wanted);
    return database.callAgain(
        "read %s of %s".formatted(series.word(), server),
        connection -> {
          var found = new TreeMap<Instant, T>(Comparator.reverseOrder());
          for (var row : hot.newest(connection, server, range, limit)) {
            found.put(series.at().apply(row), row);
          }
          addPacked(connection, server, range, limit, found);
          return found.values().stream().limit(limit).toList();
        });
  }

  /** Goes back block by block until there are enough and no older block can hold a newer one. */
  private void addPacked(
      Connection connection,
      ServerId server,
      TimeRange range,
      int limit,
      NavigableMap<Instant, T> found)
      throws SQLException {
    var to = range.to();
    while (true) {
      var from = range.from();
      if (found.size() >= limit) {
        var oldest = found.keySet().stream().skip(Math.max(0, limit - 1)).findFirst();
        from = oldest.orElse(from);
      }
      if (!from.isBefore(to)) {
        return;
      }
      var some = chunks.newest(connection, server, new TimeRange(from, to), BLOCKS);
      for (var chunk : some) {
        for (var record : chunks.decode(server, chunk)) {
          if (range.contains(series.at().apply(record))) {
            found.put(series.at().apply(record), record);
          }
        }
        to = chunk.start();
        if (found.size() >= limit) {
          break;
        }
      }
      if (some.isEmpty()) {
        return;
      }
    }
  }
}
