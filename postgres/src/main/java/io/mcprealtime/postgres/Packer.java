package io.mcprealtime.postgres;

import io.mcprealtime.storage.StorageException;
import io.mcprealtime.storage.StorageMaintenance.PackResult;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Packs the hot rows of a series, block by block, oldest first.
 *
 * <p>There is one way for a new block, for the block of today that goes on, and for late rows of an
 * old one: {@link BlockBuilder} merges what is packed with what is hot, {@link BlockSwap} puts the
 * result in its place, and empty partitions go. It may be ended at any point and run by several
 * processes at once: the swap is one transaction that checks what it was built from.
 */
final class Packer<T> {
  private static final Logger LOG = LoggerFactory.getLogger(Packer.class);

  /** Lock timeout, deadlock, a partition that another process dropped: the next run does it. */
  private static final Set<String> PASSING =
      Set.of(SqlErrors.LOCK_TIMEOUT, SqlErrors.DEADLOCK, SqlErrors.NO_TABLE);

  private final Database database;
  private final Partitions partitions;
  private final Series<T> series;
  private final PackedUntil<T> packedUntil;
  private final BlockBuilder<T> builder;

  Packer(Database database, Partitions partitions, Series<T> series, PackedUntil<T> packedUntil) {
    this.database = database;
    this.partitions = partitions;
    this.series = series;
    this.packedUntil = packedUntil;
    this.builder = new BlockBuilder<>(database, series);
  }

  /** Packs partitions that are wholly older than the instant. */
  PackResult pack(Instant before, Duration atMost) {
    return pack(before, atMost, group -> true);
  }

  /** The same, and only groups whose blocks are wholly older. */
  PackResult packBlocks(Instant before, Duration atMost) {
    return pack(before, atMost, group -> !group.blocks().to().isAfter(before));
  }

  private PackResult pack(Instant before, Duration atMost, Predicate<PackGroup> wanted) {
    long start = System.nanoTime();
    BooleanSupplier stop = () -> System.nanoTime() - start >= atMost.toNanos();
    var result = PackResult.NOTHING;
    StorageException failure = null;
    for (var group : groups(before)) {
      if (!wanted.test(group)) {
        continue;
      }
      if (stop.getAsBoolean()) {
        result = result.plus(new PackResult(0, 0, 0, false));
        break;
      }
      try {
        result = result.plus(pack(group, stop));
      } catch (StorageException e) {
        // The other blocks need not wait until somebody has mended this one.
        failure = first(failure, e);
      }
    }
    tidy(before, failure == null && result.complete());
    if (failure != null) {
      throw failure;
    }
    return result;
  }

  /** The one that was first; it tells of the next, too. */
  static StorageException first(@Nullable StorageException one, StorageException next) {
    if (one == null) {
      return next;
    }
    one.addSuppressed(next);
    return one;
  }

  private PackResult pack(PackGroup group, BooleanSupplier stop) {
    try {
      for (var table : series.packedTables()) {
        partitions.ensure(table, group.starts());
      }
      if (builder.build(group, stop)) {
        var moved = database.maintenance(new BlockSwap(group)::run);
        if (moved.isPresent()) {
          packedUntil.raise(moved.get().until());
          return moved.get().result();
        }
      }
    } catch (SQLException e) {
      if (!PASSING.contains(String.valueOf(e.getSQLState()))) {
        throw database.failed("pack " + group, e);
      }
      LOG.debug("{} are packed by the next run: {}", group, e.getMessage());
    }
    return new PackResult(0, 0, 0, false);
  }

  /** What there is to pack in partitions wholly older than the instant, oldest first. */
  List<PackGroup> groups(Instant before) {
    return database.callAgain(
        "look for %s to pack".formatted(series.word()),
        connection -> {
          var filled = new ArrayList<Partition>();
          for (var partition : Partitions.list(connection, series.hot())) {
            if (!partition.to().isAfter(before) && !Partitions.isEmpty(connection, partition)) {
              filled.add(partition);
            }
          }
          return PackGroup.of(series, filled);
        });
  }

  /** Drops empty partitions and what is left of building. That it fails does no harm. */
  private void tidy(Instant before, boolean complete) {
    try {
      partitions.dropEmpty(series.hot(), before);
      if (complete) {
        database.maintenance(
            connection -> {
              ReadWrite.set(connection);
              try (var statement = connection.createStatement()) {
                statement.execute(BlockSwap.LOCK_TIMEOUT);
                if (wasUsed(statement)) {
                  statement.execute("truncate only " + series.building());
                }
                return true;
              }
            });
      }
    } catch (SQLException e) {
      LOG.debug(
          "Empty partitions of {} are dropped by the next run: {}", series.word(), e.getMessage());
    }
  }

  private boolean wasUsed(Statement statement) throws SQLException {
    try (var rows =
        statement.executeQuery("select pg_relation_size('%s') > 0".formatted(series.building()))) {
      rows.next();
      return rows.getBoolean(1);
    }
  }
}
