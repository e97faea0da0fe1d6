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
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Roll-ups in PostgreSQL: made of the samples, be they rows or packed, when they are asked for;
 * those of dropped samples lie in chunks of their own.
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
    this.restore = new RollupRestore(database, partitions, keys, samples, chunks);
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
                  (server, rows, kept) ->
                      merge(server, slice, rows, samples.ofServer(connection, server, slice), kept)
                          .forEach(sink)));
    }
  }

  @Override
  public int restore(Collection<Rollup> rollups) {
    return restore.restore(rollups);
  }

  /**
   * What is packed, or dropped and kept as roll-ups, while this reads is met twice: so the rows
   * come first, and then the samples' chunks.
   */
  private List<Rollup> read(Connection connection, ServerId server, TimeRange slice)
      throws SQLException {
    var rows = hot.ofServer(connection, server, slice);
    var packed = samples.ofServer(connection, server, slice);
    return merge(server, slice, rows, packed, chunks.ofServer(connection, server, slice));
  }

  private List<Rollup> merge(
      ServerId server,
      TimeRange slice,
      List<ServerMetrics> rows,
      List<Chunk> sampleChunks,
      List<Chunk> rollupChunks) {
    var packed =
        sampleChunks.stream()
            .flatMap(chunk -> samples.decode(server, chunk).stream())
            .filter(sample -> slice.contains(sample.at()))
            .toList();
    var kept =
        rollupChunks.stream()
            .flatMap(chunk -> chunks.decode(server, chunk).stream())
            .filter(rollup -> slice.contains(rollup.start()))
            .toList();
    var derived = Series.fiveMinutes(server, Series.SAMPLES.merge(packed, rows));
    return RollupChunk.merge(kept, derived);
  }
}
