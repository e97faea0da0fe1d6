package io.mcprealtime.postgres;

import io.mcprealtime.storage.StorageException;
import io.mcprealtime.storage.StorageUnavailableException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/** Says what a database's error means and what to do about it. */
final class SqlErrors {
  static final String NO_PARTITION = "23514";
  static final String DUPLICATE = "23505";
  static final String LOCK_TIMEOUT = "55P03";
  static final String DEADLOCK = "40P01";
  static final String NO_TABLE = "42P01";
  static final String DISK_FULL = "53100";

  private final DatabaseUrl url;
  private final int connections;

  SqlErrors(DatabaseUrl url, int connections) {
    this.url = url;
    this.connections = connections;
  }

  /**
   * Whether the same work may go well at once: a deadlock, or a pooled connection that was ended
   * meanwhile, which a pooler calls a violation of the protocol. Not when connecting failed or the
   * server was silent, which took its time already.
   */
  static boolean isPassing(SQLException error) {
    if (error instanceof SQLTransientConnectionException
        || error.getCause() instanceof SocketTimeoutException) {
      return false;
    }
    return switch (String.valueOf(error.getSQLState())) {
      case DEADLOCK, "40001", "57P01", "08003", "08006", "08P01" -> true;
      default -> false;
    };
  }

  /** Whether the connection is of no use any more. */
  static boolean isConnectionLost(SQLException error) {
    var state = String.valueOf(error.getSQLState());
    return state.startsWith("08") || state.startsWith("57P");
  }

  /** Whether anything else that is asked of the database now would fail as well. */
  static boolean isUnreachable(SQLException error) {
    return isConnectionLost(error) || error instanceof SQLTransientConnectionException;
  }

  /**
   * @param what the work in words, to follow "cannot"
   */
  StorageException describe(String what, SQLException error) {
    var cause = telling(error);
    var message = "cannot %s in PostgreSQL at %s: %s".formatted(what, url, reason(cause));
    return isRefusal(cause)
        ? new StorageException(message, cause)
        : new StorageUnavailableException(message, cause);
  }

  /** Whether the database refuses just this data; anything else would stop other data as well. */
  private static boolean isRefusal(SQLException error) {
    var state = String.valueOf(error.getSQLState());
    return state.startsWith("22") || state.startsWith("23");
  }

  /** The pool wraps the error of its last attempt to connect. */
  private static SQLException telling(SQLException error) {
    return error instanceof SQLTransientConnectionException
            && error.getCause() instanceof SQLException cause
        ? cause
        : error;
  }

  private String reason(SQLException error) {
    var state = error.getSQLState() == null ? "" : error.getSQLState();
    var advice = advice(state);
    if (advice != null) {
      return advice;
    }
    var network = network(error);
    if (network != null) {
      return network;
    }
    if (error instanceof SQLTransientConnectionException) {
      if (url.route() != DatabaseUrl.Route.DIRECT) {
        return "no connection came free in time: all %d of this process are in use, or the pooler has none left; a process needs 2 of the pooler's"
            .formatted(connections);
      }
      return "all %d connections are in use; raise the number of connections, or write less at once"
          .formatted(connections);
    }
    return "%s%s".formatted(message(error), state.isEmpty() ? "" : " (SQLSTATE " + state + ")");
  }

  private @Nullable String advice(String state) {
    return switch (state) {
      case "28P01", "28000" ->
          "user %s and its password were refused; correct them in the database URL"
              .formatted(url.user() == null ? "(none)" : url.user());
      case "3D000" ->
          "there is no database %s; create it or correct the URL".formatted(url.database());
      case "3F000", "42P01" -> "the schema is missing or incomplete; run the migration first";
      case "42501" ->
          "user %s lacks a right; it needs CREATE on the database and on schema public"
              .formatted(url.user());
      case "25006" ->
          "the database is read-only, as a hosted one over its size limit or a standby is; clean up"
              + " old data, or connect to the primary";
      case DISK_FULL -> "the database's disk is full; free space there or clean up old data";
      case "53300" ->
          "the database has no connection left; lower the number of connections (%d here) or use its pooler"
              .formatted(connections);
      case "53200" -> "the database is out of memory; give it more or write smaller batches";
      case "57P03" -> "the database is starting up or shutting down; try again in a moment";
      case "26000", "42P05" ->
          "a pooler in transaction mode lost a prepared statement; add ?prepareThreshold=0 to the URL";
      case "57014" -> "the statement took longer than the database allows";
      case LOCK_TIMEOUT -> "another session holds a lock on it; try again later";
      default -> null;
    };
  }

  private @Nullable String network(SQLException error) {
    for (Throwable cause = error; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnknownHostException) {
        return isSupabaseDirect()
            ? "the host's name is not known here; a direct Supabase host has IPv6 only, so use the session pooler's address"
            : "the host's name is not known; correct the URL or check the network";
      }
      if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
        return "nothing answers there; start the database or correct the URL";
      }
      if (cause instanceof SocketTimeoutException) {
        return "no answer in time; check the database's load and the network";
      }
      if (cause instanceof SSLException) {
        return "the encrypted connection failed (%s); check sslmode and the certificate"
            .formatted(cause.getMessage());
      }
    }
    return isConnectionLost(error)
        ? "the connection was lost or refused (%s)".formatted(message(error))
        : null;
  }

  private boolean isSupabaseDirect() {
    return url.address().matches("db\\.[a-z0-9]+\\.supabase\\.co:\\d+");
  }

  /** The server's own sentence, without the details that may quote data. */
  private static String message(SQLException error) {
    if (error instanceof PSQLException psql && psql.getServerErrorMessage() != null) {
      return String.valueOf(psql.getServerErrorMessage().getMessage());
    }
    return String.valueOf(error.getMessage()).lines().findFirst().orElse("unknown error");
  }
}
