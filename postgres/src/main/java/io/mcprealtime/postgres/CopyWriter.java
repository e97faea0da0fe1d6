package io.mcprealtime.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * Writes a batch, all or none.
 *
 * <p>The common batch is new altogether: one COPY straight into the table, committed by itself.
 * COPY knows no ON CONFLICT, so when it meets a row that is stored already the batch is written
 * again over a temporary table, which is dropped with its transaction: that needs no session state,
 * and costs catalog work only in the rare case. A missing partition is an error of COPY too, made
 * good when it comes up: that needs no memory of partitions that could be wrong.
 *
 * <p>All rows go as one message, which the server takes in whole before it looks at a row. Were
 * there several, the server could refuse the first while the next is on its way: a pooler in
 * transaction mode then gives the server's connection to another client with half a message on it,
 * which swallows what that client asks.
 *
 * <p>A connection that the server has ended shows when it is used; as a repeated write adds
 * nothing, the batch is then written over another one.
 *
 * <p>Callers sort rows by time and key, so that two writers of the same rows wait for each other in
 * one order.
 */
final class CopyWriter {
  /** Other processes may drop partitions in between, but not for ever. */
  private static final int ATTEMPTS = 5;

  private static final String STAGING = "pg_temp.mcp_realtime_staging";

  private final Database database;
  private final Partitions partitions;

  CopyWriter(Database database, Partitions partitions) {
    this.database = database;
    this.partitions = partitions;
  }

  /**
   * Writes rows; one whose key is stored already is left as it is.
   *
   * @return how many were new
   */
  int insert(TimeTable table, Collection<Instant> instants, BinaryCopy rows) {
    return write(
        table,
        instants,
        merging ->
            merging
                ? database.transactionRaw(connection -> merge(connection, table, rows))
                : database.callRaw(connection -> copy(connection, table.qualified(), table, rows)));
  }

  /**
   * The same, while no row near them can be packed: what is read with the connection stays true
   * until the rows are written.
   *
   * @param rows reads what the rows depend on, and makes them
   */
  int insertUnpacked(
      TimeTable table, Collection<Instant> instants, SqlFunction<Connection, BinaryCopy> rows) {
    // Many are made in several transactions; those that are dropped again while empty, below.
    partitions.ensure(table, instants);
    return write(
        table,
        instants,
        merging ->
            database.transactionRaw(
                connection -> {
                  Partitions.lockToWrite(connection, table, instants);
                  var unpacked = rows.apply(connection);
                  return merging
                      ? merge(connection, table, unpacked)
                      : copy(connection, table.qualified(), table, unpacked);
                }));
  }

  private int write(
      TimeTable table, Collection<Instant> instants, SqlFunction<Boolean, Integer> work) {
    boolean merging = false;
    for (int attempt = 1; ; attempt++) {
      try {
        boolean merge = merging;
        return database.again(() -> work.apply(merge));
      } catch (SQLException e) {
        var state = String.valueOf(e.getSQLState());
        boolean last = attempt == ATTEMPTS;
        if (state.equals(SqlErrors.NO_PARTITION) && !last) {
          partitions.ensure(table, instants);
        } else if (state.equals(SqlErrors.DUPLICATE) && !last) {
          merging = true;
        } else {
          throw database.failed(
              "write %d records of %s".formatted(instants.size(), table.kind().label()), e);
        }
      }
    }
  }

  private static int merge(Connection connection, TimeTable table, BinaryCopy rows)
      throws SQLException {
    try (var statement = connection.createStatement()) {
      statement.execute(
          "create temporary table %s (like %s) on commit drop"
              .formatted(STAGING.substring(STAGING.indexOf('.') + 1), table.qualified()));
      copy(connection, STAGING, table, rows);
      // ctid is the order of the batch: of rows with one key, the first counts.
      return statement.executeUpdate(
          "insert into %s (%s) select %s from %s order by %s, ctid on conflict (%s) do nothing"
              .formatted(
                  table.qualified(),
                  table.columns(),
                  table.columns(),
                  STAGING,
                  table.timeThenKey(),
                  table.key()));
    }
  }

  private static int copy(Connection connection, String target, TimeTable table, BinaryCopy rows)
      throws SQLException {
    var sql = "copy %s (%s) from stdin (format binary)".formatted(target, table.columns());
    var copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
    try {
      rows.writeTo(copy);
      return Math.toIntExact(copy.endCopy());
    } catch (SQLException e) {
      cancel(copy, e);
      throw e;
    }
  }

  /** Only what the server did not answer is under way still. */
  private static void cancel(CopyIn copy, SQLException why) {
    try {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    } catch (SQLException e) {
      why.addSuppressed(e);
    }
  }
}
