package io.mcprealtime.postgres;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.TimeSource;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.StorageException;
import io.mcprealtime.storage.StorageMaintenance;
import io.mcprealtime.storage.StorageUnavailableException;
import io.mcprealtime.storage.StorageUsage;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

/** Measures tables, has them packed, and creates and drops partitions. */
final class Maintenance implements StorageMaintenance {
  /** Before a drop all that is to be dropped is packed, however long it takes. */
  private static final Duration UNBOUNDED = Duration.ofDays(1);

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
        coalesce(sum(pg_indexes_size(c.oid) + case when c.reltoastrelid = 0 then 0
          else pg_indexes_size(c.reltoastrelid) end), 0)::bigint,
        coalesce(sum(greatest(c.reltuples, t.n_live_tup, 0)), 0)::bigint,
        coalesce(sum(t.n_dead_tup), 0)::bigint
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
  private final Packer<ServerMetrics> samples;
  private final Packer<HealthCheck> healthChecks;
  private final TimeSource time;

  Maintenance(
      Database database,
      Partitions partitions,
      Packer<ServerMetrics> samples,
      Packer<HealthCheck> healthChecks,
      TimeSource time) {
    this.database = database;
    this.partitions = partitions;
    this.samples = samples;
    this.healthChecks = healthChecks;
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
                        row.getLong(2),
                        row.getLong(3),
                        row.getLong(4))));
      }
    }
    relations.sort(Comparator.comparing(StorageUsage.Relation::bytes, Comparator.reverseOrder()));
    return new StorageUsage(total, relations);
  }

  @Override
  public void prepare() {
    var now = time.instant();
    for (var table : TimeTable.values()) {
      if (table.ahead().isZero()) {
        continue;
      }
      var instant = now.plus(table.ahead());
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
    var result = new AtomicReference<>(new PackResult(0, 0, 0, false));
    long start = System.nanoTime();
    exclusively(
        "pack",
        () -> {
          var packed = samples.pack(before, atMost);
          var left = atMost.minusNanos(System.nanoTime() - start);
          result.set(packed.plus(healthChecks.pack(before, left)));
        });
    return result.get();
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
    try {
      return database.maintenance(
          connection -> {
            var found = DropResult.NOTHING;
            for (var table : TimeTable.of(kind)) {
              for (var partition : Partitions.list(connection, table)) {
                if (partition.to().isAfter(instant)) {
                  break;
                }
                found = found.plus(measure(connection, partition));
              }
            }
            return found;
          });
    } catch (SQLException e) {
      throw database.failed("measure what is old of " + kind.label(), e);
    }
  }

  @Override
  public DropResult dropBefore(DataKind kind, Instant instant) {
    var kept = List.<PackGroup>of();
    StorageException failure = null;
    if (kind == DataKind.METRICS) {
      // Roll-ups outlive their samples: those of rows are made by packing.
      try {
        samples.packBlocks(instant, UNBOUNDED);
      } catch (StorageException e) {
        // Even when there is no room left to pack in: what need not be packed can go.
        failure = e;
      }
      kept = samples.groups(instant);
    }
    var dropped = DropResult.NOTHING;
    for (var table : TimeTable.of(kind)) {
      // Rows of samples have moved on, and their empty partitions went with that.
      if (table != TimeTable.SAMPLES) {
        dropped = dropped.plus(dropBefore(table, instant, kept));
      }
    }
    if (failure != null) {
      throw failure;
    }
    var busy = kept.stream().filter(group -> !group.blocks().to().isAfter(instant)).findFirst();
    if (busy.isPresent()) {
      throw new StorageUnavailableException(
          "cannot drop the %s: they are not packed yet, as another session holds a lock on it; try again later"
              .formatted(busy.get()),
          null);
    }
    return dropped;
  }

  /**
   * @param kept what could not be packed: neither its rows nor its chunks go
   */
  private DropResult dropBefore(TimeTable table, Instant instant, List<PackGroup> kept) {
    var what = "drop old partitions of " + table.table();
    var dropped = DropResult.NOTHING;
    List<Partition> all = database.call(what, connection -> Partitions.list(connection, table));
    for (var partition : all) {
      if (partition.to().isAfter(instant)) {
        break;
      }
      if (kept.stream().anyMatch(group -> overlaps(group, partition))) {
        continue;
      }
      try {
        dropped = dropped.plus(database.maintenance(connection -> drop(connection, partition)));
      } catch (SQLException e) {
        throw database.failed(what, e);
      }
    }
    return dropped;
  }

  private static boolean overlaps(PackGroup group, Partition partition) {
    return partition.from().isBefore(group.blocks().to())
        && group.blocks().from().isBefore(partition.to());
  }

  /**
   * Dropping waits for readers of the whole table, and whoever comes later waits behind it: so it
   * gives up soon. A hosted database over its limit is read-only by default, where only a
   * transaction that asks to write can make room.
   */
  private static DropResult drop(Connection connection, Partition partition) throws SQLException {
    ReadWrite.set(connection);
    try (var statement = connection.createStatement()) {
      statement.execute("set local lock_timeout = '3s'");
    }
    if (partition.table() == TimeTable.SAMPLE_CHUNKS) {
      return new SampleDrop(partition).run(connection);
    }
    var measured = measure(connection, partition);
    try (var statement = connection.createStatement()) {
      statement.execute("drop table " + partition.qualified());
    }
    return measured;
  }

  static DropResult measure(Connection connection, Partition partition) throws SQLException {
    long bytes;
    long rows;
    try (var statement = connection.prepareStatement(PARTITION)) {
      statement.setString(1, partition.qualified());
      long[] sizes = Rows.all(statement, row -> new long[] {row.getLong(1), row.getLong(2)}).get(0);
      bytes = sizes[0];
      rows = sizes[1];
    }
    if (rows < COUNTED_ROWS || partition.table().isPacked()) {
      var sum = partition.table().isPacked() ? "coalesce(sum(records), 0)" : "count(*)";
      try (var statement = connection.createStatement();
          var count =
              statement.executeQuery("select %s from %s".formatted(sum, partition.qualified()))) {
        count.next();
        rows = count.getLong(1);
      }
    }
    return new DropResult(1, rows, bytes);
  }
}
