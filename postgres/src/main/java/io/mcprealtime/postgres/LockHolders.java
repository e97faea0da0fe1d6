package io.mcprealtime.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;

/** Says which sessions hold locks on tables, and what to do about them. */
final class LockHolders {
  /** The oldest ones; the others most likely wait behind them. */
  private static final int NAMED = 3;

  private static final String SELECT =
      """
      select a.pid, a.application_name, a.state,
        extract(epoch from clock_timestamp() - a.xact_start)::bigint
      from pg_catalog.pg_stat_activity a
      where a.pid <> pg_backend_pid() and a.pid in (
        select l.pid from pg_catalog.pg_locks l
        where l.granted and l.locktype = 'relation'
          and l.database = (
            select oid from pg_catalog.pg_database where datname = current_database())
          and l.relation in (select to_regclass(x) from unnest(?::text[]) x))
      order by a.xact_start nulls last, a.pid limit ?""";

  private LockHolders() {}

  /** In words, to follow a colon. */
  static String advice(Connection connection, Collection<String> tables) throws SQLException {
    try (var statement = connection.prepareStatement(SELECT)) {
      statement.setArray(1, connection.createArrayOf("text", tables.toArray()));
      statement.setInt(2, NAMED);
      var sessions = Rows.all(statement, LockHolders::describe);
      if (sessions.isEmpty()) {
        return "another session held a lock on it or wrote to it, and has ended since; try again";
      }
      return "%s %s a lock on it; wait until it ends or end it (select pg_terminate_backend(pid)), then try again"
          .formatted(String.join(", ", sessions), sessions.size() == 1 ? "holds" : "hold");
    }
  }

  /** Statements are left out, as they may hold data. */
  private static String describe(ResultSet row) throws SQLException {
    var application = row.getString(2);
    var state = row.getString(3);
    var seconds = Rows.int8(row, 4);
    return "the session with pid %d (%s%s%s)"
        .formatted(
            row.getInt(1),
            application == null || application.isEmpty() ? "of no known program" : application,
            state == null ? "" : ", " + state,
            seconds == null ? "" : ", in its transaction for " + seconds + " s");
  }
}
