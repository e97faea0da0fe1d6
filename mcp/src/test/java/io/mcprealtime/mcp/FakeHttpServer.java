package io.mcprealtime.mcp;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import tools.jackson.databind.JsonNode;

/** An HTTP server whose answers a test gives. */
final class FakeHttpServer implements AutoCloseable {
  final List<Seen> seen = new CopyOnWriteArrayList<>();
  private final HttpServer server;
  private final ExecutorService executor = Executors.newCachedThreadPool();

  /** What it was asked. */
  record Seen(String method, JsonNode body, com.sun.net.httpserver.Headers headers) {
    String rpcMethod() {
      return body.path("method").asString("");
    }

    long id() {
      return body.path("id").asLong(-1);
    }
  }

  /** How it answers. */
  interface Handler {
    void handle(HttpExchange exchange, Seen seen) throws IOException;
  }

  FakeHttpServer(Handler handler) {
    try {
      server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.setExecutor(executor);
    server.createContext(
        "/",
        exchange -> {
          String text =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          Seen request =
              new Seen(
                  exchange.getRequestMethod(),
                  text.isEmpty() ? Json.object() : Json.parse(text),
                  exchange.getRequestHeaders());
          seen.add(request);
          try (exchange) {
            handler.handle(exchange, request);
          }
        });
    server.start();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/mcp");
  }

  List<String> methods() {
    return seen.stream().map(s -> s.rpcMethod().isEmpty() ? s.method() : s.rpcMethod()).toList();
  }

  static void send(HttpExchange exchange, int status, String type, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  static void json(HttpExchange exchange, int status, String body) throws IOException {
    send(exchange, status, "application/json", body);
  }

  static String result(Seen seen, String result) {
    return "{\"jsonrpc\":\"2.0\",\"id\":%d,\"result\":%s}".formatted(seen.id(), result);
  }

  static String error(Seen seen, int code, String message) {
    return "{\"jsonrpc\":\"2.0\",\"id\":%d,\"error\":{\"code\":%d,\"message\":\"%s\"}}"
        .formatted(seen.id(), code, message);
  }

  /** A stateless server of the modern era. */
  static void modern(HttpExchange exchange, Seen seen) throws IOException {
    switch (seen.rpcMethod()) {
      case "server/discover" ->
          json(
              exchange,
              200,
              result(
                  seen,
                  "{\"supportedVersions\":[\"2026-07-28\"],\"capabilities\":{\"tools\":{}},"
                      + "\"_meta\":{\"io.modelcontextprotocol/serverInfo\":"
                      + "{\"name\":\"young\",\"version\":\"2\"}}}"));
      case "tools/list" ->
          json(
              exchange,
              200,
              result(
                  seen,
                  "{\"tools\":[{\"name\":\"echo\",\"inputSchema\":{\"type\":\"object\","
                      + "\"properties\":{\"region\":{\"type\":\"string\","
                      + "\"x-mcp-header\":\"Region\"}}}}]}"));
      case "tools/call" ->
          json(exchange, 200, result(seen, "{\"content\":[{\"type\":\"text\",\"text\":\"ok\"}]}"));
      default -> json(exchange, 404, error(seen, -32601, "Method not found"));
    }
  }

  /** A server of the legacy era with sessions, that answers in event streams. */
  static void legacy(HttpExchange exchange, Seen seen) throws IOException {
    boolean hasSession = "s-1".equals(seen.headers().getFirst("Mcp-Session-Id"));
    if (seen.method().equals("DELETE")) {
      send(exchange, 200, "text/plain", "");
    } else if (seen.rpcMethod().equals("initialize")) {
      exchange.getResponseHeaders().set("Mcp-Session-Id", "s-1");
      stream(exchange, result(seen, greeting()));
    } else if (!hasSession) {
      json(
          exchange,
          400,
          "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":-32000,\"message\":\"No session\"}}");
    } else if (seen.id() < 0) {
      send(exchange, 202, "text/plain", "");
    } else {
      stream(
          exchange,
          result(
              seen,
              seen.rpcMethod().equals("tools/list") ? "{\"tools\":[{\"name\":\"echo\"}]}" : "{}"));
    }
  }

  static String greeting() {
    return "{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{\"tools\":{}},"
        + "\"serverInfo\":{\"name\":\"old\",\"version\":\"1\"}}";
  }

  static void stream(HttpExchange exchange, String message) throws IOException {
    send(exchange, 200, "text/event-stream", "event: message\nid: 1\ndata: " + message + "\n\n");
  }

  @Override
  public void close() {
    server.stop(0);
    executor.shutdownNow();
  }
}
