package io.mcprealtime.mcp.sample;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import tools.jackson.databind.node.ObjectNode;

/** The ways in which the sample server ends an HTTP exchange. */
final class HttpAnswers {
  private HttpAnswers() {}

  static void empty(HttpExchange exchange, int status) throws IOException {
    exchange.sendResponseHeaders(status, -1);
    exchange.close();
  }

  static void text(HttpExchange exchange, int status, String type, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", type);
    exchange.sendResponseHeaders(status, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  static void json(HttpExchange exchange, int status, ObjectNode body) throws IOException {
    text(exchange, status, "application/json", body.toString());
  }

  static void methodNotAllowed(HttpExchange exchange, String allowed) throws IOException {
    exchange.getResponseHeaders().set("Allow", allowed);
    empty(exchange, 405);
  }

  /** One event of an event stream. */
  static String event(String name, String data) {
    return "event: " + name + "\ndata: " + data + "\n\n";
  }
}
