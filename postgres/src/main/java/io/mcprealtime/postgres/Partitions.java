package io.mcprealtime.postgres;

import io.mcprealtime.ServerMetrics;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Creates, lists and drops partitions. */
final class Partitions {
  /** Any number of our own: all processes that create partitions take the same lock. */
  private static final long CREATION_LOCK = 0x6d63705f72746c6bL;

  /** Partitions made in one transaction, which holds locks on each. */
  private static final int PER_TRANSACTION = 20;

  /** A client that is gone must not keep packing away for hours. */
  private static final String IDLE_TIMEOUT =
      "set local idle_in_transaction_session_timeout = '60s'";

  private final Database database;

  Partitions(Database database) {
    this.database = database;
  }

  /** Makes sure that rows of these instants have a partition. */
  void ensure(TimeTable table, Collection<Instant> instants) {
    var starts = starts(table, instants);
    boolean covered =
        database.callAgain(
            "look for partitions of " + table.table(),
            connection -> isCovered(connection, table, starts));
    if (covered) {
      return;
    }
    var all = new ArrayList<>(starts);
    for (int i = 0; i < all.size(); i += PER_TRANSACTION) {
      var some = all.subList(i, Math.min(all.size(), i + PER_TRANSACTION));
      database.transactionAgain(
          "create partitions of " + table.table(), connection -> create(connection, table, some));
    }
  }

  /**
   * Locks the partitions of these instants as a writer does, the oldest first as packing does, so
   * that nobody packs or drops them until the transaction ends. Few that are missing are made.
   *
   * @throws SQLException with {@link SqlErrors#NO_PARTITION} when many are missing: they were
   *     dropped since {@link #ensure}
   */
  static void lockToWrite(Connection connection, TimeTable table, Collection<Instant> instants)
      throws SQLException {
    var starts = starts(table, instants);
    try (var statement = connection.createStatement()) {
      statement.execute(IDLE_TIMEOUT);
      // Keeps partitions from being dropped, and nobody who packs one waits for it.
      statement.execute("lock table only %s in row exclusive mode".formatted(table.qualified()));
      var existing = list(connection, table);
      var missing =
          starts.stream().filter(start -> !gaps(wanted(table, start), existing).isEmpty()).toList();
      if (missing.size() > PER_TRANSACTION) {
        throw new SQLException(
            "%d partitions are missing".formatted(missing.size()), SqlErrors.NO_PARTITION);
      }
      if (!missing.isEmpty()) {
        create(connection, table, missing);
      }
      var leaves =
          list(connection, table).stream()
              .filter(partition -> holdsOneOf(partition, table, starts))
              .map(Partition::qualified)
              .collect(Collectors.joining(", "));
      statement.execute("lock table only %s in row exclusive mode".formatted(leaves));
    }
  }

  private static boolean holdsOneOf(
      Partition partition, TimeTable table, NavigableSet<Instant> starts) {
    var first = starts.higher(partition.from().minus(table.partitionLength()));
    return first != null && first.isBefore(partition.to());
  }

  private static NavigableSet<Instant> starts(TimeTable table, Collection<Instant> instants) {
    var starts = new TreeSet<Instant>();
    for (var instant : instants) {
      if (instant.isBefore(ServerMetrics.MIN_INSTANT)
          || !instant.isBefore(ServerMetrics.MAX_INSTANT)) {
        throw new IllegalArgumentException(
            "a record of %s must lie between %s and %s, is at %s"
                .formatted(
                    table.kind().label(),
                    ServerMetrics.MIN_INSTANT,
                    ServerMetrics.MAX_INSTANT,
                    instant));
      }
      starts.add(table.partitionStart(instant));
    }
    return starts;
  }

  /** Looks without a lock; what it misses is looked at again under one. */
  private static boolean isCovered(
      Connection connection, TimeTable table, Collection<Instant> starts) throws SQLException {
    var existing = list(connection, table);
    return starts.stream().allMatch(start -> gaps(wanted(table, start), existing).isEmpty());
  }

  private static Partition wanted(TimeTable table, Instant start) {
    return new Partition(table, start, start.plus(table.partitionLength()));
  }

  /** Whether a partition has no rows, or is not there any more. */
  static boolean isEmpty(Connection connection, Partition partition) throws SQLException {
    try (var statement = connection.createStatement();
        var rows =
            statement.executeQuery(
                "select not exists (select from %s)".formatted(partition.qualified()))) {
      rows.next();
      return rows.getBoolean(1);
    } catch (SQLException e) {
      if (SqlErrors.NO_TABLE.equals(e.getSQLState())) {
        return true;
      }
      throw e;
    }
  }

  /** Drops empty partitions wholly older than the instant, some in a transaction each. */
  int dropEmpty(TimeTable table, Instant before) throws SQLException {
    List<Partition> empty =
        database.callRaw(
            connection -> {
              var found = new ArrayList<Partition>();
              for (var partition : list(connection, table)) {
                if (!partition.to().isAfter(before) && isEmpty(connection, partition)) {
                  found.add(partition);
                }
              }
              return found;
            });
    int dropped = 0;
    for (int i = 0; i < empty.size(); i += PER_TRANSACTION) {
      var some = empty.subList(i, Math.min(empty.size(), i + PER_TRANSACTION));
      dropped += database.maintenance(connection -> dropEmpty(connection, table, some));
    }
    return dropped;
  }

  /** The parent is locked first, as readers and writers lock it before the partitions. */
  private static int dropEmpty(Connection connection, TimeTable table, List<Partition> empty)
      throws SQLException {
    ReadWrite.set(connection);
    int dropped = 0;
    try (var statement = connection.createStatement()) {
      statement.execute(BlockSwap.LOCK_TIMEOUT);
      statement.execute("lock table only %s in access exclusive mode".formatted(table.qualified()));
      var left = list(connection, table);
      for (var partition : empty) {
        if (left.contains(partition)) {
          statement.execute(
              "lock table only %s in access exclusive mode".formatted(partition.qualified()));
          if (isEmpty(connection, partition)) {
            statement.execute("drop table " + partition.qualified());
            dropped++;
          }
        }
      }
    }
    return dropped;
  }

  /** The table's partitions, oldest first. */
  static List<Partition> list(Connection connection, TimeTable table) throws SQLException {
    var sql =
        """
        select c.relname from pg_catalog.pg_inherits i
        join pg_catalog.pg_class c on c.oid = i.inhrelid
        where i.inhparent = ?::regclass""";
    var found = new ArrayList<Partition>();
    try (var statement = connection.prepareStatement(sql)) {
      statement.setString(1, table.qualified());
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          Partition.ofName(table, rows.getString(1)).ifPresent(found::add);
        }
      }
    }
    found.sort(Comparator.comparing(Partition::from));
    return found;
  }

  private static int create(Connection connection, TimeTable table, Collection<Instant> starts)
      throws SQLException {
    try (var lock = ReadWrite.prepare(connection, "select pg_advisory_xact_lock(?)")) {
      lock.setLong(1, CREATION_LOCK);
      lock.execute();
    }
    var existing = list(connection, table);
    int created = 0;
    for (var start : starts) {
      for (var missing : gaps(wanted(table, start), existing)) {
        create(connection, missing);
        created++;
      }
    }
    return created;
  }

  /**
   * What of the wanted span no partition covers yet.
   *
   * @param existing oldest first
   */
  static List<Partition> gaps(Partition wanted, List<Partition> existing) {
    var gaps = new ArrayList<Partition>();
    var from = wanted.from();
    for (var partition : existing) {
      if (!partition.to().isAfter(from) || !partition.from().isBefore(wanted.to())) {
        continue;
      }
      if (partition.from().isAfter(from)) {
        gaps.add(new Partition(wanted.table(), from, partition.from()));
      }
      from = partition.to();
    }
    if (from.isBefore(wanted.to())) {
      gaps.add(new Partition(wanted.table(), from, wanted.to()));
    }
    return gaps;
  }

  /**
   * CREATE TABLE … PARTITION OF would lock the parent against readers and writers; attaching a
   * finished table does not.
   */
  private static void create(Connection connection, Partition partition) throws SQLException {
    var table = partition.table().qualified();
    var parameters = partition.table().parameters();
    try (var statement = connection.createStatement()) {
      statement.execute(
          "create table %s (like %s including all)%s"
              .formatted(
                  partition.qualified(),
                  table,
                  parameters.isEmpty() ? "" : " with (" + parameters + ")"));
      statement.execute(
          "alter table %s attach partition %s for values from ('%s') to ('%s')"
              .formatted(table, partition.qualified(), partition.from(), partition.to()));
      // Read by itself it gives an API's role no row, whatever default rights it came with.
      statement.execute(
          "alter table %s enable row level security".formatted(partition.qualified()));
    }
  }
}
