package io.mcprealtime.mcp.sample;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import io.mcprealtime.Era;
import io.mcprealtime.mcp.sample.SampleBehaviour.Eras;
import io.mcprealtime.mcp.sample.SampleBehaviour.Quirk;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** The sample server's Streamable HTTP endpoint. */
final class StreamableEndpoint {
  static final int MAX_BODY_BYTES = 1 << 20;
  private static final int MAX_SESSIONS = 1_000;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final String SESSION_HEADER = "Mcp-Session-Id";
  private static final JsonMapper JSON = JsonMapper.shared();

  private final SampleProtocol protocol;
  private final ScheduledExecutorService executor;
  private final Set<String> sessions =
      Collections.synchronizedSet(
          Collections.newSetFromMap(
              new LinkedHashMap<>() {
                private static final long serialVersionUID = 1;

                @Override
                protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
                  return size() > MAX_SESSIONS;
                }
              }));

  StreamableEndpoint(SampleProtocol protocol, ScheduledExecutorService executor) {
    this.protocol = protocol;
    this.executor = executor;
  }

  int openSessions() {
    return sessions.size();
  }

  void handle(HttpExchange exchange) throws IOException {
    long start = System.nanoTime();
    JsonNode message = JsonNodeFactory.instance.objectNode();
    try {
      switch (exchange.getRequestMethod()) {
        case "POST" -> {
          message = read(exchange);
          post(exchange, message, start);
        }
        case "DELETE" -> delete(exchange);
        default -> HttpAnswers.methodNotAllowed(exchange, allowedMethods());
      }
    } catch (RpcError e) {
      HttpAnswers.json(exchange, e.httpStatus(), SampleProtocol.errorAnswer(message, e));
    }
  }

  private String allowedMethods() {
    return protocol.behaviour().eras() == Eras.MODERN ? "POST" : "POST, DELETE";
  }

  static JsonNode read(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
    if (body.length > MAX_BODY_BYTES) {
      throw new RpcError(413, RpcError.INVALID_REQUEST, "the request is larger than 1 MiB");
    }
    JsonNode message;
    try {
      message = JSON.readTree(body);
    } catch (JacksonException e) {
      throw new RpcError(400, RpcError.PARSE_ERROR, "the request is not JSON");
    }
    if (!message.isObject()) {
      throw new RpcError(400, RpcError.INVALID_REQUEST, "one JSON-RPC message is wanted");
    }
    return message;
  }

  private void post(HttpExchange exchange, JsonNode message, long start) throws IOException {
    requireMediaTypes(exchange.getRequestHeaders());
    Era era = eraOf(exchange.getRequestHeaders(), message);
    if (era == Era.MODERN) {
      HeaderChecks.check(exchange.getRequestHeaders(), message);
    } else {
      requireSession(exchange.getRequestHeaders(), message);
    }
    if (SampleProtocol.requestMethod(message).isEmpty()) {
      HttpAnswers.empty(exchange, 202);
      return;
    }
    var unused =
        executor.schedule(
            () -> answer(exchange, message, era, start),
            protocol.nextDelay().toNanos(),
            TimeUnit.NANOSECONDS);
  }

  private Era eraOf(Headers headers, JsonNode message) {
    boolean modern =
        SampleProtocol.eraOf(message) == Era.MODERN
            || SampleProtocol.MODERN_REVISION.equals(headers.getFirst(HeaderChecks.VERSION));
    return modern && protocol.behaviour().eras().speaks(Era.MODERN) ? Era.MODERN : Era.LEGACY;
  }

  private void answer(HttpExchange exchange, JsonNode message, Era era, long start) {
    try {
      ObjectNode answer = protocol.answer(message, era);
      if (SampleProtocol.requestMethod(message).orElseThrow().equals("initialize")) {
        String session = UUID.randomUUID().toString();
        sessions.add(session);
        exchange.getResponseHeaders().set(SESSION_HEADER, session);
      }
      send(exchange, 200, answer, start);
    } catch (RpcError e) {
      send(exchange, e.httpStatus(), SampleProtocol.errorAnswer(message, e), start);
    }
  }

  private void send(HttpExchange exchange, int status, ObjectNode answer, long start) {
    // Real time, as the delay is.
    double millis = (System.nanoTime() - start) / NANOS_PER_MILLI;
    exchange
        .getResponseHeaders()
        .set("Server-Timing", String.format(Locale.ROOT, "mcp;dur=%.3f", millis));
    try {
      if (status == 200 && protocol.behaviour().has(Quirk.EVENT_STREAM)) {
        String event = HttpAnswers.event("message", answer.toString());
        HttpAnswers.text(exchange, status, "text/event-stream", event);
      } else {
        HttpAnswers.json(exchange, status, answer);
      }
    } catch (IOException e) {
      exchange.close();
    }
  }

  private void delete(HttpExchange exchange) throws IOException {
    if (protocol.behaviour().eras() == Eras.MODERN) {
      HttpAnswers.methodNotAllowed(exchange, allowedMethods());
      return;
    }
    requireSession(exchange.getRequestHeaders(), JsonNodeFactory.instance.objectNode());
    sessions.remove(exchange.getRequestHeaders().getFirst(SESSION_HEADER));
    HttpAnswers.empty(exchange, 204);
  }

  private static void requireMediaTypes(Headers headers) {
    String accept = String.join(",", headers.getOrDefault("Accept", List.of()));
    if (!accept.contains("application/json") || !accept.contains("text/event-stream")) {
      throw new RpcError(
          406,
          RpcError.BAD_REQUEST,
          "the client must accept application/json and text/event-stream");
    }
    String type = headers.getFirst("Content-Type");
    if (type == null || !type.startsWith("application/json")) {
      throw new RpcError(415, RpcError.BAD_REQUEST, "the request must be application/json");
    }
  }

  private void requireSession(Headers headers, JsonNode message) {
    boolean opening = message.path("method").stringValue("").equals("initialize");
    if (opening || !protocol.behaviour().eras().speaks(Era.LEGACY)) {
      return;
    }
    String session = headers.getFirst(SESSION_HEADER);
    if (session == null) {
      throw new RpcError(400, RpcError.BAD_REQUEST, "a session id is needed: initialize first");
    }
    if (!sessions.contains(session)) {
      throw new RpcError(404, RpcError.SESSION_NOT_FOUND, "no such session: initialize again");
    }
    String version = headers.getFirst(HeaderChecks.VERSION);
    if (version != null && !SampleProtocol.LEGACY_REVISIONS.contains(version)) {
      throw new RpcError(400, RpcError.BAD_REQUEST, "unsupported protocol version " + version);
    }
  }
}
