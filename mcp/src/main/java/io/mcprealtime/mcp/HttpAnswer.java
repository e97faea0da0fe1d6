package io.mcprealtime.mcp;

import java.net.http.HttpHeaders;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What came back for one HTTP request. */
final class HttpAnswer {
  private final int status;
  private final HttpHeaders headers;
  private final byte[] body;
  private final @Nullable JsonNode message;

  /**
   * @param body the body, cut to a limit for an error status; empty for an event stream
   * @param message the JSON-RPC answer that an event stream brought
   */
  HttpAnswer(int status, HttpHeaders headers, byte[] body, @Nullable JsonNode message) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.message = message;
  }

  int status() {
    return status;
  }

  HttpHeaders headers() {
    return headers;
  }

  byte[] body() {
    return body;
  }

  @Nullable JsonNode message() {
    return message;
  }

  boolean isSuccess() {
    return status >= 200 && status < 300;
  }

  String contentType() {
    return contentType(headers);
  }

  /** The media type without parameters, in lower case. */
  static String contentType(HttpHeaders headers) {
    String value = headers.firstValue("Content-Type").orElse("");
    int end = value.indexOf(';');
    return (end < 0 ? value : value.substring(0, end)).strip().toLowerCase(Locale.ROOT);
  }
}
