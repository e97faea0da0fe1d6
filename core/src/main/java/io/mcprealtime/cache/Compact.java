package io.mcprealtime.cache;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Makes JSON smaller without a loss. */
final class Compact {
  private Compact() {}

  /** The same, in place, without members that are null; readers take an absent one for null. */
  static JsonNode withoutNulls(JsonNode json) {
    if (json instanceof ObjectNode object) {
      object.removeNulls();
    }
    for (var member : json) {
      withoutNulls(member);
    }
    return json;
  }
}
