package io.mcprealtime.mcp;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** A JSON-RPC message on its way to a server, with the headers that HTTP sends beside it. */
record Message(@Nullable Long id, String method, ObjectNode body, Map<String, String> headers) {

  static Message request(long id, String method, ObjectNode params, Map<String, String> headers) {
    return new Message(id, method, envelope(method, params).put("id", id), headers);
  }

  /**
   * A request of the modern era, which says in every message who asks and repeats in headers what
   * is asked.
   *
   * @param tool the definition of the tool that is called, whose marks name more headers
   */
  static Message modernRequest(
      long id, String method, ObjectNode params, ObjectNode clientInfo, @Nullable JsonNode tool) {
    ObjectNode complete = params.deepCopy();
    ObjectNode meta = complete.putObject("_meta");
    meta.put(Protocol.META_VERSION, Protocol.MODERN);
    meta.putObject(Protocol.META_CAPABILITIES);
    meta.set(Protocol.META_CLIENT, clientInfo);
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("MCP-Protocol-Version", Protocol.MODERN);
    headers.put("Mcp-Method", method);
    String name = Json.text(params, method.equals("resources/read") ? "uri" : "name");
    if (name != null) {
      headers.put("Mcp-Name", HeaderValues.encode(name));
    }
    if (tool != null) {
      headers.putAll(HeaderValues.ofArguments(tool, params.path("arguments")));
    }
    return request(id, method, complete, headers);
  }

  static Message notification(String method, Map<String, String> headers) {
    return new Message(null, method, envelope(method, Json.object()), headers);
  }

  /** What a server's own request gets: {@code ping} is answered, we offer nothing else. */
  static Message answerTo(JsonNode request, Map<String, String> headers) {
    ObjectNode body = Json.object().put("jsonrpc", "2.0");
    body.set("id", request.path("id"));
    String method = String.valueOf(Json.text(request, "method"));
    if (method.equals(Protocol.PING)) {
      body.putObject("result");
    } else {
      body.putObject("error")
          .put("code", Protocol.METHOD_NOT_FOUND)
          .put("message", "this client offers no " + method);
    }
    return new Message(null, method, body, headers);
  }

  private static ObjectNode envelope(String method, ObjectNode params) {
    ObjectNode body = Json.object().put("jsonrpc", "2.0").put("method", method);
    if (!params.isEmpty()) {
      body.set("params", params);
    }
    return body;
  }

  /**
   * The answer to a request.
   *
   * @param httpStatus 0 when it came by another way
   * @param serverTime the server's own time for it, when it tells
   */
  record Reply(JsonNode message, int httpStatus, @Nullable Duration serverTime) {
    Reply(JsonNode message) {
      this(message, 0, null);
    }
  }
}
