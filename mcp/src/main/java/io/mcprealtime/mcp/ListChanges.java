package io.mcprealtime.mcp;

import java.util.EnumSet;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/** The lists that the server said have changed, until somebody asks. Thread-safe. */
final class ListChanges {
  private final Set<ListKind> changed = EnumSet.noneOf(ListKind.class);

  /** Takes a message that is neither an answer nor a request. */
  synchronized void notified(JsonNode message) {
    String method = Json.text(message, "method");
    if (method != null) {
      changed.addAll(ListKind.changedBy(method));
    }
  }

  /** A new session begins, whose lists may be others. */
  synchronized void everything() {
    changed.addAll(EnumSet.allOf(ListKind.class));
  }

  /** Gives what was said so far, once. */
  synchronized Set<ListKind> take() {
    Set<ListKind> taken = EnumSet.noneOf(ListKind.class);
    taken.addAll(changed);
    changed.clear();
    return taken;
  }
}
