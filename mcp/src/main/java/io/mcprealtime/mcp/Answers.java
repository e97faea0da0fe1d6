package io.mcprealtime.mcp;

import io.mcprealtime.mcp.McpException.Kind;
import io.mcprealtime.mcp.Message.Reply;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What an answer says: its result, or the fault that its error stands for. */
final class Answers {
  static final int NOT_FOUND = 404;
  private static final int MAX_QUOTE = 300;

  private Answers() {}

  /**
   * The result of an answer.
   *
   * @param mayExpire whether it was asked in a session that the server may have ended
   */
  static JsonNode result(String method, Reply reply, boolean mayExpire, Redactor redactor) {
    JsonNode error = reply.message().get("error");
    if (error == null || error.isNull()) {
      JsonNode result = reply.message().path("result");
      if (!result.isObject()) {
        throw new McpException(Kind.MALFORMED, "the result of %s is no object".formatted(method));
      }
      return result;
    }
    if (mayExpire && reply.httpStatus() == NOT_FOUND) {
      throw expired(method);
    }
    throw fault(method, error, redactor);
  }

  private static McpException fault(String method, JsonNode error, Redactor redactor) {
    int code = error.path("code").asInt(0);
    if (code == Protocol.UNSUPPORTED_VERSION) {
      List<String> supported =
          error.path("data").path("supported").values().stream()
              .filter(JsonNode::isString)
              .map(version -> redactor.quote(version.stringValue(), 40))
              .limit(20)
              .toList();
      return McpException.versionMismatch(code, mismatch(supported), supported);
    }
    String text = redactor.quote(String.valueOf(Json.text(error, "message")), MAX_QUOTE);
    return McpException.rpc(code, "%s is answered with error %d: %s".formatted(method, code, text));
  }

  static McpException expired(String method) {
    return McpException.httpStatus(
        Kind.SESSION_EXPIRED, NOT_FOUND, "HTTP 404: the server ended its session before " + method);
  }

  static String mismatch(List<String> supported) {
    if (supported.contains(Protocol.MODERN)) {
      return "version mismatch: the server refuses %s and names it among those that it speaks"
          .formatted(Protocol.MODERN);
    }
    return "version mismatch: the server speaks %s, the monitor %s and %s"
        .formatted(
            supported.isEmpty() ? "no revision that it names" : String.join(", ", supported),
            Protocol.MODERN,
            String.join(", ", Protocol.LEGACY));
  }
}
