package io.mcprealtime.mcp;

import io.mcprealtime.mcp.HttpCaller.Call;
import io.mcprealtime.mcp.McpException.Kind;
import io.mcprealtime.mcp.Message.Reply;
import java.nio.charset.CharacterCodingException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** JSON-RPC over Streamable HTTP: each message a POST, each answer JSON or an event stream. */
final class HttpChannel implements Channel {
  private static final String SESSION = "Mcp-Session-Id";
  private static final long MIN_RETRY_MILLIS = 100;
  private static final Duration RETRY = Duration.ofMillis(500);
  private static final Duration END_TIMEOUT = Duration.ofSeconds(1);

  private final HttpCaller caller;
  private final Redactor redactor;
  private final Oddities oddities = new Oddities();
  private final ServerRequests serverRequests;
  private final ListChanges changes;
  private volatile @Nullable String session;
  private volatile Map<String, String> sessionHeaders = Map.of();

  HttpChannel(HttpCaller caller, Redactor redactor, ListChanges changes, AtomicInteger asked) {
    this.caller = caller;
    this.redactor = redactor;
    this.changes = changes;
    this.serverRequests = new ServerRequests(this::post, oddities, asked);
  }

  /** A run of the probe begins: what was odd in the last one no longer counts. */
  void beginRun() {
    oddities.beginRun();
  }

  /** Whether the server gave a session that it may end on its own. */
  boolean hasSession() {
    return session != null;
  }

  void forgetSession() {
    session = null;
    sessionHeaders = Map.of();
  }

  /** From now on every message says which revision was agreed on. */
  void agreeOn(String protocolVersion) {
    sessionHeaders = Map.of("MCP-Protocol-Version", protocolVersion);
  }

  @Override
  public CompletableFuture<Reply> send(Message request, Duration timeout) {
    long id = request.id() == null ? 0 : request.id();
    boolean opening = request.method().equals(Protocol.INITIALIZE);
    Predicate<JsonNode> awaited = message -> isAwaited(message, id, timeout);
    long deadline = caller.nanoTime() + timeout.toNanos();
    return caller
        .send(call("POST", request, timeout, awaited))
        .thenCompose(answer -> takeUp(answer, request, awaited, deadline))
        .thenApply(
            answer -> {
              if (opening && answer.isSuccess()) {
                session = answer.headers().firstValue(SESSION).orElse(null);
              }
              return reply(request.method(), id, answer);
            });
  }

  /** A server of 2025-11-25 may end a stream before the answer and let its client come back. */
  private CompletableFuture<HttpAnswer> takeUp(
      HttpAnswer answer, Message request, Predicate<JsonNode> awaited, long deadline) {
    String lastId = answer.lastEventId();
    Long asked = answer.retryMillis();
    Duration wait = asked == null ? RETRY : Duration.ofMillis(Math.max(asked, MIN_RETRY_MILLIS));
    Duration left = Duration.ofNanos(deadline - caller.nanoTime()).minus(wait);
    if (lastId == null || left.isNegative() || left.isZero()) {
      return CompletableFuture.completedFuture(answer);
    }
    Map<String, String> headers = new LinkedHashMap<>(sessionHeaders);
    headers.put("Accept", "text/event-stream");
    headers.put("Last-Event-ID", lastId);
    String current = session;
    if (current != null) {
      headers.put(SESSION, current);
    }
    Call call = new Call("GET", request.method(), caller.url(), headers, null, left, awaited);
    return caller
        .sendAfter(wait, call)
        .thenCompose(
            next ->
                next.isSuccess()
                    ? takeUp(next, request, awaited, deadline)
                    : CompletableFuture.completedFuture(answer));
  }

  private Call call(
      String method, Message message, Duration timeout, Predicate<JsonNode> isAwaited) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", "application/json");
    headers.put("Accept", "application/json, text/event-stream");
    headers.putAll(sessionHeaders);
    if (session != null) {
      headers.put(SESSION, String.valueOf(session));
    }
    headers.putAll(message.headers());
    return new Call(
        method,
        message.method(),
        caller.url(),
        headers,
        message.body().toString(),
        timeout,
        isAwaited);
  }

  /** Looks at a message of the answer's stream; the server's own requests are answered aside. */
  private boolean isAwaited(JsonNode message, long id, Duration timeout) {
    if (Json.isRequest(message)) {
      serverRequests.answer(message, timeout);
      return false;
    }
    if (!Json.isAnswer(message)) {
      changes.notified(message);
      return false;
    }
    if (Json.hasId(message, id) || (message.path("id").isNull() && message.has("error"))) {
      return true;
    }
    oddities.addStray(
        "answered with id %s instead of %d"
            .formatted(redactor.quote(message.path("id").toString(), 40), id));
    return false;
  }

  private Reply reply(String method, long id, HttpAnswer answer) {
    JsonNode message = answer.message();
    if (message != null) {
      return new Reply(message, answer.status(), answer.serverTime());
    }
    boolean asksToWait =
        answer.status() == 429
            || (answer.status() == 503 && answer.headers().firstValue("Retry-After").isPresent());
    boolean speaksForItself =
        answer.status() / 100 == 3 || answer.status() == 401 || answer.status() == 403;
    if (speaksForItself || asksToWait) {
      throw HttpFaults.status(answer, redactor, caller.now());
    }
    JsonNode body = parsed(answer);
    for (JsonNode part : body != null && body.isArray() ? body.values() : listOf(body)) {
      if (Json.isAnswer(part)) {
        boolean unnamed = !part.has("id") || part.path("id").isNull();
        if (Json.hasId(part, id) || (unnamed && part.has("error"))) {
          return new Reply(part, answer.status(), answer.serverTime());
        }
        throw new McpException(
            Kind.WRONG_ID,
            "%s with id %d is answered with id %s"
                .formatted(method, id, redactor.quote(part.path("id").toString(), 40)));
      }
    }
    if (!answer.isSuccess()) {
      throw HttpFaults.status(answer, redactor, caller.now());
    }
    throw notAnAnswer(method, answer);
  }

  private static List<JsonNode> listOf(@Nullable JsonNode body) {
    return body == null ? List.of() : List.of(body);
  }

  private @Nullable JsonNode parsed(HttpAnswer answer) {
    boolean json = answer.contentType().endsWith("json") || startsLikeJson(answer.body());
    if (!json) {
      return null;
    }
    try {
      return Json.parse(Json.utf8(answer.body()));
    } catch (CharacterCodingException e) {
      if (!answer.isSuccess()) {
        return null;
      }
      throw new McpException(Kind.MALFORMED, "the answer is not valid UTF-8", e);
    } catch (JacksonException e) {
      if (!answer.isSuccess() || answer.body().length == 0) {
        return null;
      }
      String text = new String(answer.body(), java.nio.charset.StandardCharsets.UTF_8);
      throw new McpException(
          Kind.MALFORMED, "the answer is broken JSON: '%s'".formatted(redactor.quote(text, 120)));
    }
  }

  private static boolean startsLikeJson(byte[] body) {
    for (byte b : body) {
      if (!Character.isWhitespace(b)) {
        return b == '{' || b == '[';
      }
    }
    return false;
  }

  private McpException notAnAnswer(String method, HttpAnswer answer) {
    if (HttpFaults.isHtml(answer)) {
      return new McpException(Kind.NOT_MCP, "answers HTML, not MCP: is the URL right?");
    }
    String type = answer.contentType();
    if (type.equals("text/event-stream")) {
      String stray = oddities.strayAnswer();
      return new McpException(
          stray == null ? Kind.CLOSED : Kind.WRONG_ID,
          "the event stream ended without an answer to %s%s"
              .formatted(method, stray == null ? "" : ": " + stray));
    }
    if (answer.body().length == 0) {
      return new McpException(
          Kind.NOT_MCP,
          "HTTP %d without a body in answer to %s".formatted(answer.status(), method));
    }
    if (type.endsWith("json")) {
      return new McpException(
          Kind.MALFORMED, "the answer to %s is JSON, and no JSON-RPC answer".formatted(method));
    }
    return new McpException(
        Kind.NOT_MCP,
        "answers %s, not MCP: is the URL right?"
            .formatted(type.isEmpty() ? "an unnamed type" : redactor.quote(type, 60)));
  }

  @Override
  public CompletableFuture<Done> post(Message message, Duration timeout) {
    return caller
        .send(call("POST", message, timeout, ignored -> false))
        .thenApply(
            answer -> {
              if (!answer.isSuccess()) {
                throw HttpFaults.status(answer, redactor, caller.now());
              }
              return Done.DONE;
            });
  }

  @Override
  public List<String> oddities() {
    return oddities.all();
  }

  @Override
  public boolean isHttp() {
    return true;
  }

  /** Tells the server that the session is over; it may refuse, and nothing depends on it. */
  @Override
  public CompletableFuture<Done> close() {
    serverRequests.close();
    String ending = session;
    if (ending == null) {
      return CompletableFuture.completedFuture(Done.DONE);
    }
    Map<String, String> headers = new LinkedHashMap<>(sessionHeaders);
    headers.put(SESSION, ending);
    session = null;
    return caller
        .send(
            new Call(
                "DELETE", "DELETE", caller.url(), headers, null, END_TIMEOUT, ignored -> false))
        .handle((answer, failure) -> Done.DONE);
  }
}
