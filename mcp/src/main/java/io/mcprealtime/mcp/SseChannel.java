package io.mcprealtime.mcp;

import io.mcprealtime.mcp.HttpCaller.Call;
import io.mcprealtime.mcp.McpException.Kind;
import io.mcprealtime.mcp.Message.Reply;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * JSON-RPC over the transport of 2024-11-05: a GET opens a stream, its first event names the
 * endpoint for POSTs, the answers come over the stream.
 */
final class SseChannel implements Channel {
  private final Engine engine;
  private final HttpCaller caller;
  private final Redactor redactor;
  private final ListChanges changes;
  private final Oddities oddities = new Oddities();
  private final ServerRequests serverRequests;
  private final Map<Long, Waiting> waiting = new ConcurrentHashMap<>();
  private final CompletableFuture<URI> endpoint = new CompletableFuture<>();
  private volatile @Nullable CompletableFuture<HttpAnswer> stream;
  private volatile @Nullable McpException ended;
  private volatile Map<String, String> sessionHeaders = Map.of();

  private record Waiting(String method, CompletableFuture<Reply> reply) {}

  SseChannel(
      Engine engine,
      HttpCaller caller,
      Redactor redactor,
      ListChanges changes,
      AtomicInteger asked) {
    this.engine = engine;
    this.caller = caller;
    this.redactor = redactor;
    this.changes = changes;
    this.serverRequests = new ServerRequests(this::post, oddities, asked);
  }

  /** Opens the stream and waits for the endpoint. */
  CompletableFuture<Done> open(Duration timeout) {
    Call call =
        new Call(
            "GET",
            "GET",
            caller.url(),
            Map.of("Accept", "text/event-stream"),
            null,
            timeout,
            ignored -> false);
    CompletableFuture<HttpAnswer> opening = caller.stream(call, this::onEvent);
    stream = opening;
    Futures.whenDone(opening, this::onEnd);
    engine.within(
        endpoint,
        timeout,
        () ->
            new McpException(
                Kind.TIMEOUT,
                "GET gave no event 'endpoint' within %s: is it an MCP server?"
                    .formatted(Texts.of(timeout))));
    return endpoint
        .thenApply(url -> Done.DONE)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                opening.cancel(true);
              }
            });
  }

  void agreeOn(String protocolVersion) {
    sessionHeaders = Map.of("MCP-Protocol-Version", protocolVersion);
  }

  private void onEnd(@Nullable HttpAnswer answer, @Nullable Throwable failure) {
    McpException fault;
    if (failure != null) {
      fault = HttpFaults.of(failure, caller.url());
    } else if (answer != null && !answer.isSuccess()) {
      fault = HttpFaults.status(answer, redactor, caller.now());
    } else if (answer != null && HttpFaults.isHtml(answer)) {
      fault = new McpException(Kind.NOT_MCP, "answers HTML, not MCP: is the URL right?");
    } else if (answer != null && !answer.contentType().equals("text/event-stream")) {
      fault = new McpException(Kind.NOT_MCP, "GET gave no event stream: is the URL right?");
    } else {
      fault = new McpException(Kind.CLOSED, "the server ended the event stream");
    }
    ended = fault;
    endpoint.completeExceptionally(fault);
    waiting.values().forEach(entry -> entry.reply.completeExceptionally(fault));
  }

  private void onEvent(SseParser.Event event) {
    if (event.type().equals("endpoint")) {
      onEndpoint(event.data().strip());
      return;
    }
    JsonNode message;
    try {
      message = Json.parse(event.data());
    } catch (JacksonException e) {
      failOnly(new McpException(Kind.MALFORMED, "an event of the stream holds broken JSON", e));
      return;
    }
    if (Json.isRequest(message)) {
      serverRequests.answer(message, engine.settings.timeouts().request());
    } else if (Json.isAnswer(message)) {
      onAnswer(message);
    } else {
      changes.notified(message);
    }
  }

  private void onEndpoint(String text) {
    try {
      URI url = caller.url().resolve(text);
      if (url.getHost() == null || !HttpTarget.sameOrigin(caller.url(), url)) {
        endpoint.completeExceptionally(
            new McpException(
                Kind.REDIRECT,
                "the event 'endpoint' names another host, %s: credentials are not sent there"
                    .formatted(redactor.quote(HttpTarget.shown(url), 120))));
        return;
      }
      endpoint.complete(url);
    } catch (IllegalArgumentException e) {
      endpoint.completeExceptionally(
          new McpException(
              Kind.MALFORMED,
              "the event 'endpoint' holds no address: '%s'".formatted(redactor.quote(text, 80))));
    }
  }

  private void onAnswer(JsonNode message) {
    for (Map.Entry<Long, Waiting> entry : waiting.entrySet()) {
      if (Json.hasId(message, entry.getKey())) {
        waiting.remove(entry.getKey());
        entry.getValue().reply.complete(new Reply(message));
        return;
      }
    }
    oddities.addStray(
        "answered with id %s, which no open request has"
            .formatted(redactor.quote(message.path("id").toString(), 40)));
  }

  private void failOnly(McpException fault) {
    waiting.values().forEach(entry -> entry.reply.completeExceptionally(fault));
  }

  @Override
  public CompletableFuture<Reply> send(Message request, Duration timeout) {
    long id = request.id() == null ? 0 : request.id();
    CompletableFuture<Reply> reply = new CompletableFuture<>();
    oddities.beginRequest();
    waiting.put(id, new Waiting(request.method(), reply));
    McpException over = ended;
    if (over != null) {
      reply.completeExceptionally(over);
    } else {
      Futures.whenDone(
          post(request, timeout),
          (done, failure) -> {
            if (failure != null) {
              reply.completeExceptionally(McpException.of(failure));
            }
          });
    }
    engine.within(reply, timeout, () -> timeout(request.method(), timeout));
    return reply.whenComplete((answer, failure) -> waiting.remove(id));
  }

  private McpException timeout(String method, Duration timeout) {
    String stray = oddities.strayAnswer();
    String odd = stray == null ? oddities.asking() : stray;
    return new McpException(
        stray == null ? Kind.TIMEOUT : Kind.WRONG_ID,
        "no answer to %s on the event stream within %s%s"
            .formatted(method, Texts.of(timeout), odd == null ? "" : ": " + odd));
  }

  @Override
  public CompletableFuture<Done> post(Message message, Duration timeout) {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Content-Type", "application/json");
    headers.put("Accept", "application/json, text/event-stream");
    headers.putAll(sessionHeaders);
    return endpoint.thenCompose(
        url ->
            caller
                .send(
                    new Call(
                        "POST",
                        message.method(),
                        url,
                        headers,
                        message.body().toString(),
                        timeout,
                        ignored -> false))
                .thenApply(
                    answer -> {
                      if (!answer.isSuccess()) {
                        throw HttpFaults.status(answer, redactor, caller.now());
                      }
                      return Done.DONE;
                    }));
  }

  @Override
  public List<String> oddities() {
    return oddities.all();
  }

  @Override
  public boolean isHttp() {
    return true;
  }

  @Override
  public CompletableFuture<Done> close() {
    serverRequests.close();
    CompletableFuture<HttpAnswer> open = stream;
    if (open != null) {
      open.cancel(true);
    }
    failOnly(new McpException(Kind.CLOSED, "closed by the monitor"));
    return CompletableFuture.completedFuture(Done.DONE);
  }
}
