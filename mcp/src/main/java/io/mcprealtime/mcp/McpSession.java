package io.mcprealtime.mcp;

import io.mcprealtime.Era;
import io.mcprealtime.mcp.McpException.Kind;
import io.mcprealtime.mcp.Message.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A conversation with one MCP server, over whatever transport and era it speaks. {@link
 * McpProber#connect} makes one; {@link #initialize} comes first. Futures fail with {@link
 * McpException}; what is chained to them runs on shared threads and must not block.
 */
public final class McpSession implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(McpSession.class);

  /** A stop has three steps; one more allows for the threads in between. */
  static final Duration CLOSE_BOUND = ChildProcess.STEP.multipliedBy(4);

  private static final int MAX_QUOTE = 300;
  private static final int NOT_FOUND = 404;

  final Engine engine;
  final Target target;
  final Timeouts timeouts;
  private final Redactor redactor;
  private final AtomicLong ids = new AtomicLong();
  private final AtomicBoolean renewed = new AtomicBoolean();
  private final Map<String, JsonNode> tools = new ConcurrentHashMap<>();
  private final List<String> leftOut = new ArrayList<>();
  private final List<Operation> operations = new ArrayList<>();
  private final @Nullable HttpCaller caller;
  private volatile @Nullable ChildProcess child;
  private volatile @Nullable Channel channel;
  private volatile @Nullable Dialect dialect;
  private volatile @Nullable ServerInfo info;
  private @Nullable Duration lastPair;
  private boolean warm;
  private boolean closed;

  McpSession(
      Engine engine,
      Target target,
      Timeouts timeouts,
      Redactor redactor,
      @Nullable AddressPin pin,
      @Nullable Dialect known) {
    this.engine = engine;
    this.target = target;
    this.timeouts = timeouts;
    this.redactor = redactor;
    this.dialect = known;
    this.caller =
        target instanceof Target.Stdio ? null : new HttpCaller(engine, HttpTarget.of(target), pin);
  }

  /**
   * Finds out how the server speaks and shakes hands: {@code server/discover} in the modern era,
   * {@code initialize} in the legacy one. A stdio server's process is started first.
   */
  public CompletableFuture<ServerInfo> initialize() {
    return start().thenCompose(started -> new Handshake(this).run());
  }

  /**
   * Asks for a sign of life: {@code ping}, or {@code server/discover} in the modern era, which has
   * no ping. Gives the time from sending to the answer.
   */
  public CompletableFuture<Duration> ping() {
    long start = engine.nanoTime();
    CompletableFuture<?> answer =
        dialect == Dialect.MODERN
            ? new Handshake(this).run()
            : request(Protocol.PING, Json.object());
    return answer.thenApply(result -> engine.since(start));
  }

  /** All tools, page by page, up to a bound. */
  public CompletableFuture<List<McpTool>> listTools() {
    return new ToolLister(this).run();
  }

  /**
   * Calls a tool. A tool that fails is a result with {@link ToolResult#isError}, no exception.
   *
   * @param argumentsJson a JSON object
   * @throws IllegalArgumentException when the arguments are no JSON object
   */
  public CompletableFuture<ToolResult> callTool(String name, String argumentsJson) {
    return callTool(name, new Canary(name, argumentsJson).arguments());
  }

  /** Calls a tool; see {@link #callTool(String, String)}. */
  public CompletableFuture<ToolResult> callTool(String name, ObjectNode arguments) {
    boolean needsSchema = isModernHttp() && !tools.containsKey(name);
    CompletableFuture<?> ready =
        needsSchema ? listTools() : CompletableFuture.completedFuture(Done.DONE);
    return ready.thenCompose(
        listed -> {
          ObjectNode params = Json.object().put("name", name);
          params.set("arguments", arguments);
          return exchange(
                  Protocol.CALL_TOOL,
                  params,
                  timeouts.request(),
                  result -> ToolResult.of(result).isError() ? "tool_error" : null)
              .thenApply(ToolResult::of);
        });
  }

  /** Sends any request and gives its result. */
  public CompletableFuture<JsonNode> request(String method, ObjectNode params) {
    return exchange(method, params, timeouts.request(), result -> null);
  }

  /** What was sent so far, and how it went; a try that only found the era out is left out. */
  public List<Operation> operations() {
    synchronized (operations) {
      return List.copyOf(operations);
    }
  }

  /** Ends the conversation, and the process of a stdio server; waits for it, within a bound. */
  @Override
  public void close() {
    try {
      end().get(CLOSE_BOUND.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      log.warn("The session with {} did not end cleanly", target, e);
    }
  }

  /** Starts the process of a stdio server that has none; checks the address of any other. */
  CompletableFuture<Done> start() {
    if (caller != null) {
      return caller.ready(timeouts.request());
    }
    if (!(target instanceof Target.Stdio stdio) || child != null) {
      return CompletableFuture.completedFuture(Done.DONE);
    }
    return engine.supply(
        () -> {
          ChildProcess started = ChildProcess.start(engine, stdio, redactor);
          StdioChannel opened = new StdioChannel(engine, started, redactor);
          opened.open();
          boolean late;
          synchronized (this) {
            late = closed;
            child = started;
            channel = opened;
          }
          if (late) {
            Futures.ignore(opened.close());
            throw new McpException(Kind.CLOSED, "closed by the monitor");
          }
          return Done.DONE;
        });
  }

  CompletableFuture<Done> end() {
    Channel open;
    synchronized (this) {
      closed = true;
      open = channel;
    }
    if (caller != null) {
      caller.cancelAll();
    }
    return open == null ? CompletableFuture.completedFuture(Done.DONE) : open.close();
  }

  /** Sends a request in the session's dialect and counts it. */
  CompletableFuture<JsonNode> exchange(
      String method,
      ObjectNode params,
      Duration timeout,
      Function<JsonNode, @Nullable String> judge) {
    long start = engine.nanoTime();
    return sendRenewing(method, params, timeout)
        .whenComplete(
            (result, failure) -> {
              String errorType =
                  failure == null ? judge.apply(result) : McpException.of(failure).errorType();
              record(new Operation(method, engine.since(start), errorType));
            });
  }

  /** A server may end its session at any time: a new one is opened once. */
  private CompletableFuture<JsonNode> sendRenewing(
      String method, ObjectNode params, Duration timeout) {
    return send(method, params, timeout)
        .exceptionallyCompose(
            failure -> {
              boolean expired =
                  McpException.of(failure).kind() == Kind.SESSION_EXPIRED
                      && renewed.compareAndSet(false, true);
              return expired
                  ? new Handshake(this).renew().thenCompose(again -> send(method, params, timeout))
                  : CompletableFuture.failedFuture(failure);
            });
  }

  /** Sends a request in the session's dialect without counting it. */
  CompletableFuture<JsonNode> send(String method, ObjectNode params, Duration timeout) {
    Channel open = channel;
    if (open == null) {
      return CompletableFuture.failedFuture(
          new McpException(Kind.CLOSED, "call initialize() before " + method));
    }
    Message message = message(method, params);
    boolean mayExpire = open instanceof HttpChannel http && http.hasSession();
    return open.send(message, timeout)
        .exceptionallyCompose(
            failure -> {
              McpException fault = McpException.of(failure);
              boolean gone =
                  mayExpire && fault.kind() == Kind.HTTP_STATUS && fault.code() == NOT_FOUND;
              return CompletableFuture.failedFuture(gone ? expired(method) : fault);
            })
        .thenApply(reply -> result(method, reply, mayExpire));
  }

  private static McpException expired(String method) {
    return McpException.httpStatus(
        Kind.SESSION_EXPIRED, NOT_FOUND, "HTTP 404: the server ended its session before " + method);
  }

  private Message message(String method, ObjectNode params) {
    if (dialect != Dialect.MODERN) {
      return Message.request(ids.incrementAndGet(), method, params, Map.of());
    }
    String name = Json.text(params, "name");
    JsonNode tool = method.equals(Protocol.CALL_TOOL) && name != null ? tools.get(name) : null;
    return Message.modernRequest(
        ids.incrementAndGet(), method, params, engine.settings.clientInfo(), tool);
  }

  private JsonNode result(String method, Reply reply, boolean mayExpire) {
    JsonNode error = reply.message().get("error");
    if (error == null || error.isNull()) {
      JsonNode result = reply.message().path("result");
      if (!result.isObject()) {
        throw new McpException(Kind.MALFORMED, "the result of %s is no object".formatted(method));
      }
      return result;
    }
    if (mayExpire && reply.httpStatus() == NOT_FOUND) {
      throw expired(method);
    }
    int code = error.path("code").asInt(0);
    String text = redactor.quote(String.valueOf(Json.text(error, "message")), MAX_QUOTE);
    String message = "%s is answered with error %d: %s".formatted(method, code, text);
    if (code == Protocol.UNSUPPORTED_VERSION) {
      List<String> supported =
          error.path("data").path("supported").values().stream()
              .filter(JsonNode::isString)
              .map(version -> redactor.quote(version.stringValue(), 40))
              .limit(20)
              .toList();
      throw McpException.versionMismatch(code, mismatch(supported), supported);
    }
    throw McpException.rpc(code, message);
  }

  static String mismatch(List<String> supported) {
    if (supported.contains(Protocol.MODERN)) {
      return "version mismatch: the server refuses %s and names it among those that it speaks"
          .formatted(Protocol.MODERN);
    }
    return "version mismatch: the server speaks %s, the monitor %s and %s"
        .formatted(
            supported.isEmpty() ? "no revision that it names" : String.join(", ", supported),
            Protocol.MODERN,
            String.join(", ", Protocol.LEGACY));
  }

  /** Adds a request to what was sent, and keeps the time of the last one that was answered well. */
  void record(Operation operation) {
    synchronized (operations) {
      operations.add(operation);
      boolean startIncluded = child != null && !warm;
      if (operation.succeeded() && !startIncluded) {
        lastPair = operation.duration();
      }
    }
  }

  /** The process has answered: from now on answers do not include its start. */
  void markWarm() {
    synchronized (operations) {
      warm = true;
    }
  }

  @Nullable Duration lastPair() {
    synchronized (operations) {
      return lastPair;
    }
  }

  /** A new run of the probe over the same process begins. */
  void beginRun() {
    synchronized (operations) {
      operations.clear();
      lastPair = null;
    }
    synchronized (leftOut) {
      leftOut.clear();
    }
    if (channel instanceof StdioChannel stdio) {
      stdio.beginRun();
    }
  }

  void rememberTools(List<McpTool> listed) {
    tools.clear();
    listed.forEach(tool -> tools.put(tool.name(), tool.definition()));
  }

  void leaveOut(String why) {
    synchronized (leftOut) {
      leftOut.add(why);
    }
  }

  /** What was odd about the server's messages in this run, in words. */
  List<String> oddities() {
    List<String> all = new ArrayList<>();
    if (channel != null) {
      all.addAll(channel.oddities());
    }
    synchronized (leftOut) {
      all.addAll(leftOut);
    }
    return all;
  }

  boolean isModernHttp() {
    return dialect == Dialect.MODERN && caller != null;
  }

  Redactor redactor() {
    return redactor;
  }

  @Nullable HttpCaller caller() {
    return caller;
  }

  @Nullable ChildProcess child() {
    return child;
  }

  @Nullable Channel channel() {
    return channel;
  }

  void use(Channel other) {
    synchronized (this) {
      channel = other;
    }
  }

  @Nullable Dialect dialect() {
    return dialect;
  }

  void speak(@Nullable Dialect other) {
    dialect = other;
  }

  @Nullable ServerInfo info() {
    return info;
  }

  void know(ServerInfo found) {
    info = found;
  }

  /** The era that was found; null before {@link #initialize} succeeded. */
  public @Nullable Era era() {
    ServerInfo known = info;
    return known == null ? null : known.era();
  }
}
