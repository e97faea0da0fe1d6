package io.mcprealtime.postgres;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.TimeSource;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.StorageException;
import io.mcprealtime.storage.StorageMaintenance;
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
  private static final Duration USAGE_KEPT = Duration.ofDays(30);

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

  private final Database database;
  private final Partitions partitions;
  private final Packer<ServerMetrics> samples;
  private final Packer<HealthCheck> healthChecks;
  private final ExclusiveTasks tasks;
  private final OldPartitions old;
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
    this.tasks = new ExclusiveTasks(database);
    this.old = new OldPartitions(database, samples);
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
          StorageException failure = null;
          try {
            result.set(samples.pack(before, atMost));
          } catch (StorageException e) {
            // Health checks need not wait until somebody has mended the samples.
            failure = e;
          }
          try {
            var left = atMost.minusNanos(System.nanoTime() - start);
            result.set(result.get().plus(healthChecks.pack(before, left)));
          } catch (StorageException e) {
            throw Packer.first(failure, e);
          }
          if (failure != null) {
            throw failure;
          }
        });
    return result.get();
  }

  @Override
  public boolean exclusively(String task, Runnable work) {
    return tasks.run(task, work);
  }

  @Override
  public void recordUsage(UsagePoint point) {
    database.transactionAgain(
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
    return database.callAgain(
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
    return old.measure(kind, instant);
  }

  @Override
  public DropResult dropBefore(DataKind kind, Instant instant) {
    return old.drop(kind, instant);
  }
}
