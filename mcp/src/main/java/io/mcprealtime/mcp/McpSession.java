package io.mcprealtime.mcp;

import io.mcprealtime.Era;
import io.mcprealtime.mcp.McpException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A conversation with one MCP server, over whatever transport and era it speaks. {@link
 * McpProber#connect} makes one; {@link #initialize} comes first. Futures fail with {@link
 * McpException}; what is chained to them runs on shared threads and must not block.
 */
public final class McpSession implements AutoCloseable {
  /** A stop has three steps; one more allows for the threads in between. */
  static final Duration CLOSE_BOUND = ChildProcess.STEP.multipliedBy(4);

  final Engine engine;
  final Target target;
  final Timeouts timeouts;
  private final Redactor redactor;
  private final AtomicLong ids = new AtomicLong();
  private final AtomicBoolean renewed = new AtomicBoolean();
  private final Map<String, JsonNode> tools = new ConcurrentHashMap<>();
  private final AtomicBoolean recordedAny = new AtomicBoolean();
  private final ListChanges changes = new ListChanges();

  /** How many requests of its own the server sent in this run. */
  private final AtomicInteger asked = new AtomicInteger();

  private final @Nullable HttpCaller caller;
  private volatile @Nullable ChildProcess child;
  private volatile @Nullable Channel channel;
  private volatile @Nullable Dialect dialect;
  private volatile @Nullable ServerInfo info;
  private volatile OperationLog log = new OperationLog();
  private volatile boolean pingRefused;
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
        target instanceof Target.Stdio
            ? null
            : new HttpCaller(engine, HttpTarget.of(target), redactor, pin);
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

  /** Sends a ping, and counts it unless it fails with a fault that is about to be mended. */
  CompletableFuture<Done> quietPing(Predicate<McpException> mended) {
    OperationLog current = log;
    long start = engine.nanoTime();
    return answer(Protocol.PING, Json.object(), timeouts.request())
        .handle(
            (pinged, failure) -> {
              McpException fault = failure == null ? null : McpException.of(failure);
              if (fault == null || !mended.test(fault)) {
                record(
                    current,
                    Protocol.PING,
                    start,
                    fault == null ? null : fault.errorType(),
                    null,
                    fault == null ? pinged.serverTime : null);
              }
              if (fault != null) {
                throw fault;
              }
              return Done.DONE;
            });
  }

  /** All tools, page by page, up to a bound; what has no name is left out. */
  public CompletableFuture<List<McpTool>> listTools() {
    return new ListReader(this, ListKind.TOOLS, new Gate())
        .run()
        .thenApply(
            listing -> {
              rememberTools(listing.entries());
              return listing.entries();
            });
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
    return ready.thenCompose(listed -> callKnownTool(name, arguments));
  }

  /** Calls a tool whose definition, where it is needed, was remembered. */
  CompletableFuture<ToolResult> callKnownTool(String name, ObjectNode arguments) {
    ObjectNode params = Json.object().put("name", name);
    params.set("arguments", arguments);
    return exchange(
            Protocol.CALL_TOOL,
            params,
            timeouts.request(),
            result -> ToolResult.of(result).isError() ? "tool_error" : null)
        .thenApply(ToolResult::of);
  }

  /** Sends any request and gives its result. */
  public CompletableFuture<JsonNode> request(String method, ObjectNode params) {
    return exchange(method, params, timeouts.request(), result -> null);
  }

  /** What was sent so far, and how it went; a try that only found the era out is left out. */
  public List<Operation> operations() {
    return log.all();
  }

  /** Ends the conversation, and the process of a stdio server; waits for it, within a bound. */
  @Override
  public void close() {
    Futures.await(end(), CLOSE_BOUND, "the session with " + target);
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
          StdioChannel opened = new StdioChannel(engine, started, redactor, changes, asked);
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
      caller.end();
    }
    return open == null ? CompletableFuture.completedFuture(Done.DONE) : open.close();
  }

  /**
   * Sends a request in the session's dialect and counts it. A server may end its session at any
   * time: a new one is opened once in a run, and the request sent again.
   */
  CompletableFuture<JsonNode> exchange(
      String method,
      ObjectNode params,
      Duration timeout,
      Function<JsonNode, @Nullable String> judge) {
    OperationLog current = log;
    long start = engine.nanoTime();
    String tool = method.equals(Protocol.CALL_TOOL) ? Json.text(params, "name") : null;
    return answer(method, params, timeout)
        .thenApply(
            answer -> {
              record(current, method, start, judge.apply(answer.result), tool, answer.serverTime);
              return answer.result;
            })
        .exceptionallyCompose(
            failure -> {
              McpException fault = McpException.of(failure);
              if (fault.kind() == Kind.SESSION_EXPIRED && renewed.compareAndSet(false, true)) {
                return new Handshake(this)
                    .renew()
                    .thenCompose(again -> exchange(method, params, timeout, judge));
              }
              record(current, method, start, fault.errorType(), tool, null);
              return CompletableFuture.failedFuture(fault);
            });
  }

  /** A result, and the server's own time for it when it tells. */
  private record Answer(JsonNode result, @Nullable Duration serverTime) {}

  /** Sends a request in the session's dialect without counting it. */
  CompletableFuture<JsonNode> send(String method, ObjectNode params, Duration timeout) {
    return answer(method, params, timeout).thenApply(Answer::result);
  }

  private CompletableFuture<Answer> answer(String method, ObjectNode params, Duration timeout) {
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
                  mayExpire
                      && fault.kind() == Kind.HTTP_STATUS
                      && fault.code() == Answers.NOT_FOUND;
              return CompletableFuture.failedFuture(gone ? Answers.expired(method) : fault);
            })
        .thenApply(
            reply ->
                new Answer(Answers.result(method, reply, mayExpire, redactor), reply.serverTime()));
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

  /** Adds a request to what was sent. */
  void record(String method, long startNanos, @Nullable String errorType) {
    record(log, method, startNanos, errorType, null, null);
  }

  private void record(
      OperationLog current,
      String method,
      long startNanos,
      @Nullable String errorType,
      @Nullable String tool,
      @Nullable Duration serverTime) {
    boolean first = recordedAny.compareAndSet(false, true);
    current.add(
        new Operation(method, engine.since(startNanos), errorType, first, tool, serverTime));
  }

  /** A new run of the probe over the same session begins; gives its log. */
  OperationLog beginRun() {
    OperationLog fresh = new OperationLog();
    log = fresh;
    renewed.set(false);
    asked.set(0);
    if (caller != null) {
      caller.beginRun();
    }
    if (channel instanceof StdioChannel stdio) {
      stdio.beginRun();
    } else if (channel instanceof HttpChannel http) {
      http.beginRun();
    }
    return fresh;
  }

  /** A session of the legacy era is about to be opened: nothing of the last one holds for it. */
  void beginSession() {
    recordedAny.set(false);
    pingRefused = false;
    changes.everything();
  }

  /**
   * Leaves the session that the server gave, so that another one can be opened.
   *
   * @param ended whether the server has ended it; otherwise it is told
   */
  void leave(boolean ended) {
    if (channel instanceof HttpChannel http) {
      if (ended) {
        http.forgetSession();
      } else {
        Futures.ignore(http.close());
      }
    }
  }

  /** Whether a later run can go on with it; a session over an event stream lasts for one run. */
  boolean isKept() {
    return channel instanceof HttpChannel && info != null;
  }

  /**
   * Whether a later run can go on with the process: it lives, answered once, and can be reached.
   */
  boolean isProcessGood() {
    ChildProcess process = child;
    return process != null
        && process.isAlive()
        && info != null
        && channel instanceof StdioChannel stdio
        && !stdio.isBroken();
  }

  /** It answers a ping with an error, though it was opened just before. */
  void refusesPing() {
    pingRefused = true;
  }

  boolean isPingRefused() {
    return pingRefused;
  }

  void rememberTools(List<McpTool> listed) {
    tools.clear();
    listed.forEach(tool -> tools.put(tool.name(), tool.definition()));
  }

  /** What was odd about the server's messages in this run, in words. */
  List<String> oddities() {
    Channel open = channel;
    return open == null ? List.of() : open.oddities();
  }

  ListChanges changes() {
    return changes;
  }

  AtomicInteger asked() {
    return asked;
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
