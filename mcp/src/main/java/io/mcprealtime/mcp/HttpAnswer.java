package io.mcprealtime.mcp;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What came back for one HTTP request. */
final class HttpAnswer {
  private final int status;
  private final HttpHeaders headers;
  private final byte[] body;
  private final @Nullable JsonNode message;
  private final @Nullable String lastEventId;
  private final @Nullable Long retryMillis;

  /**
   * @param body the body, cut to a limit for an error status; empty for an event stream
   * @param message the JSON-RPC answer that an event stream brought
   */
  HttpAnswer(int status, HttpHeaders headers, byte[] body, @Nullable JsonNode message) {
    this(status, headers, body, message, null, null);
  }

  private HttpAnswer(
      int status,
      HttpHeaders headers,
      byte[] body,
      @Nullable JsonNode message,
      @Nullable String lastEventId,
      @Nullable Long retryMillis) {
    this.status = status;
    this.headers = headers;
    this.body = body;
    this.message = message;
    this.lastEventId = lastEventId;
    this.retryMillis = retryMillis;
  }

  /** The same for a stream that ended before the answer, where it can be taken up again. */
  HttpAnswer droppedAt(@Nullable String eventId, @Nullable Long afterMillis) {
    return new HttpAnswer(status, headers, body, message, eventId, afterMillis);
  }

  /** The id to take a dropped stream up with; null when the answer is whole. */
  @Nullable String lastEventId() {
    return lastEventId;
  }

  /** How long to wait before that, as the server asks; null when it does not. */
  @Nullable Long retryMillis() {
    return retryMillis;
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

  /** The server's own time for the request; null when it does not tell. */
  @Nullable Duration serverTime() {
    return ServerTiming.of(headers.allValues(ServerTiming.HEADER));
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
