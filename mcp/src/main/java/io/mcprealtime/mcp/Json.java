package io.mcprealtime.mcp;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** JSON as this package reads and writes it: strict UTF-8, one value, no trailing text. */
final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private Json() {}

  static ObjectNode object() {
    return JsonNodeFactory.instance.objectNode();
  }

  static ArrayNode array() {
    return JsonNodeFactory.instance.arrayNode();
  }

  static JsonNode parse(String text) throws JacksonException {
    return MAPPER.readTree(text);
  }

  /** The object that the text holds, or null when it is none. */
  static @Nullable ObjectNode objectOrNull(String text) {
    try {
      return parse(text) instanceof ObjectNode object ? object : null;
    } catch (JacksonException e) {
      return null;
    }
  }

  /** The text of the bytes; unlike a JSON parser it refuses every sequence that is not UTF-8. */
  static String utf8(byte[] bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8
        .newDecoder()
        .onMalformedInput(CodingErrorAction.REPORT)
        .onUnmappableCharacter(CodingErrorAction.REPORT)
        .decode(ByteBuffer.wrap(bytes))
        .toString();
  }

  static @Nullable String text(@Nullable JsonNode node, String field) {
    JsonNode value = node == null ? null : node.get(field);
    return value != null && value.isString() ? value.stringValue() : null;
  }

  static @Nullable ObjectNode child(@Nullable JsonNode node, String field) {
    return node != null && node.get(field) instanceof ObjectNode object ? object : null;
  }

  /** Whether the message answers that request: numbers compare by value, a string never matches. */
  static boolean hasId(JsonNode message, long id) {
    JsonNode value = message.get("id");
    return value != null && value.isNumber() && value.asDouble(Double.NaN) == id;
  }

  /** Whether it is an answer: it has a result or an error, and no method. */
  static boolean isAnswer(JsonNode message) {
    return message.isObject()
        && !message.has("method")
        && (message.has("result") || message.has("error"));
  }

  static boolean isRequest(JsonNode message) {
    return message.isObject() && message.path("method").isString() && message.has("id");
  }
}
