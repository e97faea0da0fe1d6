package io.mcprealtime.postgres;

import io.mcprealtime.storage.StorageMaintenance.PackResult;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts built chunks in the place of rows and older chunks, in one transaction.
 *
 * <p>It locks the hot partitions against all, so that their writers have ended, and counts again: a
 * row that came after the building, or a chunk that changed, makes it give up, with nothing done.
 * Only leaves are locked, so nobody who writes elsewhere waits, and only for half a second.
 */
final class BlockSwap {
  private static final Logger LOG = LoggerFactory.getLogger(BlockSwap.class);

  /** Whoever comes while the lock is waited for, waits behind it. */
  static final String LOCK_TIMEOUT = "set local lock_timeout = '500ms'";

  private final Series<?> series;
  private final PackGroup group;

  BlockSwap(PackGroup group) {
    this.series = group.series();
    this.group = group;
  }

  /** Until which instant records are packed now, and what it moved. */
  record Moved(Instant until, PackResult result) {}

  /** Does it; absent when it gave up. */
  Optional<Moved> run(Connection connection) throws SQLException {
    ReadWrite.set(connection);
    var partitions =
        group.partitions().stream().map(Partition::qualified).collect(Collectors.joining(", "));
    var packed = packedPartitions();
    try (var statement = connection.createStatement()) {
      statement.execute(LOCK_TIMEOUT);
      // Against another process that builds: what is checked here is what is put in place.
      statement.execute(
          "lock table only %s in share row exclusive mode".formatted(series.building()));
      statement.execute("lock table only %s in access exclusive mode".formatted(partitions));
      statement.execute(
          "lock table only %s in access exclusive mode".formatted(String.join(", ", packed)));
      var built = "%s and source = '%s'".formatted(group.within("start"), group.source(connection));
      if (hasChanged(statement, built)) {
        LOG.debug("{} changed while they were packed; the next run packs them", group);
        return Optional.empty();
      }
      long rowBytes =
          size(statement, group.partitions().stream().map(Partition::qualified).toList());
      long before = size(statement, packed);
      statement.execute("truncate only %s, %s".formatted(partitions, String.join(", ", packed)));
      for (var table : series.packedTables()) {
        statement.executeUpdate(insert(table, built));
      }
      var moved = moved(statement, built);
      statement.executeUpdate(
          "delete from %s where %s".formatted(series.building(), group.within("start")));
      long packedBytes = Math.max(0, size(statement, packed) - before);
      return Optional.of(
          new Moved(
              moved.until(),
              new PackResult(moved.result().records(), rowBytes, packedBytes, true)));
    }
  }

  private List<String> packedPartitions() {
    var packed = new ArrayList<String>();
    for (var table : series.packedTables()) {
      for (var start : group.starts()) {
        packed.add(new Partition(table, start, start.plus(table.partitionLength())).qualified());
      }
    }
    return packed;
  }

  private boolean hasChanged(Statement statement, String built) throws SQLException {
    var sql =
        """
        select exists (
          select from (select * from %s where %s) b
          full join %s h using (start, server_key)
          where coalesce(b.hot_rows, -1) <> coalesce(h.n, 0))
        or exists (
          select from (select * from %s where %s) b
          full join %s e using (start, server_key)
          where coalesce(b.base, '') <> coalesce(e.base, '/'))"""
            .formatted(
                series.building(),
                built,
                group.counts(),
                series.building(),
                built,
                group.existing());
    try (var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getBoolean(1);
    }
  }

  private String insert(TimeTable table, String built) {
    boolean rollups = table == TimeTable.ROLLUP_CHUNKS;
    var prefix = rollups ? "rollup_" : "";
    var chunk = prefix + "chunk";
    return """
        insert into %s (start, server_key, first_at, last_at, records, chunk, tail%s)
        select start, server_key, %sfirst_at, %slast_at, %srecords, %s, %s%s
        from %s where %s and %s is not null order by server_key, start"""
        .formatted(
            table.qualified(),
            rollups ? ", hours" : "",
            prefix,
            prefix,
            prefix,
            Chunk.pieces(chunk),
            Chunk.tail(chunk),
            rollups ? ", hours" : "",
            series.building(),
            built,
            chunk);
  }

  private Moved moved(Statement statement, String built) throws SQLException {
    var sql =
        """
        with moved as (
          select max(last_at) as until, sum(hot_rows) as records from %s where %s
        ), noted as (
          insert into mcp_realtime.packed_until as p (series, until)
          select '%s', until from moved
          on conflict (series) do update set until = greatest(p.until, excluded.until))
        select until, records from moved"""
            .formatted(series.building(), built, series.hot().table());
    try (var rows = statement.executeQuery(sql)) {
      rows.next();
      return new Moved(Rows.instant(rows, 1), new PackResult(rows.getLong(2), 0, 0, true));
    }
  }

  private static long size(Statement statement, List<String> tables) throws SQLException {
    var sql =
        tables.stream()
            .map("pg_total_relation_size('%s')"::formatted)
            .collect(Collectors.joining(" + ", "select ", ""));
    try (var rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    }
  }
}
