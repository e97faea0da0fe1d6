package io.mcprealtime.postgres;

import com.zaxxer.hikari.HikariDataSource;
import io.mcprealtime.budget.Meter;
import io.mcprealtime.storage.StorageException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A pool of connections to one database, that opens with its first use; turns errors into words.
 */
final class Database implements AutoCloseable {
  /** How long a statement may be silent before its connection counts as lost. */
  private static final Duration SILENCE = Duration.ofSeconds(10);

  /** The same for maintenance, where counting or dropping much is in order. */
  private static final Duration LONG_SILENCE = Duration.ofSeconds(60);

  private static final Duration CHECK_SILENCE = Duration.ofSeconds(3);
  private static final Duration POOL_WAIT = Duration.ofSeconds(4);

  private static final int FETCH_SIZE = 2_000;

  /** At least; one more than the pool has connections, as all may have been ended at once. */
  private static final int ATTEMPTS = 5;

  private final DatabaseUrl url;
  private final HikariDataSource pool = new HikariDataSource();
  private final SqlErrors errors;
  private final int attempts;
  private final @Nullable String meterKey;

  Database(DatabaseUrl url, int connections) {
    this(url, connections, Meter.NONE);
  }

  /**
   * @param meter counts what the database sends
   */
  Database(DatabaseUrl url, int connections, Meter meter) {
    this.url = url;
    this.meterKey = meter == Meter.NONE ? null : MeteredSockets.register(meter);
    this.errors = new SqlErrors(url, connections);
    this.attempts = Math.max(ATTEMPTS, connections + 1);
    pool.setPoolName("mcp-realtime");
    pool.setJdbcUrl(url.jdbcUrl());
    pool.setDataSourceProperties(driverProperties(url, meterKey));
    pool.setMaximumPoolSize(connections);
    // An idle monitor should hold few of the 60 connections that a free database has.
    pool.setMinimumIdle(connections > 1 ? 1 : 0);
    pool.setIdleTimeout(Duration.ofMinutes(1).toMillis());
    pool.setKeepaliveTime(Duration.ofMinutes(2).toMillis());
    pool.setConnectionTimeout(POOL_WAIT.toMillis());
    pool.setValidationTimeout(CHECK_SILENCE.toMillis());
  }

  private static Properties driverProperties(DatabaseUrl url, @Nullable String meterKey) {
    var properties = new Properties();
    var user = url.user();
    if (user != null) {
      properties.setProperty("user", user);
    }
    var password = url.password();
    if (password != null) {
      properties.setProperty("password", password);
    }
    properties.setProperty("ApplicationName", "mcp-realtime");
    properties.setProperty("connectTimeout", "5");
    properties.setProperty("loginTimeout", "8");
    properties.setProperty("socketTimeout", Long.toString(SILENCE.toSeconds()));
    properties.setProperty("tcpKeepAlive", "true");
    if (url.isTransactionPooler()) {
      properties.setProperty("prepareThreshold", "0");
    }
    if (meterKey != null) {
      properties.setProperty("socketFactory", MeteredSockets.class.getName());
      properties.setProperty("socketFactoryArg", meterKey);
    }
    return properties;
  }

  DatabaseUrl url() {
    return url;
  }

  /** Opens connections outside the pool, for work that wants several and no time limit of ours. */
  PGSimpleDataSource unpooled() {
    var source = new PGSimpleDataSource();
    source.setURL(url.jdbcUrl());
    source.setUser(url.user());
    source.setPassword(url.password());
    source.setConnectTimeout(5);
    source.setLoginTimeout(8);
    source.setSocketTimeout((int) LONG_SILENCE.toSeconds());
    if (url.isTransactionPooler()) {
      source.setPrepareThreshold(0);
    }
    if (meterKey != null) {
      source.setSocketFactory(MeteredSockets.class.getName());
      source.setSocketFactoryArg(meterKey);
    }
    return source;
  }

  /**
   * Runs the work, each statement a transaction of its own.
   *
   * @param what the work in words, to follow "cannot": {@code write 20 samples}
   */
  <T> T call(String what, SqlFunction<Connection, T> work) {
    try {
      return callRaw(work);
    } catch (SQLException e) {
      throw failed(what, e);
    }
  }

  /** The same, over again while errors pass: for work that may be done twice. */
  <T> T callAgain(String what, SqlFunction<Connection, T> work) {
    try {
      return again(() -> callRaw(work));
    } catch (SQLException e) {
      throw failed(what, e);
    }
  }

  /**
   * Does work that may be done twice, over again while errors pass: a deadlock, a connection that
   * turns out to be dead.
   */
  <T> T again(SqlWork<T> work) throws SQLException {
    for (int attempt = 1; ; attempt++) {
      try {
        return work.run();
      } catch (SQLException e) {
        if (attempt == attempts || !SqlErrors.isPassing(e)) {
          throw e;
        }
      }
    }
  }

  /** Work with connections of its own. */
  @FunctionalInterface
  interface SqlWork<T> {
    T run() throws SQLException;
  }

  /** The same, for a caller that makes something of the error's code. */
  <T> T callRaw(SqlFunction<Connection, T> work) throws SQLException {
    try (var connection = pool.getConnection()) {
      try {
        return work.apply(connection);
      } catch (SQLException e) {
        evictIfLost(connection, e);
        throw e;
      }
    }
  }

  /** The same, for a quick proof that the database answers. */
  void check(String what, SqlFunction<Connection, Boolean> work) {
    call(
        what,
        connection -> {
          connection.setNetworkTimeout(Runnable::run, (int) CHECK_SILENCE.toMillis());
          return work.apply(connection);
        });
  }

  /** Runs the work as one transaction. */
  <T> T transaction(String what, SqlFunction<Connection, T> work) {
    try {
      return transactionRaw(work);
    } catch (SQLException e) {
      throw failed(what, e);
    }
  }

  /** The same, over again while errors pass: for work that may be done twice. */
  <T> T transactionAgain(String what, SqlFunction<Connection, T> work) {
    try {
      return again(() -> transactionRaw(work));
    } catch (SQLException e) {
      throw failed(what, e);
    }
  }

  /** The same, for a caller that makes something of the error's code. */
  <T> T transactionRaw(SqlFunction<Connection, T> work) throws SQLException {
    try (var connection = pool.getConnection()) {
      connection.setAutoCommit(false);
      boolean done = false;
      try {
        var result = work.apply(connection);
        connection.commit();
        done = true;
        return result;
      } catch (SQLException e) {
        evictIfLost(connection, e);
        throw e;
      } finally {
        if (!done) {
          rollBack(connection);
        }
      }
    }
  }

  /** Runs the work as one transaction that writes nothing and may fetch in steps. */
  <T> T readOnly(String what, SqlFunction<Connection, T> work) {
    return transaction(
        what,
        connection -> {
          connection.setReadOnly(true);
          return work.apply(connection);
        });
  }

  /** Hands each row of a query to the sink; the driver fetches some at a time. */
  <T> void stream(
      String what,
      String sql,
      SqlFunction<PreparedStatement, PreparedStatement> parameters,
      SqlFunction<ResultSet, T> reader,
      Consumer<? super T> sink) {
    readOnly(
        what,
        connection -> {
          try (var statement = connection.prepareStatement(sql)) {
            statement.setFetchSize(FETCH_SIZE);
            try (var rows = parameters.apply(statement).executeQuery()) {
              while (rows.next()) {
                sink.accept(reader.apply(rows));
              }
            }
            return true;
          }
        });
  }

  /** Runs the work as one transaction that may take long. */
  <T> T maintenance(SqlFunction<Connection, T> work) throws SQLException {
    return transactionRaw(
        connection -> {
          connection.setNetworkTimeout(Runnable::run, (int) LONG_SILENCE.toMillis());
          return work.apply(connection);
        });
  }

  /** The error in words. */
  StorageException failed(String what, SQLException e) {
    return errors.describe(what, e);
  }

  @Override
  public void close() {
    pool.close();
    if (meterKey != null) {
      MeteredSockets.unregister(meterKey);
    }
  }

  /** COPY goes past the pool's own wrapper, so the pool does not see that it failed. */
  private void evictIfLost(Connection connection, SQLException e) {
    if (SqlErrors.isConnectionLost(e)) {
      pool.evictConnection(connection);
    }
  }

  private static void rollBack(Connection connection) {
    try {
      connection.rollback();
    } catch (SQLException e) {
      // The connection is lost, and with it the transaction; the first error says why.
    }
  }
}
