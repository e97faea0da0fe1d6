package io.mcprealtime.wire;

import io.mcprealtime.LatencySketch;
import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.ServerId;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The fields of a JSON object, read with messages that name the field and its value. */
final class Fields {
  /** Milliseconds up to which a double still tells each microsecond from the next. */
  private static final double MAX_MILLIS = (1L << 51) / 1e3;

  private static final double MICROS_PER_MILLI = 1e3;
  private static final int NANOS_PER_MICRO = 1_000;

  private final JsonNode json;

  private Fields(JsonNode json) {
    this.json = json;
  }

  static Fields of(String what, JsonNode json, Set<String> known) {
    if (!json.isObject()) {
      throw new IllegalArgumentException("%s must be a JSON object".formatted(what));
    }
    for (var name : json.propertyNames()) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException("unknown field '%s'".formatted(name));
      }
    }
    return new Fields(json);
  }

  private static <T> T required(@Nullable T value, String name) {
    if (value == null) {
      throw new IllegalArgumentException("'%s' is missing".formatted(name));
    }
    return value;
  }

  private @Nullable JsonNode present(String name) {
    var node = json.get(name);
    return node == null || node.isNull() ? null : node;
  }

  @Nullable String text(String name) {
    var node = present(name);
    return node == null ? null : text(name, node);
  }

  private static String text(String name, JsonNode node) {
    if (!node.isString()) {
      throw mustBe(name, "a string", shortened(node));
    }
    return node.stringValue();
  }

  String requiredText(String name) {
    return required(text(name), name);
  }

  @Nullable Double number(String name) {
    var node = present(name);
    if (node == null) {
      return null;
    }
    if (!node.isNumber()) {
      throw mustBe(name, "a number", shortened(node));
    }
    return node.doubleValue();
  }

  @Nullable Long integer(String name) {
    var node = present(name);
    return node == null ? null : integer(name, node);
  }

  private static long integer(String name, JsonNode node) {
    if (!node.isNumber() || !node.canConvertToExactIntegral() || !node.canConvertToLong()) {
      throw mustBe(name, "a whole number", shortened(node));
    }
    return node.longValue();
  }

  long requiredInteger(String name) {
    return required(integer(name), name);
  }

  static int asInt(String name, long value) {
    if (value != (int) value) {
      throw mustBe(name, "at most " + Integer.MAX_VALUE, String.valueOf(value));
    }
    return (int) value;
  }

  /** A duration to the microsecond, written as milliseconds with fractions. */
  @Nullable Duration millis(String name) {
    var millis = number(name);
    if (millis == null) {
      return null;
    }
    if (!(Math.abs(millis) <= MAX_MILLIS)) {
      throw mustBe(name, "at most %.0f ms".formatted(MAX_MILLIS), String.valueOf(millis));
    }
    long micros = Math.round(millis * MICROS_PER_MILLI);
    return Duration.ofSeconds(
        Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * NANOS_PER_MICRO);
  }

  Duration requiredMillis(String name) {
    return required(millis(name), name);
  }

  ServerId server() {
    return ServerId.of(requiredText("server"));
  }

  Instant instant(String name) {
    String text = requiredText(name);
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "'%s' must be an instant like 2026-11-22T09:30:00.123Z, is '%s'".formatted(name, text),
          e);
    }
  }

  UUID uuid(String name) {
    String text = requiredText(name);
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'%s' must be a UUID, is '%s'".formatted(name, text), e);
    }
  }

  <E extends Enum<E>> E constant(Class<E> type, String name) {
    return required(optionalConstant(type, name), name);
  }

  <E extends Enum<E>> E constant(Class<E> type, String name, E otherwise) {
    var value = optionalConstant(type, name);
    return value == null ? otherwise : value;
  }

  <E extends Enum<E>> @Nullable E optionalConstant(Class<E> type, String name) {
    var text = text(name);
    return text == null ? null : constantOf(type, name, text);
  }

  private static <E extends Enum<E>> E constantOf(Class<E> type, String name, String text) {
    try {
      return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'%s' must be one of %s, is '%s'"
              .formatted(name, Arrays.toString(type.getEnumConstants()), text),
          e);
    }
  }

  List<JsonNode> elements(String name) {
    var node = required(present(name), name);
    if (!node.isArray()) {
      throw mustBe(name, "an array", shortened(node));
    }
    return List.copyOf(node.values());
  }

  private Map<String, JsonNode> members(String name) {
    var node = required(present(name), name);
    if (!node.isObject()) {
      throw mustBe(name, "an object", shortened(node));
    }
    var members = new HashMap<String, JsonNode>();
    node.properties().forEach(entry -> members.put(entry.getKey(), entry.getValue()));
    return members;
  }

  Map<String, String> texts(String name) {
    var texts = new HashMap<String, String>();
    members(name).forEach((key, value) -> texts.put(key, text(name + "." + key, value)));
    return texts;
  }

  <E extends Enum<E>> Map<E, Integer> counts(Class<E> type, String name) {
    var counts = new EnumMap<E, Integer>(type);
    members(name)
        .forEach(
            (key, value) -> {
              String path = name + "." + key;
              counts.put(constantOf(type, name, key), asInt(path, integer(path, value)));
            });
    return counts;
  }

  LatencySketch sketch(String name) {
    String text = requiredText(name);
    try {
      var sketch = LatencySketch.decode(Base64.getDecoder().decode(text));
      // A sketch of another accuracy could be decoded, and would fail the first query over it.
      LatencySketch.builder().merge(sketch);
      return sketch;
    } catch (IllegalArgumentException | McpRealtimeException e) {
      throw new IllegalArgumentException(
          "'%s' is not a sketch of ours: %s".formatted(name, e.getMessage()), e);
    }
  }

  private static IllegalArgumentException mustBe(String name, String what, String value) {
    return new IllegalArgumentException("'%s' must be %s, is %s".formatted(name, what, value));
  }

  private static String shortened(JsonNode node) {
    String text = node.toString();
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }
}
