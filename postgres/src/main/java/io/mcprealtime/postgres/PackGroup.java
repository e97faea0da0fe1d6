package io.mcprealtime.postgres;

import io.mcprealtime.storage.TimeRange;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Hot partitions that are packed together, and the blocks that they reach into: one, unless a
 * partition of another length spans several.
 *
 * @param partitions with rows, oldest first
 * @param blocks from the first block's start to the last one's end
 */
record PackGroup(Series<?> series, List<Partition> partitions, TimeRange blocks) {
  PackGroup {
    partitions = List.copyOf(partitions);
  }

  /**
   * The groups of these partitions, oldest first.
   *
   * @param partitions oldest first
   */
  static List<PackGroup> of(Series<?> series, List<Partition> partitions) {
    var groups = new ArrayList<PackGroup>();
    for (var partition : partitions) {
      var blocks = blocksOf(series, partition);
      var last = groups.isEmpty() ? null : groups.get(groups.size() - 1);
      if (last != null && blocks.from().isBefore(last.blocks.to())) {
        var all = new ArrayList<>(last.partitions);
        all.add(partition);
        var to = blocks.to().isAfter(last.blocks.to()) ? blocks.to() : last.blocks.to();
        groups.set(
            groups.size() - 1, new PackGroup(series, all, new TimeRange(last.blocks.from(), to)));
      } else {
        groups.add(new PackGroup(series, List.of(partition), blocks));
      }
    }
    return groups;
  }

  private static TimeRange blocksOf(Series<?> series, Partition partition) {
    var table = series.chunks();
    var last = table.partitionStart(partition.to().minusMillis(1));
    return new TimeRange(
        table.partitionStart(partition.from()), last.plus(table.partitionLength()));
  }

  /** The starts of its blocks. */
  List<Instant> starts() {
    var starts = new ArrayList<Instant>();
    for (var start = blocks.from();
        start.isBefore(blocks.to());
        start = start.plus(series.chunks().partitionLength())) {
      starts.add(start);
    }
    return starts;
  }

  /** All rows, as a table expression. */
  String rows() {
    return partitions.stream()
        .map(partition -> "select * from " + partition.qualified())
        .collect(Collectors.joining(" union all ", "(", ")"));
  }

  /** How many rows each server has in each block: start, server_key, n. */
  String counts() {
    return "(select date_bin('%s minutes', m.at, timestamptz 'epoch') as start, m.server_key, count(*) as n from %s m group by 1, 2)"
        .formatted(series.chunks().partitionLength().toMinutes(), rows());
  }

  /** A condition on a column start: within the blocks. */
  String within(String start) {
    return "%s >= '%s' and %s < '%s'".formatted(start, blocks.from(), start, blocks.to());
  }

  /**
   * The packed data of its blocks: start, server_key, base, and the columns of the chunk and, with
   * rollup_ before them, of the roll-ups' chunk. The base is the rows' identity: another one after
   * any change.
   */
  String existing() {
    return """
        (select start, server_key,
          coalesce(c.version, '') || '/' || coalesce(r.version, '') as base,
          c.first_at, c.last_at, c.records, c.chunk || c.tail as chunk,
          r.first_at as rollup_first_at, r.last_at as rollup_last_at,
          r.records as rollup_records, r.chunk || r.tail as rollup_chunk, r.hours
        from (select %s, * from %s where %s) c
        full join (select %s, * from mcp_realtime.rollup_chunks where %s) r
          using (start, server_key))"""
        .formatted(
            Chunk.VERSION,
            series.chunks().qualified(),
            within("start"),
            Chunk.VERSION,
            series.hasRollups() ? within("start") : "false");
  }

  /**
   * The identity of its partitions' storage, which is another one after a partition was emptied or
   * made anew. While it is the same, rows can only have come.
   */
  String source(Connection connection) throws SQLException {
    var sql =
        """
        select md5(string_agg(x || ' ' || coalesce(pg_relation_filenode(to_regclass(x)), 0), ','
          order by x)) from unnest(?::text[]) x""";
    try (var statement = connection.prepareStatement(sql)) {
      statement.setArray(
          1,
          connection.createArrayOf(
              "text", partitions.stream().map(Partition::qualified).toArray()));
      return Rows.all(statement, row -> row.getString(1)).get(0);
    }
  }

  @Override
  public String toString() {
    return "%s of %s to %s".formatted(series.word(), blocks.from(), blocks.to());
  }
}
