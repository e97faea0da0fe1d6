package io.mcprealtime.cache;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads members of a JSON object; what is not of the kind is refused by its name. */
final class Members {
  private Members() {}

  static JsonNode required(JsonNode json, String name) {
    var value = json.get(name);
    if (value == null) {
      throw new IllegalArgumentException("'%s' is missing".formatted(name));
    }
    return value;
  }

  static String text(JsonNode json, String name) {
    return textOf(required(json, name), name);
  }

  static @Nullable String optionalText(JsonNode json, String name) {
    var value = json.get(name);
    return value == null ? null : textOf(value, name);
  }

  private static String textOf(JsonNode value, String name) {
    if (!value.isString()) {
      throw new IllegalArgumentException("'%s' must be a string".formatted(name));
    }
    return value.stringValue();
  }

  static long requiredInteger(JsonNode json, String name) {
    return integerOf(required(json, name), name);
  }

  static @Nullable Long integer(JsonNode json, String name) {
    var value = json.get(name);
    return value == null ? null : (Long) integerOf(value, name);
  }

  private static long integerOf(JsonNode value, String name) {
    if (!value.isIntegralNumber() || !value.canConvertToLong()) {
      throw new IllegalArgumentException("'%s' must be a whole number".formatted(name));
    }
    return value.longValue();
  }

  static @Nullable Double number(JsonNode json, String name) {
    var value = json.get(name);
    if (value == null) {
      return null;
    }
    if (!value.isNumber()) {
      throw new IllegalArgumentException("'%s' must be a number".formatted(name));
    }
    return value.doubleValue();
  }
}
