package io.mcprealtime.mcp;

import java.net.http.HttpHeaders;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What came back for one HTTP request.
 *
 * @param body the body, cut to the limit for an error status; empty for an event stream
 * @param message the JSON-RPC answer that an event stream brought
 */
record HttpAnswer(int status, HttpHeaders headers, byte[] body, @Nullable JsonNode message) {
  String contentType() {
    return contentType(headers);
  }

  /** The media type without parameters, in lower case. */
  static String contentType(HttpHeaders headers) {
    String value = headers.firstValue("Content-Type").orElse("");
    int end = value.indexOf(';');
    return (end < 0 ? value : value.substring(0, end)).strip().toLowerCase(Locale.ROOT);
  }

  boolean isSuccess() {
    return status >= 200 && status < 300;
  }
}
