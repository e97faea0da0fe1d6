package io.mcprealtime.mcp;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.Era;
import io.mcprealtime.mcp.McpException.Kind;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Finds out how a server speaks. What was found last is tried first; when it fails, everything is
 * tried again before that counts as a failure.
 *
 * <p>The order is: the modern request first; whatever a server of the modern era would not answer
 * leads to {@code initialize}; over HTTP a path that takes no POST leads to the older transport. A
 * process may be slow to start, so over stdio {@code initialize} follows a silent {@code
 * server/discover} without giving that up: the first good answer wins.
 */
final class Handshake {
  /** Faults that another era or transport cannot mend. */
  private static final Set<Kind> FINAL =
      EnumSet.of(
          Kind.BAD_TARGET,
          Kind.COMMAND_NOT_FOUND,
          Kind.PROCESS_EXITED,
          Kind.UNKNOWN_HOST,
          Kind.CONNECT_FAILED,
          Kind.TLS_FAILED,
          Kind.AUTHENTICATION,
          Kind.REDIRECT);

  private static final int TOO_MANY_REQUESTS = 429;
  private static final Set<Integer> NO_POST_HERE = Set.of(400, 404, 405, 406, 415);

  private final McpSession session;
  private final Engine engine;
  private final boolean stdio;

  Handshake(McpSession session) {
    this.session = session;
    this.engine = session.engine;
    this.stdio = session.target instanceof Target.Stdio;
  }

  CompletableFuture<ServerInfo> run() {
    Dialect known = session.dialect();
    CompletableFuture<ServerInfo> found =
        known == null
            ? detect()
            : as(known)
                .exceptionallyCompose(
                    failure ->
                        isFinal(McpException.of(failure))
                            ? CompletableFuture.failedFuture(failure)
                            : detect())
                .whenComplete(
                    (info, failure) -> {
                      if (failure != null) {
                        // The tries have left another one behind; the next run begins with this.
                        session.speak(known);
                      }
                    });
    return found.thenApply(this::found);
  }

  /** Opens a new legacy session in place of one that the server ended. */
  CompletableFuture<ServerInfo> renew() {
    session.leave(true);
    return initialize(timeout(), Dialect.LEGACY).thenApply(this::found);
  }

  private ServerInfo found(ServerInfo info) {
    session.know(info);
    if (session.channel() instanceof StdioChannel channel) {
      channel.endStart();
    }
    return info;
  }

  /** Whether another era, transport or session cannot mend such a fault. */
  static boolean isFinal(Kind kind) {
    return FINAL.contains(kind);
  }

  private boolean isFinal(McpException fault) {
    return isFinal(fault.kind()) || (!stdio && fault.kind() == Kind.TIMEOUT);
  }

  /** How long the first answer may take. */
  private Duration timeout() {
    return stdio && session.info() == null ? session.timeouts.start() : session.timeouts.request();
  }

  private CompletableFuture<ServerInfo> as(Dialect dialect) {
    return switch (dialect) {
      case MODERN -> {
        useHttpChannel();
        yield discover(timeout()).thenApply(this::modern);
      }
      case LEGACY -> {
        useHttpChannel();
        yield initialize(timeout(), Dialect.LEGACY);
      }
      case LEGACY_SSE -> sse();
    };
  }

  private CompletableFuture<ServerInfo> detect() {
    session.speak(null);
    if (stdio) {
      return detectStdio();
    }
    return session.target instanceof Target.Sse ? sse() : detectHttp();
  }

  // ---- stdio

  private CompletableFuture<ServerInfo> detectStdio() {
    CompletableFuture<ServerInfo> found = new CompletableFuture<>();
    AtomicReference<@Nullable McpException> oddResult = new AtomicReference<>();
    AtomicBoolean once = new AtomicBoolean();
    Runnable legacy =
        () -> {
          if (once.compareAndSet(false, true) && !found.isDone()) {
            Futures.whenDone(
                initialize(timeout(), Dialect.LEGACY),
                (info, failure) ->
                    settle(
                        found, info, failure == null ? null : telling(oddResult.get(), failure)));
          }
        };
    long start = engine.nanoTime();
    CompletableFuture<JsonNode> discover = quietDiscover(timeout());
    Future<?> silence = engine.after(session.timeouts.request(), legacy);
    Futures.whenDone(
        discover,
        (result, failure) -> {
          McpException fault =
              failure == null ? notModern(requireNonNull(result)) : McpException.of(failure);
          oddResult.set(failure == null ? fault : null);
          if (fault == null) {
            session.speak(Dialect.MODERN);
            session.record(Protocol.DISCOVER, start, null);
            found.complete(modern(requireNonNull(result)));
          } else if (FINAL.contains(fault.kind()) || isModernFault(fault)) {
            recordFailure(Protocol.DISCOVER, start, fault);
            found.completeExceptionally(fault);
          } else {
            legacy.run();
          }
        });
    return found.whenComplete((info, failure) -> silence.cancel(false));
  }

  private static <T> void settle(
      CompletableFuture<T> future, @Nullable T value, @Nullable Throwable failure) {
    if (failure != null) {
      future.completeExceptionally(failure);
    } else {
      future.complete(requireNonNull(value));
    }
  }

  // ---- HTTP

  private CompletableFuture<ServerInfo> detectHttp() {
    useHttpChannel();
    AtomicReference<@Nullable McpException> oddResult = new AtomicReference<>();
    long start = engine.nanoTime();
    return quietDiscover(timeout())
        .thenApply(
            result -> {
              McpException fault = notModern(result);
              if (fault != null) {
                oddResult.set(fault);
                throw fault;
              }
              session.speak(Dialect.MODERN);
              session.record(Protocol.DISCOVER, start, null);
              return modern(result);
            })
        .exceptionallyCompose(
            failure -> {
              McpException fault = McpException.of(failure);
              if (leadsToInitialize(fault)) {
                return initializeOverHttp()
                    .exceptionallyCompose(
                        later -> CompletableFuture.failedFuture(telling(oddResult.get(), later)));
              }
              recordFailure(Protocol.DISCOVER, start, fault);
              return CompletableFuture.failedFuture(fault);
            });
  }

  /**
   * Of two faults the one that tells more: a server that gives {@code server/discover} a result and
   * does not know {@code initialize} is a modern one, with something wrong in that result.
   */
  private static McpException telling(@Nullable McpException oddResult, Throwable failure) {
    McpException fault = McpException.of(failure);
    boolean unknown = fault.kind() == Kind.RPC_ERROR && fault.code() == Protocol.METHOD_NOT_FOUND;
    return oddResult != null && unknown ? oddResult : fault;
  }

  private static boolean leadsToInitialize(McpException fault) {
    return switch (fault.kind()) {
      case HTTP_STATUS -> fault.code() != TOO_MANY_REQUESTS;
      case RPC_ERROR, VERSION_MISMATCH -> !isModernFault(fault);
      default -> false;
    };
  }

  /** Whether only a modern server says so, and one that has no legacy revision to offer. */
  private static boolean isModernFault(McpException fault) {
    if (fault.kind() == Kind.VERSION_MISMATCH) {
      return fault.supportedVersions().stream().noneMatch(Protocol.LEGACY::contains);
    }
    return fault.kind() == Kind.RPC_ERROR && Protocol.isModernError(fault.code());
  }

  private CompletableFuture<ServerInfo> initializeOverHttp() {
    useHttpChannel();
    return initialize(timeout(), Dialect.LEGACY)
        .exceptionallyCompose(
            failure -> {
              McpException fault = McpException.of(failure);
              boolean noPost =
                  fault.kind() == Kind.HTTP_STATUS && NO_POST_HERE.contains(fault.code());
              return noPost ? sseInsteadOf(fault) : CompletableFuture.failedFuture(fault);
            });
  }

  private CompletableFuture<ServerInfo> sseInsteadOf(McpException postFault) {
    return sse()
        .exceptionallyCompose(
            failure -> {
              McpException fault = McpException.of(failure);
              boolean tellsMore =
                  fault.kind() == Kind.AUTHENTICATION || fault.kind() == Kind.RPC_ERROR;
              return CompletableFuture.failedFuture(tellsMore ? fault : postFault);
            });
  }

  private CompletableFuture<ServerInfo> sse() {
    SseChannel channel =
        new SseChannel(
            engine,
            requireNonNull(session.caller()),
            session.redactor(),
            session.changes(),
            session.asked());
    session.use(channel);
    return channel.open(timeout()).thenCompose(opened -> initialize(timeout(), Dialect.LEGACY_SSE));
  }

  private void useHttpChannel() {
    if (!stdio) {
      session.use(
          new HttpChannel(
              requireNonNull(session.caller()),
              session.redactor(),
              session.changes(),
              session.asked()));
    }
  }

  // ---- both

  private CompletableFuture<JsonNode> discover(Duration timeout) {
    session.speak(Dialect.MODERN);
    return session
        .exchange(Protocol.DISCOVER, Json.object(), timeout, result -> null)
        .thenApply(
            result -> {
              McpException fault = notModern(result);
              if (fault != null) {
                throw fault;
              }
              return result;
            });
  }

  /** A discover whose refusal is no failure yet: it is counted only when it succeeds. */
  private CompletableFuture<JsonNode> quietDiscover(Duration timeout) {
    session.speak(Dialect.MODERN);
    CompletableFuture<JsonNode> answer = session.send(Protocol.DISCOVER, Json.object(), timeout);
    session.speak(null);
    return answer;
  }

  /** Why the result is not that of a modern server that we can talk to; null when it is. */
  private static @Nullable McpException notModern(JsonNode result) {
    JsonNode supported = result.path("supportedVersions");
    if (!supported.isArray()) {
      return McpException.rpc(
          Protocol.METHOD_NOT_FOUND, "server/discover gave no list 'supportedVersions'");
    }
    List<String> versions =
        supported.values().stream()
            .filter(JsonNode::isString)
            .map(JsonNode::stringValue)
            .limit(20)
            .toList();
    return versions.contains(Protocol.MODERN)
        ? null
        : McpException.versionMismatch(
            Protocol.UNSUPPORTED_VERSION, Answers.mismatch(versions), versions);
  }

  private ServerInfo modern(JsonNode result) {
    String name = ServerInfo.nameOf(Json.child(result.path("_meta"), Protocol.META_SERVER));
    return new ServerInfo(
        Era.MODERN,
        Protocol.MODERN,
        name == null ? ServerInfo.nameOf(Json.child(result, "serverInfo")) : name,
        capabilities(result));
  }

  private static JsonNode capabilities(JsonNode result) {
    ObjectNode declared = Json.child(result, "capabilities");
    return declared == null ? Json.object() : declared;
  }

  private CompletableFuture<ServerInfo> initialize(Duration timeout, Dialect dialect) {
    session.speak(dialect);
    session.beginSession();
    ObjectNode params = Json.object().put("protocolVersion", Protocol.LATEST_LEGACY);
    params.putObject("capabilities");
    params.set("clientInfo", engine.settings.clientInfo());
    return session
        .exchange(Protocol.INITIALIZE, params, timeout, result -> null)
        .thenApply(this::legacy)
        .thenCompose(this::initialized);
  }

  private ServerInfo legacy(JsonNode result) {
    String version = Json.text(result, "protocolVersion");
    if (version == null) {
      throw new McpException(Kind.MALFORMED, "the result of initialize names no 'protocolVersion'");
    }
    if (!Protocol.LEGACY.contains(version)) {
      List<String> supported = List.of(session.redactor().quote(version, 40));
      throw McpException.versionMismatch(
          Protocol.UNSUPPORTED_VERSION, Answers.mismatch(supported), supported);
    }
    return new ServerInfo(
        Era.LEGACY,
        version,
        ServerInfo.nameOf(Json.child(result, "serverInfo")),
        capabilities(result));
  }

  private CompletableFuture<ServerInfo> initialized(ServerInfo info) {
    Channel channel = requireNonNull(session.channel());
    if (channel instanceof HttpChannel http) {
      http.agreeOn(info.protocolVersion());
    } else if (channel instanceof SseChannel sse) {
      sse.agreeOn(info.protocolVersion());
    }
    return channel
        .post(
            Message.notification(Protocol.INITIALIZED, java.util.Map.of()),
            session.timeouts.request())
        .thenApply(sent -> info);
  }

  private void recordFailure(String method, long start, McpException fault) {
    session.record(method, start, fault.errorType());
  }
}
