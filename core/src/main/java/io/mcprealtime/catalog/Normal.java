package io.mcprealtime.catalog;

import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Brings ways to write the same schema into one form, as generators of schemas differ in them. */
final class Normal {
  private static final Set<String> TEXTS = Set.of("title", "description", "examples", "default");

  private Normal() {}

  /** A copy, with a choice of plain types as one list of types. */
  static ObjectNode form(JsonNode schema) {
    var form = JsonNodeFactory.instance.objectNode();
    if (schema.isObject()) {
      form.setAll((ObjectNode) schema);
    }
    for (var key : new String[] {"anyOf", "oneOf"}) {
      var choice = form.path(key);
      if (choice.isArray() && !choice.isEmpty() && !form.has("type") && areTypes(choice)) {
        var types = new TreeSet<String>();
        choice.forEach(one -> types.add(one.get("type").stringValue()));
        form.remove(key);
        types.forEach(form.putArray("type")::add);
      }
    }
    return form;
  }

  private static boolean areTypes(JsonNode choice) {
    return choice
        .valueStream()
        .allMatch(one -> one.isObject() && one.size() == 1 && one.path("type").isString());
  }

  /** Writes the one as a choice with one alternative where only the other is a choice. */
  static void align(ObjectNode one, ObjectNode other) {
    for (var key : new String[] {"anyOf", "oneOf"}) {
      if (one.has(key) != other.has(key)) {
        var choice = one.has(key) ? one : other;
        var plain = one.has(key) ? other : one;
        if (isOnly(choice, key) && !plain.has("anyOf") && !plain.has("oneOf")) {
          wrap(plain, key);
        }
      }
    }
  }

  private static boolean isOnly(ObjectNode schema, String key) {
    return schema.propertyNames().stream().allMatch(name -> name.equals(key) || isText(name));
  }

  static boolean isText(String name) {
    return TEXTS.contains(name);
  }

  private static void wrap(ObjectNode plain, String key) {
    var alternative = JsonNodeFactory.instance.objectNode();
    for (var name : Set.copyOf(plain.propertyNames())) {
      if (!isText(name)) {
        alternative.set(name, plain.remove(name));
      }
    }
    if (!alternative.isEmpty()) {
      plain.putArray(key).add(alternative);
    }
  }

  /** The schema without what only describes it; not within its parts. */
  static JsonNode withoutTexts(JsonNode schema) {
    if (!schema.isObject()) {
      return schema;
    }
    var bare = ((ObjectNode) schema).objectNode();
    for (var entry : schema.properties()) {
      if (!isText(entry.getKey())) {
        bare.set(entry.getKey(), entry.getValue());
      }
    }
    return bare;
  }
}
