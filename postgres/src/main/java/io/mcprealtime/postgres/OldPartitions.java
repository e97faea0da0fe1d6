package io.mcprealtime.postgres;

import io.mcprealtime.ServerMetrics;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.StorageException;
import io.mcprealtime.storage.StorageMaintenance.DropResult;
import io.mcprealtime.storage.StorageUnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Measures and drops partitions that are wholly older than an instant. */
final class OldPartitions {
  private static final Logger LOG = LoggerFactory.getLogger(OldPartitions.class);

  /** Before a drop all that is to be dropped is packed, however long it takes. */
  private static final Duration UNBOUNDED = Duration.ofDays(1);

  /** For one lock: whoever comes while it is waited for, waits behind it. */
  private static final Duration LOCK_WAIT = Duration.ofMillis(500);

  /** For all locks of a call; after that it takes only what is free. */
  private static final Duration ALL_LOCKS_WAIT = Duration.ofSeconds(2);

  /** Zero would mean to wait for ever. */
  private static final Duration NO_WAIT = Duration.ofMillis(1);

  private static final Set<String> BUSY = Set.of(SqlErrors.LOCK_TIMEOUT, SqlErrors.DEADLOCK);

  /** Below this the statistics' row count is replaced by a real one, which is cheap then. */
  private static final long COUNTED_ROWS = 100_000;

  private static final String PARTITION =
      """
      select pg_total_relation_size(oid), reltuples::bigint
      from pg_catalog.pg_class where oid = ?::regclass""";

  private final Database database;
  private final Packer<ServerMetrics> samples;

  OldPartitions(Database database, Packer<ServerMetrics> samples) {
    this.database = database;
    this.samples = samples;
  }

  DropResult measure(DataKind kind, Instant instant) {
    try {
      return database.maintenance(
          connection -> {
            var found = DropResult.NOTHING;
            for (var table : TimeTable.of(kind)) {
              for (var partition : before(connection, table, instant)) {
                found = found.plus(measure(connection, partition));
              }
            }
            return found;
          });
    } catch (SQLException e) {
      throw database.failed("measure what is old of " + kind.label(), e);
    }
  }

  DropResult drop(DataKind kind, Instant instant) {
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
    var run = new Run(kept);
    for (var table : TimeTable.of(kind)) {
      // Rows of samples have moved on, and their empty partitions went with that.
      if (table != TimeTable.SAMPLES) {
        run.drop(table, instant);
      }
    }
    run.failIfFailed(failure);
    for (var group : kept) {
      if (!group.blocks().to().isAfter(instant)) {
        var tables =
            new ArrayList<>(group.partitions().stream().map(Partition::qualified).toList());
        tables.add(group.series().building());
        throw busy("the %s, which could not be packed".formatted(group), tables);
      }
    }
    run.failIfBusy();
    return run.dropped;
  }

  private static List<Partition> before(Connection connection, TimeTable table, Instant instant)
      throws SQLException {
    return Partitions.list(connection, table).stream()
        .filter(partition -> !partition.to().isAfter(instant))
        .toList();
  }

  private StorageUnavailableException busy(String what, List<String> tables) {
    var advice =
        database.callAgain(
            "see who holds locks", connection -> LockHolders.advice(connection, tables));
    return new StorageUnavailableException(
        "cannot drop %s in PostgreSQL at %s: %s".formatted(what, database.url(), advice), null);
  }

  /** One call, which goes on with the next partition where one is busy or refuses to go. */
  private final class Run {
    private final List<PackGroup> kept;
    private final List<Partition> busy = new ArrayList<>();
    private DropResult dropped = DropResult.NOTHING;
    private Duration left = ALL_LOCKS_WAIT;
    private @Nullable StorageException failure;

    /**
     * @param kept what could not be packed: neither its rows nor its chunks go
     */
    private Run(List<PackGroup> kept) {
      this.kept = kept;
    }

    private void drop(TimeTable table, Instant instant) {
      var what = "drop old partitions of " + table.table();
      List<Partition> old =
          database.callAgain(what, connection -> before(connection, table, instant));
      for (var partition : old) {
        if (kept.stream().noneMatch(group -> overlaps(group, partition))) {
          drop(what, partition);
        }
      }
    }

    private void drop(String what, Partition partition) {
      var wait = left.compareTo(LOCK_WAIT) < 0 ? left : LOCK_WAIT;
      try {
        dropped = dropped.plus(dropKeepingRollups(partition, wait));
      } catch (StorageException e) {
        failure = Packer.first(failure, e);
      } catch (SQLException e) {
        var state = String.valueOf(e.getSQLState());
        if (BUSY.contains(state)) {
          busy.add(partition);
          left = left.minus(wait).compareTo(NO_WAIT) < 0 ? NO_WAIT : left.minus(wait);
        } else if (SqlErrors.isUnreachable(e)) {
          // The next partition would only wait for the same.
          throw Packer.first(failure, database.failed(what, e));
        } else if (!state.equals(SqlErrors.NO_TABLE)) {
          failure = Packer.first(failure, database.failed(what, e));
        }
        // Otherwise another process has dropped it meanwhile.
      }
    }

    private DropResult dropKeepingRollups(Partition partition, Duration wait) throws SQLException {
      try {
        return database.maintenance(
            connection -> OldPartitions.drop(connection, partition, wait, Rollups.KEPT));
      } catch (SQLException e) {
        if (partition.table() != TimeTable.SAMPLE_CHUNKS
            || !SqlErrors.DISK_FULL.equals(e.getSQLState())) {
          throw e;
        }
        // Keeping them takes room for a moment. Without any the disk would stay full for ever; once
        // this block is gone there is room for those of the next.
        var result =
            database.maintenance(
                connection -> OldPartitions.drop(connection, partition, wait, Rollups.GIVEN_UP));
        LOG.warn(
            "The disk of PostgreSQL at {} is full: the samples of {} to {} are dropped without"
                + " keeping their roll-ups; for SQL their hours stay",
            database.url(),
            partition.from(),
            partition.to());
        return result;
      }
    }

    /**
     * @param before what failed before the run, null when nothing did
     */
    private void failIfFailed(@Nullable StorageException before) {
      if (failure != null) {
        throw Packer.first(before, failure);
      }
      if (before != null) {
        throw before;
      }
    }

    private void failIfBusy() {
      if (!busy.isEmpty()) {
        var first = busy.get(0);
        var others = busy.size() == 1 ? "" : " and %d more".formatted(busy.size() - 1);
        throw OldPartitions.this.busy(
            first.qualified() + others, List.of(first.qualified(), first.table().qualified()));
      }
    }
  }

  /** What becomes of the roll-ups that a block of samples gives. */
  private enum Rollups {
    KEPT,
    GIVEN_UP
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
  private static DropResult drop(
      Connection connection, Partition partition, Duration wait, Rollups rollups)
      throws SQLException {
    ReadWrite.set(connection);
    try (var statement = connection.createStatement()) {
      statement.execute("set local lock_timeout = '%sms'".formatted(wait.toMillis()));
    }
    if (partition.table() == TimeTable.SAMPLE_CHUNKS && rollups == Rollups.KEPT) {
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
