package io.mcprealtime.catalog;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Follows references within one schema; those to elsewhere lead nowhere. */
final class References {
  static final References NONE = new References(JsonNodeFactory.instance.missingNode());

  private static final int MAX_HOPS = 16;
  private static final String REF = "$ref";

  private final JsonNode root;
  private final boolean empty;
  private final Set<String> used = new HashSet<>();

  References(JsonNode root) {
    this.root = root;
    this.empty = !holdsReference(root);
  }

  /** Whether it seems so: a value that only looks like a reference costs time, and nothing else. */
  static boolean holdsReference(JsonNode root) {
    var open = new ArrayDeque<JsonNode>();
    open.add(root);
    for (var node = open.poll(); node != null; node = open.poll()) {
      for (var entry : node.properties()) {
        if (entry.getKey().equals(REF) || entry.getKey().endsWith("Ref")) {
          return true;
        }
      }
      node.forEach(child -> push(open, child));
    }
    return false;
  }

  private static void push(Deque<JsonNode> open, JsonNode child) {
    if (child.isContainer()) {
      open.push(child);
    }
  }

  /** Whether there is no reference in the whole schema. */
  boolean isEmpty() {
    return empty;
  }

  /** All definitions, by their pointers. */
  Map<String, JsonNode> definitions() {
    var found = new TreeMap<String, JsonNode>();
    for (var place : new String[] {"$defs", "definitions"}) {
      for (var entry : root.path(place).properties()) {
        found.put("#/%s/%s".formatted(place, entry.getKey()), entry.getValue());
      }
    }
    return found;
  }

  /** Whether a reference to that pointer was followed. */
  boolean isUsed(String pointer) {
    return used.contains(pointer);
  }

  /**
   * The schema that this one is or refers to, with what stands beside the reference; null when that
   * cannot be said.
   */
  @Nullable JsonNode resolve(JsonNode schema) {
    var found = schema;
    for (int hop = 0; hop < MAX_HOPS; hop++) {
      if (found.has("$dynamicRef") || found.has("$recursiveRef")) {
        return null;
      }
      if (!found.has(REF)) {
        return found.isObject() || found.isBoolean() || found.isMissingNode() ? found : null;
      }
      var target = target(found.get(REF));
      if (target == null) {
        return null;
      }
      var merged = merged(target, (ObjectNode) found);
      if (merged == null) {
        return null;
      }
      found = merged;
    }
    return null;
  }

  private @Nullable JsonNode target(JsonNode reference) {
    String text = reference.stringValue("");
    if (text.equals("#")) {
      return root;
    }
    if (!text.startsWith("#/")) {
      return null;
    }
    used.add(text);
    try {
      var target = root.at(JsonPointer.compile(text.substring(1)));
      return target.isMissingNode() ? null : target;
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  /** What stands beside describes as a rule; null where it says something else than the target. */
  private static @Nullable JsonNode merged(JsonNode target, ObjectNode beside) {
    if (beside.size() == 1) {
      return target;
    }
    if (!target.isObject()) {
      return null;
    }
    var merged = ((ObjectNode) target).objectNode();
    merged.setAll((ObjectNode) target);
    for (var entry : beside.properties()) {
      if (!entry.getKey().equals(REF)) {
        var other = target.path(entry.getKey());
        boolean agree = other.isMissingNode() || other.equals(entry.getValue());
        if (!agree && !Normal.isText(entry.getKey())) {
          return null;
        }
        merged.set(entry.getKey(), entry.getValue());
      }
    }
    return merged;
  }
}
