package io.mcprealtime.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs tasks each of which runs once at a time, whichever process starts it: a lock of the task's
 * name is held by a transaction that is open as long as the task runs.
 *
 * <p>A task within a task takes its lock in the same transaction, behind a savepoint. So tasks take
 * one connection beside the one that does the work, however deep they lie.
 */
final class ExclusiveTasks {
  private static final Logger LOG = LoggerFactory.getLogger(ExclusiveTasks.class);
  private static final String LOCK = "select pg_try_advisory_xact_lock(hashtextextended(?, 0))";

  private final Database database;

  /** By the thread whose outermost task it is. */
  private final Map<Thread, Held> held = new ConcurrentHashMap<>();

  ExclusiveTasks(Database database) {
    this.database = database;
  }

  /**
   * Runs the task unless one of that name runs already.
   *
   * @return whether it ran
   */
  boolean run(String task, Runnable work) {
    var outer = held.get(Thread.currentThread());
    var done = new AtomicBoolean();
    try {
      return outer == null
          ? database.maintenance(connection -> outermost(connection, task, work, done))
          : within(outer, task, work);
    } catch (SQLException e) {
      if (done.get()) {
        lostLock(task, e);
        return true;
      }
      throw database.failed("run %s alone".formatted(task), e);
    }
  }

  /** A pooler or the server ends transactions that are idle for long; what was done is done. */
  private static void lostLock(String task, SQLException e) {
    LOG.warn(
        "{} ran, but its lock was lost before its end, so another process may have run it as well:"
            + " {}",
        task,
        e.getMessage());
  }

  private boolean outermost(Connection connection, String task, Runnable work, AtomicBoolean done)
      throws SQLException {
    if (!lock(connection, task)) {
      return false;
    }
    held.put(Thread.currentThread(), new Held(connection, new HashSet<>(Set.of(task))));
    try {
      work.run();
      done.set(true);
      return true;
    } finally {
      held.remove(Thread.currentThread());
    }
  }

  private static boolean within(Held outer, String task, Runnable work) throws SQLException {
    // The lock's holder could have it again.
    if (outer.tasks.contains(task)) {
      return false;
    }
    var before = outer.connection.setSavepoint();
    if (!lock(outer.connection, task)) {
      outer.connection.rollback(before);
      return false;
    }
    outer.tasks.add(task);
    try {
      work.run();
    } finally {
      outer.tasks.remove(task);
      // This alone gives the lock back before the outer task ends.
      try {
        outer.connection.rollback(before);
      } catch (SQLException e) {
        lostLock(task, e);
      }
    }
    return true;
  }

  private static boolean lock(Connection connection, String task) throws SQLException {
    try (var statement = connection.prepareStatement(LOCK)) {
      statement.setString(1, "mcp_realtime." + task);
      return Rows.all(statement, row -> row.getBoolean(1)).get(0);
    }
  }

  /** The transaction of a thread's outermost task, and the names of the tasks that it runs. */
  private record Held(Connection connection, Set<String> tasks) {}
}
