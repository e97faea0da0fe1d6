package io.mcprealtime.mcp.sample;

import com.sun.net.httpserver.HttpExchange;
import io.mcprealtime.Era;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The sample server's HTTP+SSE transport: answers to POSTs come over the stream of a GET. */
final class SseEndpoint {
  private static final int MAX_STREAMS = 1_000;
  private static final int KEEP_ALIVE_SECONDS = 15;
  private static final String SESSION_PARAMETER = "sessionId=";

  private final SampleProtocol protocol;
  private final String messagePath;
  private final ScheduledExecutorService executor;
  private final Map<String, HttpExchange> streams = new ConcurrentHashMap<>();
  private @Nullable ScheduledFuture<?> keepAlive;

  SseEndpoint(SampleProtocol protocol, String messagePath, ScheduledExecutorService executor) {
    this.protocol = protocol;
    this.messagePath = messagePath;
    this.executor = executor;
  }

  int openStreams() {
    return streams.size();
  }

  void open(HttpExchange exchange) throws IOException {
    if (!protocol.behaviour().eras().speaks(Era.LEGACY)) {
      HttpAnswers.empty(exchange, 404);
    } else if (!exchange.getRequestMethod().equals("GET")) {
      HttpAnswers.methodNotAllowed(exchange, "GET");
    } else if (streams.size() >= MAX_STREAMS) {
      HttpAnswers.empty(exchange, 503);
    } else {
      String session = UUID.randomUUID().toString();
      exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
      exchange.getResponseHeaders().set("Cache-Control", "no-store");
      exchange.sendResponseHeaders(200, 0);
      streams.put(session, exchange);
      startKeepAlive();
      String endpoint = messagePath + "?" + SESSION_PARAMETER + session;
      write(session, HttpAnswers.event("endpoint", endpoint));
    }
  }

  void message(HttpExchange exchange) throws IOException {
    String query = exchange.getRequestURI().getQuery();
    String session =
        query != null && query.startsWith(SESSION_PARAMETER)
            ? query.substring(SESSION_PARAMETER.length())
            : "";
    if (!exchange.getRequestMethod().equals("POST")) {
      HttpAnswers.methodNotAllowed(exchange, "POST");
    } else if (!streams.containsKey(session)) {
      HttpAnswers.text(exchange, 404, "text/plain", "no such session: open the stream again");
    } else {
      take(exchange, session);
    }
  }

  private void take(HttpExchange exchange, String session) throws IOException {
    JsonNode message;
    try {
      message = StreamableEndpoint.read(exchange);
    } catch (RpcError e) {
      HttpAnswers.text(exchange, e.httpStatus(), "text/plain", String.valueOf(e.getMessage()));
      return;
    }
    HttpAnswers.text(exchange, 202, "text/plain", "Accepted");
    if (SampleProtocol.requestMethod(message).isPresent()) {
      var unused =
          executor.schedule(
              () -> write(session, HttpAnswers.event("message", answer(message))),
              protocol.nextDelay().toNanos(),
              TimeUnit.NANOSECONDS);
    }
  }

  private String answer(JsonNode message) {
    try {
      return protocol.answer(message, Era.LEGACY).toString();
    } catch (RpcError e) {
      return SampleProtocol.errorAnswer(message, e).toString();
    }
  }

  private void write(String session, String text) {
    HttpExchange stream = streams.get(session);
    if (stream == null) {
      return;
    }
    try {
      synchronized (stream) {
        stream.getResponseBody().write(text.getBytes(StandardCharsets.UTF_8));
        stream.getResponseBody().flush();
      }
    } catch (IOException e) {
      drop(session);
    }
  }

  private void drop(String session) {
    HttpExchange stream = streams.remove(session);
    if (stream != null) {
      stream.close();
    }
  }

  /** A client that went away is noticed only by writing to it. */
  private synchronized void startKeepAlive() {
    if (keepAlive == null) {
      keepAlive =
          executor.scheduleWithFixedDelay(
              () -> streams.keySet().forEach(session -> write(session, ": still here\n\n")),
              KEEP_ALIVE_SECONDS,
              KEEP_ALIVE_SECONDS,
              TimeUnit.SECONDS);
    }
  }

  synchronized void close() {
    if (keepAlive != null) {
      keepAlive.cancel(false);
    }
    streams.keySet().forEach(this::drop);
  }
}
