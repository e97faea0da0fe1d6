package io.mcprealtime.mcp.sample;

import com.sun.net.httpserver.Headers;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The headers that a request of 2026-07-28 must carry, and that must agree with its body. */
final class HeaderChecks {
  static final String VERSION = "MCP-Protocol-Version";
  private static final String METHOD = "Mcp-Method";
  private static final String NAME = "Mcp-Name";
  private static final String ENCODED_PREFIX = "=?base64?";
  private static final String ENCODED_SUFFIX = "?=";

  private HeaderChecks() {}

  static void check(Headers headers, JsonNode message) {
    String method = SampleProtocol.requestMethod(message).orElse("");
    if (method.isEmpty()) {
      return;
    }
    JsonNode params = message.path("params");
    String version = params.path("_meta").path(SampleProtocol.META_VERSION).stringValue("");
    // A body without a version has an error of its own, which the protocol reports.
    agree(VERSION, headers.getFirst(VERSION), version.isEmpty() ? null : version);
    agree(METHOD, headers.getFirst(METHOD), method);
    if (method.equals("tools/call")) {
      String name = headers.getFirst(NAME);
      agree(NAME, name == null ? null : decoded(name), params.path("name").stringValue(""));
    }
  }

  private static void agree(String header, @Nullable String value, @Nullable String expected) {
    if (value == null) {
      throw mismatch("the header %s is missing".formatted(header));
    }
    if (expected != null && !value.strip().equals(expected)) {
      throw mismatch("the header %s does not agree with the body".formatted(header));
    }
  }

  private static String decoded(String value) {
    String text = value.strip();
    if (!text.startsWith(ENCODED_PREFIX) || !text.endsWith(ENCODED_SUFFIX)) {
      return text;
    }
    String encoded =
        text.substring(
            ENCODED_PREFIX.length(),
            Math.max(ENCODED_PREFIX.length(), text.length() - ENCODED_SUFFIX.length()));
    try {
      return new String(Base64.getDecoder().decode(encoded), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw mismatch("the header %s holds no valid Base64".formatted(NAME));
    }
  }

  private static RpcError mismatch(String message) {
    return new RpcError(400, RpcError.HEADER_MISMATCH, message);
  }
}
