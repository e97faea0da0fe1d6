package io.mcprealtime.mcp;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Values of JSON-RPC messages that the modern era repeats in HTTP headers. */
final class HeaderValues {
  private static final String MARK = "x-mcp-header";
  private static final String PARAM_PREFIX = "Mcp-Param-";
  private static final String ENCODED_START = "=?base64?";
  private static final String ENCODED_END = "?=";
  private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
  private static final Pattern SAFE =
      Pattern.compile("[\\x21-\\x7e](?:[\\x20-\\x7e\\t]*[\\x21-\\x7e])?");
  private static final Set<String> TYPES = Set.of("string", "integer", "boolean");
  private static final int MAX_DEPTH = 20;

  private HeaderValues() {}

  /** The value as a header carries it: as it is, or in Base64 where it would not survive. */
  static String encode(String value) {
    boolean plain = value.isEmpty() || SAFE.matcher(value).matches();
    if (plain && !(value.startsWith(ENCODED_START) && value.endsWith(ENCODED_END))) {
      return value;
    }
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    return ENCODED_START + Base64.getEncoder().encodeToString(bytes) + ENCODED_END;
  }

  /** Why the tool may not be used over HTTP, or null when its header marks are sound. */
  static @Nullable String invalidMark(JsonNode tool) {
    List<Mark> marks = new ArrayList<>();
    JsonNode schema = tool.path("inputSchema");
    collect(schema, List.of(), marks);
    if (marks.size() != count(schema, 0)) {
      return "a header mark outside of plain properties";
    }
    Set<String> names = new HashSet<>();
    for (Mark mark : marks) {
      if (!TOKEN.matcher(mark.header).matches()) {
        return "'%s' is no header name".formatted(mark.header);
      }
      if (!names.add(mark.header.toLowerCase(Locale.ROOT))) {
        return "two parameters share the header '%s'".formatted(mark.header);
      }
      if (!TYPES.contains(mark.type)) {
        return "parameter '%s' is no string, integer or boolean"
            .formatted(String.join(".", mark.path));
      }
    }
    return null;
  }

  /** The headers that a call of the tool carries for its arguments. */
  static Map<String, String> ofArguments(JsonNode tool, JsonNode arguments) {
    List<Mark> marks = new ArrayList<>();
    collect(tool.path("inputSchema"), List.of(), marks);
    Map<String, String> headers = new LinkedHashMap<>();
    for (Mark mark : marks) {
      JsonNode value = arguments;
      for (String step : mark.path) {
        value = value.path(step);
      }
      if (value.isString()) {
        headers.put(PARAM_PREFIX + mark.header, encode(value.stringValue()));
      } else if (value.isNumber() || value.isBoolean()) {
        headers.put(PARAM_PREFIX + mark.header, value.toString());
      }
    }
    return headers;
  }

  private static void collect(JsonNode schema, List<String> path, List<Mark> marks) {
    if (path.size() > MAX_DEPTH) {
      return;
    }
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      List<String> here = new ArrayList<>(path);
      here.add(property.getKey());
      JsonNode definition = property.getValue();
      if (isMarked(definition)) {
        String header = Json.text(definition, MARK);
        marks.add(
            new Mark(
                header == null ? "" : header, here, String.valueOf(Json.text(definition, "type"))));
      }
      collect(definition, here, marks);
    }
  }

  /** All marks anywhere in the schema, the ones that no argument can reach included. */
  private static int count(JsonNode node, int depth) {
    if (depth > 2 * MAX_DEPTH) {
      return 0;
    }
    int marks = isMarked(node) ? 1 : 0;
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      JsonNode child = entry.getValue();
      if (entry.getKey().equals("properties")) {
        for (JsonNode property : child.values()) {
          marks += count(property, depth + 2);
        }
      } else if (!List.of("default", "examples", "enum", "const").contains(entry.getKey())) {
        marks += count(child, depth + 1);
      }
    }
    if (node.isArray()) {
      for (JsonNode child : node.values()) {
        marks += count(child, depth + 1);
      }
    }
    return marks;
  }

  private static boolean isMarked(JsonNode schema) {
    return schema.isObject() && schema.has(MARK);
  }

  private record Mark(String header, List<String> path, String type) {}
}
