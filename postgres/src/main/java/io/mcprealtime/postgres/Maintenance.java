package io.mcprealtime.postgres;

import io.mcprealtime.TimeSource;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.StorageMaintenance;
import io.mcprealtime.storage.StorageUsage;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Measures tables, and creates and drops partitions. */
final class Maintenance implements StorageMaintenance {
  private static final Duration AHEAD = Duration.ofDays(2);

  private static final Duration USAGE_KEPT = Duration.ofDays(30);

  /** Below this the statistics' row count is replaced by a real one, which is cheap then. */
  private static final long COUNTED_ROWS = 100_000;

  // Databases that we may not connect to (template0 without rights) cannot be measured; they are
  // as small as an empty database is.
  private static final String TOTAL =
      """
      select sum(case when has_database_privilege(oid, 'connect')
          or pg_has_role('pg_read_all_stats', 'member')
        then pg_database_size(oid) else 0 end)::bigint
      from pg_catalog.pg_database""";

  private static final String RELATION =
      """
      select coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint,
        coalesce(sum(greatest(c.reltuples, t.n_live_tup, 0)), 0)::bigint
      from pg_catalog.pg_inherits i
      join pg_catalog.pg_class c on c.oid = i.inhrelid
      left join pg_catalog.pg_stat_all_tables t on t.relid = c.oid
      where i.inhparent = ?::regclass""";

  private static final String PARTITION =
      """
      select pg_total_relation_size(oid), reltuples::bigint
      from pg_catalog.pg_class where oid = ?::regclass""";

  private final Database database;
  private final Partitions partitions;
  private final TimeSource time;

  Maintenance(Database database, Partitions partitions, TimeSource time) {
    this.database = database;
    this.partitions = partitions;
    this.time = time;
  }

  @Override
  public StorageUsage usage() {
    try {
      return database.maintenance(Maintenance::measure);
    } catch (SQLException e) {
      throw database.failed("measure what is stored", e);
    }
  }

  private static StorageUsage measure(Connection connection) throws SQLException {
    long total;
    try (var statement = connection.prepareStatement(TOTAL)) {
      total = Rows.all(statement, row -> row.getLong(1)).get(0);
    }
    var relations = new ArrayList<StorageUsage.Relation>();
    try (var statement = connection.prepareStatement(RELATION)) {
      for (var table : TimeTable.values()) {
        statement.setString(1, table.qualified());
        relations.addAll(
            Rows.all(
                statement,
                row ->
                    new StorageUsage.Relation(
                        table.kind(),
                        table.qualified(),
                        row.getLong(1),
                        null,
                        row.getLong(2),
                        null)));
      }
    }
    relations.sort(Comparator.comparing(StorageUsage.Relation::bytes, Comparator.reverseOrder()));
    return new StorageUsage(total, relations);
  }

  @Override
  public void prepare() {
    var now = time.instant();
    var instant = now.plus(AHEAD);
    for (var table : TimeTable.values()) {
      var starts = new ArrayList<Instant>();
      for (var start = table.partitionStart(now);
          !start.isAfter(instant);
          start = start.plus(table.partitionLength())) {
        starts.add(start);
      }
      partitions.ensure(table, starts);
    }
  }

  @Override
  public PackResult pack(Instant before, Duration atMost) {
    return PackResult.NOTHING;
  }

  @Override
  public boolean exclusively(String task, Runnable work) {
    try {
      return database.maintenance(
          connection -> {
            try (var statement =
                connection.prepareStatement(
                    "select pg_try_advisory_xact_lock(hashtextextended(?, 0))")) {
              statement.setString(1, "mcp_realtime." + task);
              boolean held = Rows.all(statement, row -> row.getBoolean(1)).get(0);
              if (held) {
                work.run();
              }
              return held;
            }
          });
    } catch (SQLException e) {
      throw database.failed("run %s alone".formatted(task), e);
    }
  }

  @Override
  public void recordUsage(UsagePoint point) {
    database.transaction(
        "keep a measurement of the size",
        connection -> {
          try (var statement =
              connection.prepareStatement(
                  "insert into mcp_realtime.usage_points (at, total_bytes) values (?, ?)"
                      + " on conflict (at) do update set total_bytes = excluded.total_bytes")) {
            Rows.setInstant(statement, 1, point.at());
            statement.setLong(2, point.totalBytes());
            statement.executeUpdate();
          }
          try (var statement =
              connection.prepareStatement("delete from mcp_realtime.usage_points where at < ?")) {
            Rows.setInstant(statement, 1, point.at().minus(USAGE_KEPT));
            return statement.executeUpdate();
          }
        });
  }

  @Override
  public List<UsagePoint> usageSince(Instant instant) {
    return database.call(
        "read measurements of the size",
        connection -> {
          try (var statement =
              connection.prepareStatement(
                  "select at, total_bytes from mcp_realtime.usage_points where at >= ? order by at")) {
            Rows.setInstant(statement, 1, instant);
            return Rows.all(statement, row -> new UsagePoint(Rows.instant(row, 1), row.getLong(2)));
          }
        });
  }

  @Override
  public DropResult droppable(DataKind kind, Instant instant) {
    var table = TimeTable.of(kind);
    try {
      return database.maintenance(
          connection -> {
            var found = DropResult.NOTHING;
            for (var partition : Partitions.list(connection, table)) {
              if (partition.to().isAfter(instant)) {
                break;
              }
              found = found.plus(measure(connection, partition));
            }
            return found;
          });
    } catch (SQLException e) {
      throw database.failed("measure old partitions of " + table.table(), e);
    }
  }

  @Override
  public DropResult dropBefore(DataKind kind, Instant instant) {
    var table = TimeTable.of(kind);
    var what = "drop old partitions of " + table.table();
    var dropped = DropResult.NOTHING;
    List<Partition> all = database.call(what, connection -> Partitions.list(connection, table));
    for (var partition : all) {
      if (partition.to().isAfter(instant)) {
        break;
      }
      try {
        dropped = dropped.plus(database.maintenance(connection -> drop(connection, partition)));
      } catch (SQLException e) {
        throw database.failed(what, e);
      }
    }
    return dropped;
  }

  /**
   * Dropping waits for readers of the whole table, and whoever comes later waits behind it: so it
   * gives up soon. A hosted database over its limit is read-only by default, where only a
   * transaction that asks to write can make room.
   */
  private static DropResult drop(Connection connection, Partition partition) throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute("set transaction read write");
      statement.execute("set local lock_timeout = '3s'");
    }
    var measured = measure(connection, partition);
    try (var statement = connection.createStatement()) {
      statement.execute("drop table " + partition.qualified());
    }
    return measured;
  }

  private static DropResult measure(Connection connection, Partition partition)
      throws SQLException {
    long bytes;
    long rows;
    try (var statement = connection.prepareStatement(PARTITION)) {
      statement.setString(1, partition.qualified());
      long[] sizes = Rows.all(statement, row -> new long[] {row.getLong(1), row.getLong(2)}).get(0);
      bytes = sizes[0];
      rows = sizes[1];
    }
    if (rows < COUNTED_ROWS) {
      try (var statement = connection.createStatement();
          var count = statement.executeQuery("select count(*) from " + partition.qualified())) {
        count.next();
        rows = count.getLong(1);
      }
    }
    return new DropResult(1, rows, bytes);
  }
}
