package io.mcprealtime.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Commands and replies in the JSON of Upstash's REST protocol. */
final class RestJson {
  private RestJson() {}

  /** How strings of an answer are written. */
  enum Encoding {
    PLAIN,
    BASE64
  }

  static ArrayNode command(Command command) {
    var json = JsonNodeFactory.instance.arrayNode().add(command.name());
    command.arguments().forEach(argument -> json.add(new String(argument, UTF_8)));
    return json;
  }

  static ArrayNode commands(List<Command> commands) {
    var json = JsonNodeFactory.instance.arrayNode();
    commands.forEach(command -> json.add(command(command)));
    return json;
  }

  /** Bytes of a string in a request: quotes in JSON within JSON are escaped. */
  static long sizeOf(byte[] text) {
    long size = (long) text.length + "\"\",".length();
    for (byte one : text) {
      if (one == '"' || one == '\\') {
        size++;
      } else if (one >= 0 && one < ' ') {
        size += "\\u0000".length() - 1;
      }
    }
    return size;
  }

  /**
   * The reply of {@code {"result":…}} or {@code {"error":…}}.
   *
   * @throws IllegalArgumentException when it is neither
   */
  static Reply reply(JsonNode json, Encoding encoding) {
    var failure = error(json);
    if (failure != null) {
      return failure;
    }
    var result = json.get("result");
    if (result == null) {
      throw new IllegalArgumentException("neither a result nor an error");
    }
    return value(result, encoding);
  }

  /** The error of an answer, where it is one. */
  static Reply.@Nullable Failure error(JsonNode json) {
    var error = json.get("error");
    return error != null && error.isString() ? new Reply.Failure(error.stringValue()) : null;
  }

  private static Reply value(JsonNode json, Encoding encoding) {
    if (json.isNull()) {
      return new Reply.Nothing();
    }
    if (json.isIntegralNumber() && json.canConvertToLong()) {
      return new Reply.Whole(json.longValue());
    }
    if (json.isString()) {
      return new Reply.Text(bytes(json.stringValue(), encoding));
    }
    if (json.isArray()) {
      var items = new ArrayList<Reply>(json.size());
      for (var item : json) {
        items.add(value(item, encoding));
      }
      return new Reply.Items(items);
    }
    throw new IllegalArgumentException("a result of type " + json.getNodeType());
  }

  private static byte[] bytes(String text, Encoding encoding) {
    // The service leaves this one as it is.
    if (encoding == Encoding.PLAIN || text.equals("OK")) {
      return text.getBytes(UTF_8);
    }
    return Base64.getDecoder().decode(text);
  }
}
