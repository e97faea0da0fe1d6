package io.mcprealtime.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.wire.WireJson;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Holds answers against what the OpenAPI document says of them. */
final class OpenApiDocument {
  private final JsonNode root = ApiDocs.openApi();

  /** Fails when an answer is not as the document has it. What a test asks in vain is left alone. */
  void check(String method, String pathAndQuery, HttpResponse<String> response) {
    String path = pathAndQuery.replaceFirst("\\?.*", "");
    var operation = operation(method, path);
    if (operation == null || response.statusCode() == 405) {
      return;
    }
    String what = "%s %s → %d".formatted(method, path, response.statusCode());
    var answer = resolve(operation.path("responses").path("" + response.statusCode()));
    assertThat(answer.isObject()).as(what + " is not documented").isTrue();
    for (var header : answer.path("headers").propertyNames()) {
      assertThat(response.headers().firstValue(header)).as(what + " " + header).isPresent();
    }
    if (!answer.has("content")) {
      assertThat(response.body()).as(what).isEmpty();
      return;
    }
    String type = response.headers().firstValue("Content-Type").orElse("").split(";", 2)[0];
    var schema = answer.path("content").path(type).path("schema");
    assertThat(schema.isObject()).as("%s: %s is not documented".formatted(what, type)).isTrue();
    if (type.endsWith("json")) {
      assertThat(faults(WireJson.parse(response.body()), schema, "$")).as(what).isEmpty();
    }
  }

  private JsonNode operation(String method, String path) {
    for (Map.Entry<String, JsonNode> entry : root.get("paths").properties()) {
      if (path.matches(entry.getKey().replace("{id}", "[^/]+").replace(".", "\\."))) {
        return entry.getValue().get(method.toLowerCase(Locale.ROOT));
      }
    }
    return null;
  }

  JsonNode resolve(JsonNode node) {
    String reference = node.path("$ref").stringValue("");
    return reference.isEmpty() ? node : resolve(root.at(reference.substring(1)));
  }

  /** What is wrong with a value. */
  List<String> faults(JsonNode value, JsonNode reference, String at) {
    var schema = resolve(reference);
    var faults = new ArrayList<String>();
    if (schema.has("oneOf")) {
      long fitting =
          schema.get("oneOf").valueStream().filter(s -> faults(value, s, at).isEmpty()).count();
      return fitting == 1 ? List.of() : List.of(at + " fits " + fitting + " schemas: " + value);
    }
    if (schema.has("type") && !hasType(value, schema.get("type"))) {
      return List.of("%s is no %s: %s".formatted(at, schema.get("type"), value));
    }
    if (schema.has("enum") && schema.get("enum").valueStream().noneMatch(value::equals)) {
      faults.add("%s is none of %s: %s".formatted(at, schema.get("enum"), value));
    }
    if (schema.has("const") && !schema.get("const").equals(value)) {
      faults.add("%s is not %s: %s".formatted(at, schema.get("const"), value));
    }
    if (value.isNumber()) {
      if (value.doubleValue() < schema.path("minimum").doubleValue(-Double.MAX_VALUE)
          || value.doubleValue() > schema.path("maximum").doubleValue(Double.MAX_VALUE)) {
        faults.add("%s is out of bounds: %s".formatted(at, value));
      }
    }
    if (value.isString() && schema.path("format").stringValue("").equals("date-time")) {
      assertThat(Instant.parse(value.stringValue())).isNotNull();
    }
    if (value.isArray()) {
      for (int i = 0; i < value.size(); i++) {
        faults.addAll(faults(value.get(i), schema.path("items"), "%s[%d]".formatted(at, i)));
      }
    }
    if (value.isObject()) {
      checkObject(value, schema, at, faults);
    }
    return faults;
  }

  private void checkObject(JsonNode value, JsonNode schema, String at, List<String> faults) {
    schema
        .path("required")
        .forEach(
            name -> {
              if (!value.has(name.stringValue())) {
                faults.add("%s lacks %s".formatted(at, name));
              }
            });
    for (Map.Entry<String, JsonNode> entry : value.properties()) {
      var known = schema.path("properties").path(entry.getKey());
      var other = schema.path("additionalProperties");
      if (known.isObject() || other.isObject()) {
        var one = known.isObject() ? known : other;
        faults.addAll(faults(entry.getValue(), one, at + "." + entry.getKey()));
      } else if (other.isBoolean()) {
        faults.add("%s has %s, which is not documented".formatted(at, entry.getKey()));
      }
    }
  }

  private static boolean hasType(JsonNode value, JsonNode types) {
    if (types.isArray()) {
      return types.valueStream().anyMatch(type -> hasType(value, type));
    }
    return switch (types.stringValue()) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isString();
      case "number" -> value.isNumber();
      case "integer" -> value.isIntegralNumber();
      case "boolean" -> value.isBoolean();
      case "null" -> value.isNull();
      default -> false;
    };
  }
}
