package io.mcprealtime.postgres;

import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.storage.StorageException;
import io.mcprealtime.storage.StorageMaintenance.DropResult;
import io.mcprealtime.storage.TimeRange;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Drops a block of packed samples and keeps the roll-ups that they gave, in one transaction.
 *
 * <p>Until it puts the roll-ups in place it lets everybody read; who would pack into the block
 * waits, or gives up and comes again.
 *
 * <p>Damaged samples that nobody has brought back while they were kept are given up: the block
 * would stay for ever. So are damaged roll-ups, in favour of those that the samples give.
 */
final class SampleDrop {
  private static final Logger LOG = LoggerFactory.getLogger(SampleDrop.class);

  /** Servers whose chunks are in memory at once. */
  private static final int SERVERS = 100;

  private static final String TEMPORARY = "mcp_realtime_kept";
  private static final String COLUMNS = Chunk.COLUMNS + ", hours";

  private static final String KEEP =
      """
      insert into pg_temp.%s (start, first_at, last_at, server_key, records, chunk, tail, hours)
      select n.start, n.first_at, n.last_at, n.server_key, n.records, %s, %s, n.hours
      from (values (?::timestamptz, ?::timestamptz, ?::timestamptz, ?::int, ?::int, ?::bytea,
        ?::int[])) as n (start, first_at, last_at, server_key, records, bytes, hours)"""
          .formatted(TEMPORARY, Chunk.pieces("n.bytes"), Chunk.tail("n.bytes"));

  private final ChunkTable<ServerMetrics> samples = ChunkTable.of(Series.SAMPLES);
  private final ChunkTable<Rollup> rollups = ChunkTable.ofRollups();
  private final Partition block;
  private final Partition kept;

  /**
   * @param block of packed samples
   */
  SampleDrop(Partition block) {
    this.block = block;
    this.kept = new Partition(TimeTable.ROLLUP_CHUNKS, block.from(), block.to());
  }

  /** Does it, in a transaction that may write. */
  DropResult run(Connection connection) throws SQLException {
    try (var statement = connection.createStatement()) {
      // Roll-ups that are kept for a shorter time than samples are gone already.
      if (Partitions.list(connection, kept.table()).contains(kept)) {
        statement.execute(
            "lock table only %s, %s in share row exclusive mode"
                .formatted(block.qualified(), kept.qualified()));
        statement.execute(
            "create temporary table %s (like %s including storage) on commit drop"
                .formatted(TEMPORARY, TimeTable.ROLLUP_CHUNKS.qualified()));
        keepRollups(connection);
        statement.execute(
            "insert into pg_temp.%s (%s) select %s from %s r where not exists (select from pg_temp.%s k where k.start = r.start and k.server_key = r.server_key)"
                .formatted(TEMPORARY, COLUMNS, COLUMNS, kept.qualified(), TEMPORARY));
        statement.execute("truncate only " + kept.qualified());
        statement.execute(
            "insert into %s (%s) select %s from pg_temp.%s order by server_key, start"
                .formatted(kept.qualified(), COLUMNS, COLUMNS, TEMPORARY));
      }
      var dropped = OldPartitions.measure(connection, block);
      statement.execute("drop table " + block.qualified());
      return dropped;
    }
  }

  private void keepRollups(Connection connection) throws SQLException {
    var names = ServerKeys.names(connection);
    List<Integer> keys;
    try (var statement =
        connection.prepareStatement(
            "select distinct server_key from %s order by 1".formatted(block.qualified()))) {
      keys = Rows.all(statement, row -> row.getInt(1));
    }
    for (int i = 0; i < keys.size(); i += SERVERS) {
      keep(connection, names, keys.subList(i, Math.min(keys.size(), i + SERVERS)));
    }
  }

  private void keep(Connection connection, Map<Integer, ServerId> names, List<Integer> keys)
      throws SQLException {
    var range = new TimeRange(block.from(), block.to());
    var packed = new HashMap<Integer, List<Rollup>>();
    for (var chunk : rollups.ofServers(connection, keys, range)) {
      packed
          .computeIfAbsent(chunk.serverKey(), k -> new ArrayList<>())
          .addAll(readable(rollups, ServerKeys.name(names, chunk.serverKey()), chunk));
    }
    try (var statement = connection.prepareStatement(KEEP)) {
      for (var chunk : samples.ofServers(connection, keys, range)) {
        var server = ServerKeys.name(names, chunk.serverKey());
        var derived = Series.fiveMinutes(server, readable(samples, server, chunk));
        if (derived.isEmpty()) {
          // What stands in the roll-ups' partition stays as it is.
          continue;
        }
        var all = RollupChunk.merge(packed.getOrDefault(chunk.serverKey(), List.of()), derived);
        var rollupChunk = new RollupChunk(server, chunk.start(), all, List.of());
        Rows.setInstant(statement, 1, chunk.start());
        Rows.setInstant(statement, 2, rollupChunk.firstAt());
        Rows.setInstant(statement, 3, rollupChunk.lastAt());
        statement.setInt(4, chunk.serverKey());
        statement.setInt(5, rollupChunk.records());
        statement.setBytes(6, rollupChunk.bytes());
        statement.setArray(7, connection.createArrayOf("int4", rollupChunk.hours()));
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private static <T> List<T> readable(ChunkTable<T> table, ServerId server, Chunk chunk) {
    try {
      return table.decode(server, chunk);
    } catch (StorageException e) {
      LOG.warn("Given up with their block, which is over its age: {}", e.getMessage());
      return List.of();
    }
  }
}
