package io.mcprealtime.mcp.sample;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.TimeSource;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

/** One HTTP listener on the loopback address that carries many sample servers, each on its path. */
public final class SampleHost implements AutoCloseable {
  private static final int THREADS = 4;

  /** Connections that wait to be accepted: clients of many servers come at the same time. */
  private static final int BACKLOG = 1_024;

  private static final String NO_DELAY = "sun.net.httpserver.nodelay";

  static {
    // The JDK's server sends head and body apart, and would wait for the client's delayed
    // acknowledgement in between. It reads this property when the first server is made.
    if (System.getProperty(NO_DELAY) == null) {
      System.setProperty(NO_DELAY, "true");
    }
  }

  private final HttpServer http;
  private final ScheduledThreadPoolExecutor executor;
  private final TimeSource time;
  private final Map<String, SampleMcpServer> servers = new ConcurrentHashMap<>();
  private final LongAdder requests = new LongAdder();
  private final AtomicBoolean closed = new AtomicBoolean();

  private SampleHost(HttpServer http, ScheduledThreadPoolExecutor executor, TimeSource time) {
    this.http = http;
    this.executor = executor;
    this.time = time;
  }

  /** Listens on that port, or on a free one when it is 0. */
  public static SampleHost start(int port) {
    return start(port, TimeSource.system());
  }

  /** The same with a clock that says when servers flap; delays pass in real time. */
  public static SampleHost start(int port, TimeSource time) {
    return start(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), time);
  }

  /**
   * Listens on that address, or on a free port of it when its port is 0. Whatever the address,
   * requests are answered only when their host is a loopback address.
   */
  public static SampleHost start(InetSocketAddress address) {
    return start(address, TimeSource.system());
  }

  private static SampleHost start(InetSocketAddress address, TimeSource time) {
    HttpServer http;
    try {
      http = HttpServer.create(address, BACKLOG);
    } catch (IOException e) {
      throw new McpRealtimeException(
          "cannot listen on %s: %s; choose another port, or 0 for a free one"
              .formatted(address, e.getMessage()),
          e);
    }
    var executor =
        new ScheduledThreadPoolExecutor(
            THREADS,
            task -> {
              var thread = new Thread(task, "sample-mcp");
              thread.setDaemon(true);
              return thread;
            });
    executor.setRemoveOnCancelPolicy(true);
    var host = new SampleHost(http, executor, time);
    http.setExecutor(executor);
    http.createContext("/", host::handle);
    http.start();
    return host;
  }

  /**
   * Adds a server under a path of its own.
   *
   * @param path where it lives, for example {@code /files}; empty for a server alone on its host
   * @throws IllegalArgumentException when the path is taken or not plain
   */
  public SampleMcpServer add(String path, SampleBehaviour behaviour) {
    return add(path, behaviour, () -> {});
  }

  SampleMcpServer add(String path, SampleBehaviour behaviour, Runnable afterClose) {
    if (!path.matches("(/[A-Za-z0-9._~-]+)*")) {
      throw new IllegalArgumentException(
          "path '%s' must be /NAME of letters, digits, dots and dashes".formatted(path));
    }
    var endpoint = new SampleHttp(behaviour, time, base(path), executor);
    var server = new SampleMcpServer(this, path, endpoint, afterClose);
    if (servers.putIfAbsent(path, server) != null) {
      throw new IllegalArgumentException(
          "path '%s' has a sample server already; choose another".formatted(path));
    }
    return server;
  }

  /** The JDK's server would look through its contexts one by one, and there may be thousands. */
  private void handle(HttpExchange exchange) throws IOException {
    requests.increment();
    String path = exchange.getRequestURI().getPath();
    for (int end = path.lastIndexOf('/'); end >= 0; end = path.lastIndexOf('/', end - 1)) {
      var server = servers.get(path.substring(0, end));
      if (server != null) {
        server.endpoint().handle(exchange);
        return;
      }
    }
    HttpAnswers.empty(exchange, 404);
  }

  /** Requests taken since the start, of all servers. */
  public long requests() {
    return requests.sum();
  }

  public int port() {
    return http.getAddress().getPort();
  }

  URI base(String path) {
    return URI.create("http://127.0.0.1:" + port() + path);
  }

  /** Whether the server was there to be removed. */
  boolean remove(SampleMcpServer server) {
    return servers.remove(server.path(), server);
  }

  /** Ends every server and drops every connection. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      servers.values().forEach(SampleMcpServer::close);
      http.stop(0);
      executor.shutdownNow();
    }
  }
}
