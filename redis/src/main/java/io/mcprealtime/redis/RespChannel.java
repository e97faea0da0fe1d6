package io.mcprealtime.redis;

import java.net.SocketTimeoutException;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * RESP to any Redis, by a few connections that are kept. One deadline holds for a whole call:
 * waiting for a connection, looking the host up, connecting, TLS, login, writing and reading. A
 * socket's own time-out bounds none of these but a single read, so an alarm closes the socket; both
 * are set.
 */
final class RespChannel implements Channel {
  static final int MAX_CONNECTIONS = 4;

  // "$", a length and two line ends.
  private static final int ARGUMENT_OVERHEAD = 16;

  private final RespUrl url;
  private final SSLContext tls;
  private final Faults faults;
  private final Billing billing;
  private final Semaphore permits = new Semaphore(MAX_CONNECTIONS, true);
  private final ConcurrentLinkedDeque<RespLine> idle = new ConcurrentLinkedDeque<>();
  private final ScheduledThreadPoolExecutor alarms;
  private volatile boolean closed;

  RespChannel(RespUrl url, SSLContext tls, Faults faults, Billing billing) {
    this.url = url;
    this.tls = tls;
    this.faults = faults;
    this.billing = billing;
    this.alarms =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              var thread = new Thread(task, "mcp-redis-alarm");
              thread.setDaemon(true);
              return thread;
            });
    alarms.setRemoveOnCancelPolicy(true);
    // A call that close() overtakes finds out that it has no alarm.
    alarms.setRejectedExecutionHandler(new ThreadPoolExecutor.DiscardPolicy());
  }

  @Override
  public List<Reply> send(List<Command> commands, Deadline deadline) {
    acquire(deadline);
    try {
      var kept = idle.pollFirst();
      if (kept != null) {
        try {
          return exchange(kept, commands, deadline);
        } catch (JedisConnectionException e) {
          if (isLate(kept, e, deadline) || isTooLarge(e)) {
            throw fault(kept, e, deadline);
          }
          // It was hung up on while nobody used it; then so were the others.
          closeIdle();
        }
      }
      return exchangeAnew(commands, deadline);
    } finally {
      permits.release();
    }
  }

  private void acquire(Deadline deadline) {
    if (closed) {
      throw faults.closed();
    }
    try {
      if (!permits.tryAcquire(deadline.left(), TimeUnit.NANOSECONDS)) {
        throw faults.slow(deadline.timeout(), null);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw faults.other("was not asked: the thread was interrupted", e);
    }
  }

  private List<Reply> exchangeAnew(List<Command> commands, Deadline deadline) {
    var line = new RespLine(url, tls.getSocketFactory());
    try {
      return exchange(line, commands, deadline);
    } catch (JedisConnectionException e) {
      throw fault(line, e, deadline);
    }
  }

  /**
   * One attempt.
   *
   * @throws JedisConnectionException when the connection failed
   */
  private List<Reply> exchange(RespLine line, List<Command> commands, Deadline deadline) {
    var alarm = new Alarm(line);
    var scheduled = alarms.schedule(alarm, deadline.left(), TimeUnit.NANOSECONDS);
    boolean kept = false;
    try {
      // Not closed now means not closed when it was scheduled, so that the alarm is sure to come.
      if (closed) {
        throw faults.closed();
      }
      if (!line.isOpen()) {
        var refusal = logIn(line, deadline);
        if (refusal != null) {
          return commands.stream().<Reply>map(command -> refusal).toList();
        }
      }
      billing.commands(commands);
      var replies = line.exchange(commands, deadline);
      kept = true;
      return replies;
    } catch (RespReader.NonsenseException e) {
      throw faults.nonsense(String.valueOf(e.getMessage()), e);
    } catch (JedisConnectionException e) {
      throw e;
    } catch (JedisException e) {
      throw faults.nonsense(String.valueOf(e.getMessage()), e);
    } finally {
      boolean inTime = alarm.disarm();
      scheduled.cancel(false);
      billing.bytes(line.takeBytes());
      if (kept && inTime && !line.isCut()) {
        idle.addFirst(line);
      } else {
        line.close();
      }
      if (closed) {
        closeIdle();
      }
    }
  }

  /** Connects; what Redis says when it refuses the login, and with it every command. */
  private Reply.@Nullable Failure logIn(RespLine line, Deadline deadline) {
    try {
      line.open(deadline);
      return null;
    } catch (JedisConnectionException | RespReader.NonsenseException e) {
      throw e;
    } catch (JedisDataException e) {
      return new Reply.Failure(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      // The driver takes any answer to its greeting for the right one.
      throw faults.nonsense("the answer to HELLO", e);
    }
  }

  private static boolean isLate(RespLine line, JedisConnectionException e, Deadline deadline) {
    return line.isCut() || deadline.isOver() || isCausedBy(e, SocketTimeoutException.class);
  }

  private static boolean isTooLarge(JedisConnectionException e) {
    return isCausedBy(e, MeteredSocket.AnswerTooLargeException.class);
  }

  private static boolean isCausedBy(Throwable thrown, Class<? extends Throwable> type) {
    for (var cause = thrown.getCause(); cause != null; cause = cause.getCause()) {
      if (type.isInstance(cause)) {
        return true;
      }
    }
    return false;
  }

  private CacheException fault(RespLine line, JedisConnectionException e, Deadline deadline) {
    var what = String.valueOf((e.getCause() == null ? e : e.getCause()).getMessage());
    if (isTooLarge(e)) {
      return faults.nonsense(what, e);
    }
    if (isLate(line, e, deadline)) {
      return faults.slow(deadline.timeout(), e);
    }
    return faults.away(isCausedBy(e, SSLException.class) ? "TLS: " + what : what, e);
  }

  /** How many more calls may be under way. */
  int freeConnections() {
    return permits.availablePermits();
  }

  private void closeIdle() {
    for (var line = idle.pollFirst(); line != null; line = idle.pollFirst()) {
      line.close();
    }
  }

  @Override
  public long sizeOf(byte[] argument) {
    return (long) argument.length + ARGUMENT_OVERHEAD;
  }

  @Override
  public boolean takesBinary() {
    return true;
  }

  @Override
  public void close() {
    closed = true;
    closeIdle();
    // Calls under way keep their alarms.
    alarms.shutdown();
  }
}
