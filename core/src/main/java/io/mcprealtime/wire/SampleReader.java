package io.mcprealtime.wire;

import io.mcprealtime.CircuitState;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads bodies of samples as they mostly are: legal, written plainly, in UTF-8. It goes over the
 * bytes once and builds no tree. What is not so it leaves to {@link WireJson}, which takes more
 * shapes and says what is wrong; whatever this class reads, that one reads as the same samples.
 */
public final class SampleReader {
  private static final JsonMapper MAPPER = JsonMapper.shared();
  private static final double MAX_MILLIS = Duration.ofMinutes(30).toMillis();
  private static final long MAX_UPTIME = Integer.MAX_VALUE;
  private static final int NANOS_PER_MICRO = 1_000;
  private static final double MICROS_PER_MILLI = 1e3;
  private static final int DIGITS_OF_NANOS = 9;

  private static final Map<String, ServerState> STATES =
      Map.of(
          "HEALTHY", ServerState.HEALTHY,
          "DEGRADED", ServerState.DEGRADED,
          "AUTH_REQUIRED", ServerState.AUTH_REQUIRED,
          "EMPTY", ServerState.EMPTY,
          "DOWN", ServerState.DOWN,
          "UNKNOWN", ServerState.UNKNOWN);

  private static final Map<String, CircuitState> CIRCUITS =
      Map.of(
          "CLOSED", CircuitState.CLOSED,
          "OPEN", CircuitState.OPEN,
          "HALF_OPEN", CircuitState.HALF_OPEN);

  /** A power of two. */
  private static final int KNOWN_SERVERS = 1 << 13;

  /** Ids by a hash of their text, the last one read in each slot: it never holds more. */
  private static final AtomicReferenceArray<@Nullable ServerId> SERVERS =
      new AtomicReferenceArray<>(KNOWN_SERVERS);

  private final JsonParser parser;

  private SampleReader(JsonParser parser) {
    this.parser = parser;
  }

  /** The samples of a JSON array; null when it is anything but an array of plain samples. */
  public static @Nullable List<ServerMetrics> readArray(byte[] body) {
    if (!startsLikeUtf8(body)) {
      return null;
    }
    try (var parser = MAPPER.createParser(body)) {
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        return null;
      }
      var reader = new SampleReader(parser);
      var samples = new ArrayList<ServerMetrics>();
      for (var token = parser.nextToken(); token == JsonToken.START_OBJECT; ) {
        var sample = reader.read();
        if (sample == null) {
          return null;
        }
        samples.add(sample);
        token = parser.nextToken();
      }
      boolean whole = parser.currentToken() == JsonToken.END_ARRAY && parser.nextToken() == null;
      return whole ? samples : null;
    } catch (JacksonException | IllegalArgumentException | DateTimeException e) {
      return null;
    }
  }

  /** The samples of a body with one on each line; null when there is anything else in it. */
  public static @Nullable List<ServerMetrics> readLines(byte[] body) {
    if (!startsLikeUtf8(body)) {
      return null;
    }
    try (var parser = MAPPER.createParser(body)) {
      var reader = new SampleReader(parser);
      var samples = new ArrayList<ServerMetrics>();
      int lineEnd = -1;
      for (var token = parser.nextToken(); token != null; token = parser.nextToken()) {
        int from = (int) parser.currentTokenLocation().getByteOffset();
        if (token != JsonToken.START_OBJECT || from <= lineEnd) {
          return null;
        }
        lineEnd = lineEnd(body, from);
        var sample = reader.read();
        if (sample == null || parser.currentLocation().getByteOffset() > lineEnd) {
          return null;
        }
        samples.add(sample);
      }
      return samples;
    } catch (JacksonException | IllegalArgumentException | DateTimeException e) {
      return null;
    }
  }

  /** A parser of bytes would guess at other encodings, which are not taken. */
  private static boolean startsLikeUtf8(byte[] body) {
    return body.length > 1 && body[0] > 0 && body[1] > 0;
  }

  private static int lineEnd(byte[] body, int from) {
    int i = from;
    while (i < body.length && body[i] != '\n') {
      i++;
    }
    return i;
  }

  /** The sample whose object was just opened; null when it is not a plain one. */
  private @Nullable ServerMetrics read() {
    ServerId server = null;
    Instant at = null;
    ServerState state = null;
    Duration responseTime = null;
    Double successRate = null;
    Double errorRate = null;
    Long requestCount = null;
    Long errorCount = null;
    Duration uptime = null;
    Long memoryBytes = null;
    var circuit = CircuitState.CLOSED;
    String lastError = null;
    String sessionId = null;
    for (var name = parser.nextName(); name != null; name = parser.nextName()) {
      var token = parser.nextToken();
      boolean absent = token == JsonToken.VALUE_NULL;
      switch (name) {
        case "server" -> server = server(token);
        case "at" -> at = instant(token);
        case "state" -> state = constant(STATES, token);
        case "responseTimeMs" -> responseTime = absent ? null : millis(token);
        case "successRate" -> successRate = absent ? null : number(token);
        case "errorRate" -> errorRate = absent ? null : number(token);
        case "requestCount" -> requestCount = absent ? null : integer(token);
        case "errorCount" -> errorCount = absent ? null : integer(token);
        case "uptimeSeconds" -> uptime = absent ? null : seconds(token);
        case "memoryBytes" -> memoryBytes = absent ? null : integer(token);
        case "circuit" -> circuit = absent ? CircuitState.CLOSED : constant(CIRCUITS, token);
        case "lastError" -> lastError = absent ? null : text(token);
        case "sessionId" -> sessionId = absent ? null : text(token);
        default -> {
          return null;
        }
      }
    }
    if (server == null
        || at == null
        || state == null
        || parser.currentToken() != JsonToken.END_OBJECT) {
      return null;
    }
    return new ServerMetrics(
        server,
        at,
        state,
        responseTime,
        successRate,
        errorRate,
        requestCount,
        errorCount,
        uptime,
        memoryBytes,
        circuit,
        lastError,
        sessionId);
  }

  private String text(JsonToken token) {
    require(token == JsonToken.VALUE_STRING);
    return parser.getString();
  }

  /** The id of a server that was read lately; most come again and again. */
  private ServerId server(JsonToken token) {
    require(token == JsonToken.VALUE_STRING);
    var text = parser.getStringCharacters();
    int from = parser.getStringOffset();
    int length = parser.getStringLength();
    int hash = 0;
    for (int i = from; i < from + length; i++) {
      hash = 31 * hash + text[i];
    }
    int slot = (hash ^ hash >>> 16) & KNOWN_SERVERS - 1;
    var known = SERVERS.get(slot);
    if (known != null && isText(known.value(), text, from, length)) {
      return known;
    }
    var read = ServerId.of(new String(text, from, length));
    SERVERS.set(slot, read);
    return read;
  }

  private static boolean isText(String value, char[] text, int from, int length) {
    if (value.length() != length) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (value.charAt(i) != text[from + i]) {
        return false;
      }
    }
    return true;
  }

  private <E> E constant(Map<String, E> constants, JsonToken token) {
    var constant = constants.get(text(token));
    if (constant == null) {
      throw notPlain();
    }
    return constant;
  }

  private double number(JsonToken token) {
    require(token == JsonToken.VALUE_NUMBER_FLOAT || token == JsonToken.VALUE_NUMBER_INT);
    return parser.getDoubleValue();
  }

  private long integer(JsonToken token) {
    require(token == JsonToken.VALUE_NUMBER_INT);
    return parser.getLongValue();
  }

  private Duration millis(JsonToken token) {
    double millis = number(token);
    require(millis >= 0 && millis <= MAX_MILLIS);
    return Duration.ofNanos(Math.round(millis * MICROS_PER_MILLI) * NANOS_PER_MICRO);
  }

  private Duration seconds(JsonToken token) {
    long seconds = integer(token);
    require(seconds >= 0 && seconds <= MAX_UPTIME);
    return Duration.ofSeconds(seconds);
  }

  /** As {@link Instant#toString} writes it: 2026-11-22T09:30:00.123Z, up to nine decimals. */
  private Instant instant(JsonToken token) {
    require(token == JsonToken.VALUE_STRING);
    var text = parser.getStringCharacters();
    int from = parser.getStringOffset();
    int length = parser.getStringLength();
    require(
        length >= 20
            && length != 21
            && length <= 21 + DIGITS_OF_NANOS
            && text[from + 4] == '-'
            && text[from + 7] == '-'
            && text[from + 10] == 'T'
            && text[from + 13] == ':'
            && text[from + 16] == ':'
            && text[from + 19] == (length == 20 ? 'Z' : '.')
            && text[from + length - 1] == 'Z');
    int hour = digits(text, from + 11, 2);
    int minute = digits(text, from + 14, 2);
    int second = digits(text, from + 17, 2);
    require(hour < 24 && minute < 60 && second < 60);
    int decimals = Math.max(0, length - 21);
    int nanos = digits(text, from + 20, decimals);
    for (int i = decimals; i < DIGITS_OF_NANOS; i++) {
      nanos *= 10;
    }
    long day =
        LocalDate.of(digits(text, from, 4), digits(text, from + 5, 2), digits(text, from + 8, 2))
            .toEpochDay();
    return Instant.ofEpochSecond(day * 86_400 + hour * 3_600L + minute * 60L + second, nanos);
  }

  private static int digits(char[] text, int from, int count) {
    int value = 0;
    for (int i = from; i < from + count; i++) {
      int digit = text[i] - '0';
      require(digit >= 0 && digit <= 9);
      value = value * 10 + digit;
    }
    return value;
  }

  private static void require(boolean plain) {
    if (!plain) {
      throw notPlain();
    }
  }

  private static IllegalArgumentException notPlain() {
    return new IllegalArgumentException("not a plain sample");
  }
}
