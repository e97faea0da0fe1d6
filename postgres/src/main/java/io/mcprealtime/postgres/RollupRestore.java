package io.mcprealtime.postgres;

import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.Window;
import io.mcprealtime.storage.TimeRange;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Brings back roll-ups whose samples are dropped. */
final class RollupRestore {
  /** Any number of our own: restores go one after the other. */
  private static final long LOCK = 0x6d63705f726f6c6cL;

  private static final String HOT_BUCKETS =
      """
      select distinct date_bin('5 minutes', m.at, timestamptz 'epoch')
      from mcp_realtime.samples m where m.server_key = ? and m.at >= ? and m.at < ?""";

  private static final String WRITE =
      """
      insert into mcp_realtime.rollup_chunks
        (start, first_at, last_at, server_key, records, chunk, tail, hours)
      select n.start, n.first_at, n.last_at, n.server_key, n.records, %s, %s, n.hours
      from (values (?::timestamptz, ?::timestamptz, ?::timestamptz, ?::int, ?::int, ?::bytea,
        ?::int[])) as n (start, first_at, last_at, server_key, records, bytes, hours)
      on conflict (server_key, start) do update set first_at = excluded.first_at,
        last_at = excluded.last_at, records = excluded.records, chunk = excluded.chunk,
        tail = excluded.tail, hours = excluded.hours"""
          .formatted(Chunk.pieces("n.bytes"), Chunk.tail("n.bytes"));

  private final Database database;
  private final Partitions partitions;
  private final ServerKeys keys;
  private final ChunkTable<ServerMetrics> samples;
  private final ChunkTable<Rollup> chunks;

  RollupRestore(
      Database database,
      Partitions partitions,
      ServerKeys keys,
      ChunkTable<ServerMetrics> samples,
      ChunkTable<Rollup> chunks) {
    this.samples = samples;
    this.database = database;
    this.partitions = partitions;
    this.keys = keys;
    this.chunks = chunks;
  }

  int restore(Collection<Rollup> rollups) {
    for (var rollup : rollups) {
      if (rollup.window() != Window.FIVE_MINUTES) {
        throw new IllegalArgumentException(
            "only 5m roll-ups can be restored, not one of " + rollup.window().label());
      }
    }
    if (rollups.isEmpty()) {
      return 0;
    }
    keys.ensure(rollups.stream().map(Rollup::server).toList());
    partitions.ensure(TimeTable.ROLLUP_CHUNKS, rollups.stream().map(Rollup::start).toList());
    Map<Instant, Map<ServerId, List<Rollup>>> blocks = new TreeMap<>();
    for (var rollup : rollups) {
      blocks
          .computeIfAbsent(
              TimeTable.ROLLUP_CHUNKS.partitionStart(rollup.start()), s -> new TreeMap<>())
          .computeIfAbsent(rollup.server(), s -> new ArrayList<>())
          .add(rollup);
    }
    return database.transactionAgain(
        "restore %d roll-ups".formatted(rollups.size()),
        connection -> {
          try (var lock = connection.prepareStatement("select pg_advisory_xact_lock(?)")) {
            lock.setLong(1, LOCK);
            lock.execute();
          }
          lock(connection, blocks.keySet());
          int added = 0;
          for (var block : blocks.entrySet()) {
            for (var one : block.getValue().entrySet()) {
              added += restore(connection, one.getKey(), block.getKey(), one.getValue());
            }
          }
          return added;
        });
  }

  /**
   * Before anything is read: whoever packs into a block or drops its samples meanwhile would put
   * other roll-ups in the place of those that were read.
   */
  private static void lock(Connection connection, Collection<Instant> starts) throws SQLException {
    var table = TimeTable.ROLLUP_CHUNKS;
    try (var statement = connection.createStatement()) {
      for (var start : starts) {
        var block = new Partition(table, start, start.plus(table.partitionLength()));
        statement.execute("lock table only %s in row exclusive mode".formatted(block.qualified()));
      }
    }
  }

  private int restore(Connection connection, ServerId server, Instant start, List<Rollup> lost)
      throws SQLException {
    var block = TimeRange.startingAt(start, TimeTable.ROLLUP_CHUNKS.partitionLength());
    // The rows first: buckets that are packed between are found in the chunk.
    Set<Instant> taken = new HashSet<>(hotBuckets(connection, server, block));
    var derived = new ArrayList<Rollup>();
    for (var chunk : samples.ofServer(connection, server, block)) {
      derived.addAll(Series.fiveMinutes(server, samples.decode(server, chunk)));
    }
    var kept = new TreeMap<Instant, Rollup>();
    for (var chunk : chunks.ofServer(connection, server, block)) {
      chunks.decode(server, chunk).forEach(rollup -> kept.put(rollup.start(), rollup));
    }
    derived.forEach(rollup -> taken.add(rollup.start()));
    taken.addAll(kept.keySet());
    int added = 0;
    for (var rollup : lost) {
      if (taken.add(rollup.start())) {
        kept.put(rollup.start(), rollup);
        added++;
      }
    }
    if (added > 0) {
      write(connection, server, start, List.copyOf(kept.values()), derived);
    }
    return added;
  }

  private List<Instant> hotBuckets(Connection connection, ServerId server, TimeRange block)
      throws SQLException {
    try (var statement = connection.prepareStatement(HOT_BUCKETS)) {
      statement.setInt(1, keys.of(server));
      Rows.setInstant(statement, 2, block.from());
      Rows.setInstant(statement, 3, block.to());
      return Rows.all(statement, row -> Rows.instant(row, 1));
    }
  }

  private void write(
      Connection connection,
      ServerId server,
      Instant start,
      List<Rollup> kept,
      List<Rollup> derived)
      throws SQLException {
    var chunk = new RollupChunk(server, start, kept, derived);
    try (var statement = connection.prepareStatement(WRITE)) {
      Rows.setInstant(statement, 1, start);
      Rows.setInstant(statement, 2, chunk.firstAt());
      Rows.setInstant(statement, 3, chunk.lastAt());
      statement.setInt(4, keys.of(server));
      statement.setInt(5, chunk.records());
      statement.setBytes(6, chunk.bytes());
      statement.setArray(7, connection.createArrayOf("int4", chunk.hours()));
      statement.executeUpdate();
    }
  }
}
