package io.mcprealtime.postgres;

import io.mcprealtime.ServerMetrics;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/** Creates and lists partitions. */
final class Partitions {
  /** Any number of our own: all processes that create partitions take the same lock. */
  private static final long CREATION_LOCK = 0x6d63705f72746c6bL;

  /** Partitions made in one transaction, which holds locks on each. */
  private static final int PER_TRANSACTION = 20;

  private final Database database;

  Partitions(Database database) {
    this.database = database;
  }

  /** Makes sure that rows of these instants have a partition. */
  void ensure(TimeTable table, Collection<Instant> instants) {
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
    var all = new ArrayList<>(starts);
    for (int i = 0; i < all.size(); i += PER_TRANSACTION) {
      var some = all.subList(i, Math.min(all.size(), i + PER_TRANSACTION));
      database.transaction(
          "create partitions of " + table.table(), connection -> create(connection, table, some));
    }
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

  private static int create(Connection connection, TimeTable table, List<Instant> starts)
      throws SQLException {
    try (var lock = connection.prepareStatement("select pg_advisory_xact_lock(?)")) {
      lock.setLong(1, CREATION_LOCK);
      lock.execute();
    }
    var existing = list(connection, table);
    int created = 0;
    for (var start : starts) {
      var wanted = new Partition(table, start, start.plus(table.partitionLength()));
      for (var missing : gaps(wanted, existing)) {
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
    try (var statement = connection.createStatement()) {
      statement.execute(
          "create table %s (like %s including all)".formatted(partition.qualified(), table));
      statement.execute(
          "alter table %s attach partition %s for values from ('%s') to ('%s')"
              .formatted(table, partition.qualified(), partition.from(), partition.to()));
      // Read by itself it gives an API's role no row, whatever default rights it came with.
      statement.execute(
          "alter table %s enable row level security".formatted(partition.qualified()));
    }
  }
}
