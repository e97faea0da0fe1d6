package io.mcprealtime.postgres;

import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.Window;
import io.mcprealtime.storage.RollupStore;
import io.mcprealtime.storage.TimeRange;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Roll-ups in PostgreSQL: those of packed samples lie beside them in chunks of their own, which
 * stay longer; those of hot rows are computed when they are asked for.
 */
final class RollupTable implements RollupStore {
  /** Blocks of one server that are read at once. */
  private static final int BLOCKS = 10;

  private final Database database;
  private final RollupRestore restore;
  private final HotTable<ServerMetrics> hot = new HotTable<>(Series.SAMPLES);
  private final ChunkTable<ServerMetrics> samples = ChunkTable.of(Series.SAMPLES);
  private final ChunkTable<Rollup> chunks = ChunkTable.ofRollups();
  private final Slices slices;

  RollupTable(Database database, Partitions partitions, ServerKeys keys) {
    this.database = database;
    this.restore = new RollupRestore(database, partitions, keys, chunks);
    this.slices =
        new Slices(
            database, List.of(TimeTable.SAMPLES, TimeTable.ROLLUP_CHUNKS), TimeTable.ROLLUP_CHUNKS);
  }

  @Override
  public List<Rollup> query(ServerId server, Window window, TimeRange range) {
    var found = new ArrayList<Rollup>();
    var open = new ArrayList<Rollup>();
    for (var slice : slices.of(ofBuckets(window, range), BLOCKS)) {
      open.addAll(
          database.callAgain(
              "read roll-ups of " + server, connection -> read(connection, server, slice)));
      // A bucket that reaches into the next slice waits for it; the others need not be kept.
      var bucket = window.bucketOf(slice.to());
      var done = open.stream().filter(part -> part.start().isBefore(bucket)).toList();
      found.addAll(Rollup.widen(window, done));
      open.subList(0, done.size()).clear();
    }
    found.addAll(Rollup.widen(window, open));
    return found;
  }

  /** The span of all whole buckets that begin in the range. */
  private static TimeRange ofBuckets(Window window, TimeRange wanted) {
    var range = Slices.clamp(wanted);
    var justBefore = Duration.ofMillis(1);
    var from = window.bucketOf(range.from().minus(justBefore)).plus(window.length());
    var to = window.bucketOf(range.to().minus(justBefore)).plus(window.length());
    return new TimeRange(from, to.isBefore(from) ? from : to);
  }

  @Override
  public void forEach(TimeRange range, Consumer<? super Rollup> sink) {
    for (var slice : slices.of(ofBuckets(Window.FIVE_MINUTES, range), 1)) {
      database.readOnly(
          "read roll-ups",
          connection ->
              SideBySide.walk(
                  connection,
                  Series.SAMPLES,
                  chunks,
                  slice,
                  (server, rows, packed) ->
                      merge(connection, server, slice, rows, packed).forEach(sink)));
    }
  }

  @Override
  public int restore(Collection<Rollup> rollups) {
    return restore.restore(rollups);
  }

  private List<Rollup> read(Connection connection, ServerId server, TimeRange slice)
      throws SQLException {
    var rows = hot.ofServer(connection, server, slice);
    return merge(connection, server, slice, rows, chunks.ofServer(connection, server, slice));
  }

  /** The roll-ups of rows and of chunks; of a bucket that has both, from all its samples. */
  private List<Rollup> merge(
      Connection connection,
      ServerId server,
      TimeRange slice,
      List<ServerMetrics> rows,
      List<Chunk> packedChunks)
      throws SQLException {
    var packed =
        packedChunks.stream()
            .flatMap(chunk -> chunks.decode(server, chunk).stream())
            .filter(rollup -> slice.contains(rollup.start()))
            .toList();
    if (rows.isEmpty()) {
      return packed;
    }
    var split = new TreeSet<Instant>();
    rows.forEach(row -> split.add(Window.FIVE_MINUTES.bucketOf(row.at())));
    split.retainAll(packed.stream().map(Rollup::start).collect(Collectors.toSet()));
    List<ServerMetrics> all = rows;
    if (!split.isEmpty()) {
      all = Series.SAMPLES.merge(packedSamples(connection, server, split), rows);
    }
    return RollupChunk.merge(packed, Series.fiveMinutes(server, all));
  }

  private List<ServerMetrics> packedSamples(
      Connection connection, ServerId server, SortedSet<Instant> buckets) throws SQLException {
    var range = new TimeRange(buckets.first(), buckets.last().plus(Window.FIVE_MINUTES.length()));
    var found = new ArrayList<ServerMetrics>();
    for (var chunk : samples.ofServer(connection, server, range)) {
      for (var sample : samples.decode(server, chunk)) {
        if (buckets.contains(Window.FIVE_MINUTES.bucketOf(sample.at()))) {
          found.add(sample);
        }
      }
    }
    return found;
  }
}
