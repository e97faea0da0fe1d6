package io.mcprealtime.mcp;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Cuts a stream of bytes into server-sent events; holds at most one event. */
final class SseParser {
  private final int maxEventBytes;
  private final Consumer<Event> sink;
  private ByteArrayOutputStream line = new ByteArrayOutputStream();
  private final StringBuilder data = new StringBuilder();
  private @Nullable String type;
  private @Nullable String lastId;
  private @Nullable Long retryMillis;
  private boolean hasData;
  private boolean afterCarriageReturn;
  private boolean first = true;

  /** One event. */
  record Event(String type, String data) {}

  SseParser(int maxEventBytes, Consumer<Event> sink) {
    this.maxEventBytes = maxEventBytes;
    this.sink = sink;
  }

  /**
   * Takes the next bytes.
   *
   * @throws CharacterCodingException when a line is not valid UTF-8
   */
  void feed(ByteBuffer bytes) throws CharacterCodingException {
    while (bytes.hasRemaining()) {
      byte next = bytes.get();
      if (next == '\n' && afterCarriageReturn) {
        afterCarriageReturn = false;
      } else if (next == '\n' || next == '\r') {
        afterCarriageReturn = next == '\r';
        endLine();
      } else {
        afterCarriageReturn = false;
        line.write(next);
      }
    }
  }

  /** Whether the event under way is over the limit. */
  boolean isTooLarge() {
    return line.size() + data.length() > maxEventBytes;
  }

  /** The id of the last event that had one, with which a broken stream can be taken up. */
  @Nullable String lastId() {
    return lastId;
  }

  /** How long the server wants its clients to wait before they come back. */
  @Nullable Long retryMillis() {
    return retryMillis;
  }

  private void endLine() throws CharacterCodingException {
    String text = Json.utf8(line.toByteArray());
    line = new ByteArrayOutputStream();
    if (first && text.startsWith("\uFEFF")) {
      text = text.substring(1);
    }
    first = false;
    if (text.isEmpty()) {
      dispatch();
      return;
    }
    int colon = text.indexOf(':');
    String field = colon < 0 ? text : text.substring(0, colon);
    String value = colon < 0 ? "" : text.substring(colon + 1);
    take(field, value.startsWith(" ") ? value.substring(1) : value);
  }

  private void take(String field, String value) {
    if (field.equals("data")) {
      if (hasData) {
        data.append('\n');
      }
      data.append(value);
      hasData = true;
    } else if (field.equals("event")) {
      type = value;
    } else if (field.equals("id")) {
      lastId = value;
    } else if (field.equals("retry") && value.matches("\\d{1,9}")) {
      retryMillis = Long.valueOf(value);
    }
  }

  private void dispatch() {
    if (hasData) {
      Event event = new Event(type == null ? "message" : type, data.toString());
      data.setLength(0);
      hasData = false;
      type = null;
      sink.accept(event);
    }
    type = null;
  }
}
