package io.mcprealtime.mcp.sample;

import com.sun.net.httpserver.HttpExchange;
import io.mcprealtime.TimeSource;
import io.mcprealtime.mcp.sample.SampleBehaviour.Quirk;
import java.io.IOException;
import java.net.URI;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Everything of one sample server that comes over HTTP: faults and guards first, then MCP. */
final class SampleHttp {
  static final String PAGE =
      "<!doctype html><html><head><title>Welcome</title></head><body>It works!</body></html>";
  private static final String METADATA = ".well-known/oauth-protected-resource";
  private static final Pattern LOOPBACK = Pattern.compile("127(\\.\\d{1,3}){3}");
  private static final int HELD_MINUTES = 5;

  private final AtomicReference<Optional<SampleFault>> fault =
      new AtomicReference<>(Optional.empty());
  private final SampleProtocol protocol;
  private final URI base;
  private final ScheduledExecutorService executor;
  private final StreamableEndpoint streamable;
  private final SseEndpoint sse;
  private final Set<HttpExchange> held = ConcurrentHashMap.newKeySet();

  SampleHttp(
      SampleBehaviour behaviour, TimeSource time, URI base, ScheduledExecutorService executor) {
    this.protocol = new SampleProtocol(behaviour, time, fault::get);
    this.base = base;
    this.executor = executor;
    this.streamable = new StreamableEndpoint(protocol, executor);
    this.sse = new SseEndpoint(protocol, base.getPath() + "/messages", executor);
  }

  void handle(HttpExchange exchange) throws IOException {
    try {
      if (!faulted(exchange) && !refused(exchange)) {
        route(exchange);
      }
    } catch (IOException | RuntimeException e) {
      exchange.close();
      throw e;
    }
  }

  int openSessions() {
    return streamable.openSessions() + sse.openStreams() + held.size();
  }

  void inject(@Nullable SampleFault value) {
    fault.set(Optional.ofNullable(value));
    if (value == null) {
      held.forEach(this::drop);
    }
  }

  void close() {
    sse.close();
    held.forEach(HttpExchange::close);
  }

  private void route(HttpExchange exchange) throws IOException {
    switch (relativePath(exchange)) {
      case "mcp" -> streamable.handle(exchange);
      case "sse" -> sse.open(exchange);
      case "messages" -> sse.message(exchange);
      default -> HttpAnswers.empty(exchange, 404);
    }
  }

  private String relativePath(HttpExchange exchange) {
    return exchange.getRequestURI().getPath().substring(base.getPath().length() + 1);
  }

  private boolean faulted(HttpExchange exchange) throws IOException {
    SampleBehaviour behaviour = protocol.behaviour();
    if (protocol.isDown()) {
      HttpAnswers.text(exchange, 503, "text/plain", "the sample server is away");
    } else if (behaviour.has(Quirk.HTTP_500)) {
      HttpAnswers.text(exchange, 500, "text/plain", "the sample server is broken");
    } else if (behaviour.has(Quirk.HTML_PAGE)) {
      HttpAnswers.text(exchange, 200, "text/html; charset=utf-8", PAGE);
    } else if (protocol.hangs()) {
      held.add(exchange);
      // A client that gave up is not noticed by a server that does not write.
      var unused = executor.schedule(() -> drop(exchange), HELD_MINUTES, TimeUnit.MINUTES);
    } else {
      return false;
    }
    return true;
  }

  private void drop(HttpExchange exchange) {
    held.remove(exchange);
    exchange.close();
  }

  private boolean refused(HttpExchange exchange) throws IOException {
    if (relativePath(exchange).equals(METADATA)) {
      HttpAnswers.json(exchange, 200, resourceMetadata());
      return true;
    }
    String origin = exchange.getRequestHeaders().getFirst("Origin");
    String host = exchange.getRequestHeaders().getFirst("Host");
    if (!isLoopback(host == null ? null : "http://" + host)
        || (origin != null && !isLoopback(origin))) {
      HttpAnswers.text(exchange, 403, "text/plain", "this server is for the loopback address");
      return true;
    }
    String token = protocol.behaviour().bearerToken();
    if (token != null
        && !("Bearer " + token).equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
      exchange
          .getResponseHeaders()
          .set("WWW-Authenticate", "Bearer resource_metadata=\"%s/%s\"".formatted(base, METADATA));
      HttpAnswers.text(exchange, 401, "text/plain", "a bearer token is needed");
      return true;
    }
    return false;
  }

  /** A web page of another host could otherwise reach this server through the reader's browser. */
  private static boolean isLoopback(@Nullable String url) {
    try {
      String host = url == null ? null : URI.create(url).getHost();
      return host != null
          && (Set.of("localhost", "[::1]").contains(host) || LOOPBACK.matcher(host).matches());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private ObjectNode resourceMetadata() {
    ObjectNode metadata = JsonNodeFactory.instance.objectNode();
    metadata.put("resource", base + "/mcp");
    metadata.putArray("bearer_methods_supported").add("header");
    return metadata;
  }
}
