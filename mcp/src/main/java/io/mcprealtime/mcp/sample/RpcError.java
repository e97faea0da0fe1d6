package io.mcprealtime.mcp.sample;

import io.mcprealtime.McpRealtimeException;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** An error that the sample server answers a request with. */
final class RpcError extends McpRealtimeException {
  static final int PARSE_ERROR = -32700;
  static final int INVALID_REQUEST = -32600;
  static final int METHOD_NOT_FOUND = -32601;
  static final int INVALID_PARAMS = -32602;
  static final int INTERNAL_ERROR = -32603;
  static final int BAD_REQUEST = -32000;
  static final int SESSION_NOT_FOUND = -32001;
  static final int HEADER_MISMATCH = -32020;
  static final int MISSING_CLIENT_CAPABILITY = -32021;
  static final int UNSUPPORTED_PROTOCOL_VERSION = -32022;

  private static final long serialVersionUID = 1;

  private final int httpStatus;
  private final int code;
  private final transient @Nullable ObjectNode data;

  RpcError(int httpStatus, int code, String message) {
    this(httpStatus, code, message, null);
  }

  RpcError(int httpStatus, int code, String message, @Nullable ObjectNode data) {
    super(message);
    this.httpStatus = httpStatus;
    this.code = code;
    this.data = data;
  }

  int httpStatus() {
    return httpStatus;
  }

  ObjectNode toJson() {
    ObjectNode error = JsonNodeFactory.instance.objectNode();
    error.put("code", code).put("message", getMessage());
    if (data != null) {
      error.set("data", data);
    }
    return error;
  }
}
