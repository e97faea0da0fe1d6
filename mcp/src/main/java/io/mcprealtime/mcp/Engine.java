package io.mcprealtime.mcp;

import io.mcprealtime.TimeSource;
import io.mcprealtime.internal.HostHeader;
import io.mcprealtime.mcp.auth.TokenBroker;
import java.net.InetAddress;
import java.net.http.HttpClient;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What all targets of a prober share: its threads, the HTTP client and the limits.
 *
 * <p>Three pools, so that one kind of blocking cannot starve another: {@code workers} for what
 * waits on child processes, {@code preflights} for name look-ups and TCP connections, {@code http}
 * for the HTTP client, on which nothing of ours blocks.
 */
final class Engine implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Engine.class);

  static {
    HostHeader.allow();
  }

  private static final int HTTP_THREADS = 16;
  private static final int PREFLIGHT_THREADS = 32;
  private static final long IDLE_SECONDS = 10;

  final Settings settings;
  final ProcessTable processes = new ProcessTable();
  private final ScheduledThreadPoolExecutor timer;
  private final ThreadPoolExecutor workers;
  private final ThreadPoolExecutor preflights;
  private final ThreadPoolExecutor http;
  private final PinnedClients pinned;
  private final TokenBroker tokens;
  private @Nullable HttpClient httpClient;
  private boolean closed;

  /** The prober's limits and its name. */
  record Settings(
      Timeouts timeouts,
      int maxAnswerBytes,
      int maxStderrLines,
      String clientName,
      String clientVersion,
      TimeSource time,
      @Nullable SSLContext sslContext,
      Resolver resolver) {

    ObjectNode clientInfo() {
      return Json.object().put("name", clientName).put("version", clientVersion);
    }
  }

  Engine(Settings settings) {
    this.settings = settings;
    this.timer = new ScheduledThreadPoolExecutor(1, threads("mcp-timer"));
    timer.setRemoveOnCancelPolicy(true);
    this.workers =
        new ThreadPoolExecutor(
            0,
            Integer.MAX_VALUE,
            IDLE_SECONDS,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            threads("mcp-worker"));
    this.preflights = bounded(PREFLIGHT_THREADS, "mcp-preflight");
    this.http = bounded(HTTP_THREADS, "mcp-http");
    this.pinned =
        new PinnedClients(this::pinnedClient, Engine::endUnused, settings.time()::nanoTime);
    this.tokens = new TokenBroker(new AuthCaller(this), settings.time());
  }

  private static ThreadPoolExecutor bounded(int size, String name) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            size, size, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), threads(name));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  static ThreadFactory threads(String name) {
    AtomicInteger count = new AtomicInteger();
    return task -> {
      Thread thread = new Thread(task, name + "-" + count.incrementAndGet());
      thread.setDaemon(true);
      return thread;
    };
  }

  Executor workers() {
    return task -> execute(workers, task);
  }

  Executor preflights() {
    return task -> execute(preflights, task);
  }

  /**
   * Work that comes after the close is run by its caller: it is the clean-up of the last probes.
   */
  private static void execute(ThreadPoolExecutor pool, Runnable task) {
    try {
      pool.execute(task);
    } catch (RejectedExecutionException e) {
      task.run();
    }
  }

  /** Runs the task on a worker. */
  <T> CompletableFuture<T> supply(Supplier<T> task) {
    return CompletableFuture.supplyAsync(task, workers());
  }

  /** The tokens of all targets. */
  TokenBroker tokens() {
    return tokens;
  }

  /** The one HTTP client, made when the first HTTP target needs it. */
  synchronized HttpClient httpClient() {
    if (closed) {
      throw new McpException(McpException.Kind.CLOSED, "the prober is closed");
    }
    if (httpClient == null) {
      HttpClient.Builder builder = clientBuilder();
      if (settings.sslContext() != null) {
        builder.sslContext(settings.sslContext());
      }
      httpClient = builder.build();
    }
    return httpClient;
  }

  private HttpClient.Builder clientBuilder() {
    return HttpClient.newBuilder()
        .executor(http)
        .followRedirects(HttpClient.Redirect.NEVER)
        .connectTimeout(settings.timeouts().request());
  }

  /** HTTP/2 would name the address in place of the host. */
  private HttpClient pinnedClient(SSLContext context) {
    return clientBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(context).build();
  }

  /** The client for TLS to a checked address in the name of the host. */
  synchronized HttpClient pinnedClient(String host, InetAddress address, int port) {
    if (closed) {
      throw new McpException(McpException.Kind.CLOSED, "the prober is closed");
    }
    try {
      SSLContext given = settings.sslContext();
      return pinned.take(given == null ? SSLContext.getDefault() : given, host, address, port);
    } catch (NoSuchAlgorithmException e) {
      throw new McpException(McpException.Kind.TLS_FAILED, "this Java offers no TLS", e);
    }
  }

  /**
   * Runs the task on the timer thread after that time; it must not block. Once the engine is closed
   * there is nothing left to wait for: the task is run at once.
   */
  Future<?> after(Duration delay, Runnable task) {
    try {
      return timer.schedule(task, delay.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      task.run();
      return CompletableFuture.completedFuture(Done.DONE);
    }
  }

  /** Like {@link #after} for what is never called off. */
  void later(Duration delay, Runnable task) {
    var unused = after(delay, task);
  }

  /** Fails the future with the supplied fault when it is not done in time. */
  <T> void within(CompletableFuture<T> future, Duration timeout, Supplier<McpException> fault) {
    if (future.isDone()) {
      return;
    }
    Future<?> alarm =
        after(
            timeout,
            () -> {
              if (!future.isDone()) {
                future.completeExceptionally(fault.get());
              }
            });
    Futures.whenDone(future, (value, failure) -> alarm.cancel(false));
  }

  long nanoTime() {
    return settings.time().nanoTime();
  }

  Duration since(long startNanos) {
    return Duration.ofNanos(Math.max(0, nanoTime() - startNanos));
  }

  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      HttpClient client = httpClient;
      httpClient = null;
      end(client, "shutdownNow");
      pinned.close();
    }
    timer.shutdownNow();
    preflights.shutdownNow();
    workers.shutdownNow();
    http.shutdownNow();
  }

  /**
   * On Java 21 and later the client can be ended; on 17 its selector thread ends once the client is
   * unreachable, which is why nothing else keeps a reference.
   */
  private static void end(@Nullable HttpClient client, String how) {
    if (client instanceof AutoCloseable) {
      try {
        HttpClient.class.getMethod(how).invoke(client);
      } catch (ReflectiveOperationException e) {
        log.warn("The HTTP client could not be ended; its thread ends with the next collection", e);
      }
    }
  }

  /** Lets what is under way come to its end. */
  private static void endUnused(HttpClient client) {
    end(client, "shutdown");
  }
}
