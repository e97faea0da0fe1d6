package io.mcprealtime.catalog;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** Reads parts of schemas, well-formed or not. */
final class Schemas {
  private Schemas() {}

  static boolean isNothing(JsonNode schema) {
    return schema.isBoolean() && !schema.booleanValue();
  }

  /** Whether the schema allows everything. */
  static boolean isAny(JsonNode schema) {
    return (schema.isBoolean() && schema.booleanValue()) || (schema.isObject() && schema.isEmpty());
  }

  static boolean isArrayOrNone(JsonNode value) {
    return value.isArray() || value.isMissingNode();
  }

  static boolean isObjectOrNone(JsonNode value) {
    return value.isObject() || value.isMissingNode();
  }

  static JsonNode any(@Nullable JsonNode schema) {
    return schema == null || schema.isMissingNode()
        ? JsonNodeFactory.instance.booleanNode(true)
        : schema;
  }

  static Map<String, JsonNode> object(JsonNode node) {
    var members = new HashMap<String, JsonNode>();
    node.properties().forEach(entry -> members.put(entry.getKey(), entry.getValue()));
    return members;
  }

  static Set<String> texts(JsonNode array) {
    var texts = new HashSet<String>();
    array.forEach(value -> texts.add(value.asString("")));
    return texts;
  }

  static Set<String> names(Collection<String> one, Collection<String> other) {
    var names = new TreeSet<>(one);
    names.addAll(other);
    return names;
  }
}
