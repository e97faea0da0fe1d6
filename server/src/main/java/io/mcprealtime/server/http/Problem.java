package io.mcprealtime.server.http;

import static java.util.Map.entry;

import io.mcprealtime.wire.WireJson;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** An answer that something is wrong, as RFC 9457 has it. */
final class Problem extends RuntimeException {
  private static final long serialVersionUID = 1;

  private static final Map<Integer, String> TITLES =
      Map.ofEntries(
          entry(400, "Bad request"),
          entry(401, "Unauthorized"),
          entry(403, "Forbidden"),
          entry(404, "Not found"),
          entry(405, "Method not allowed"),
          entry(409, "Conflict"),
          entry(413, "Content too large"),
          entry(415, "Unsupported media type"),
          entry(429, "Too many requests"),
          entry(500, "Internal error"),
          entry(503, "Service unavailable"));

  private final int status;
  private final transient Map<String, JsonNode> extras;

  Problem(int status, String detail) {
    this(status, detail, Map.of());
  }

  Problem(int status, String detail, Map<String, JsonNode> extras) {
    super(detail, null, false, false);
    this.status = status;
    this.extras = extras;
  }

  static Problem badRequest(String detail) {
    return new Problem(400, detail);
  }

  static Problem notFound(String detail) {
    return new Problem(404, detail);
  }

  void send(RoutingContext context) {
    var response = context.response();
    if (response.ended() || response.closed()) {
      return;
    }
    if (response.headWritten()) {
      response.reset();
      return;
    }
    var json =
        WireJson.object()
            .put("type", "about:blank")
            .put("title", TITLES.getOrDefault(status, "Error"))
            .put("status", status)
            .put("detail", getMessage())
            .put("instance", context.request().path());
    extras.forEach(json::set);
    if (status == 401) {
      response.putHeader("WWW-Authenticate", "Bearer realm=\"mcp-realtime\"");
    }
    if (status == 503 || status == 429) {
      response.putHeader("Retry-After", "5");
    }
    response
        .setStatusCode(status)
        .putHeader("Content-Type", "application/problem+json")
        .end(json.toString());
  }
}
