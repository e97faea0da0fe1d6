package io.mcprealtime.catalog;

import static io.mcprealtime.catalog.ChangeClass.ADDITIVE;
import static io.mcprealtime.catalog.ChangeClass.BREAKING;
import static io.mcprealtime.catalog.ChangeClass.WORDING;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** Compares what a server says of one tool, prompt or resource. */
final class EntryDiff {
  private static final JsonNode MISSING = MissingNode.getInstance();
  private static final Set<String> HINTS =
      Set.of("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint");

  private final Changes.OfEntry changes;
  private final JsonNode before;
  private final JsonNode after;

  private EntryDiff(Changes.OfEntry changes, JsonNode before, JsonNode after) {
    this.changes = changes;
    this.before = before;
    this.after = after;
  }

  /** Tells of an entry that was not there. */
  static void added(Changes.OfEntry changes, CatalogEntry entry) {
    changes.add(ADDITIVE, " is new");
    var definition = parse(entry.definition());
    if (definition != null) {
      tellHidden(changes, definition, Set.of());
    }
  }

  /** Tells of everything that is different in an entry that is there before and after. */
  static void changed(Changes.OfEntry changes, CatalogEntry before, CatalogEntry after) {
    var old = parse(before.definition());
    var now = parse(after.definition());
    if (old == null || now == null || !old.isObject() || !now.isObject()) {
      changes.add(BREAKING, " has another definition, which cannot be compared");
      return;
    }
    var diff = new EntryDiff(changes, old, now);
    switch (before.kind()) {
      case TOOL -> diff.tool();
      case PROMPT -> diff.arguments();
      case RESOURCE, RESOURCE_TEMPLATE -> diff.resource();
    }
    diff.rest(before.kind());
    tellHidden(changes, now, hidden(old));
    if (changes.isEmpty()) {
      changes.add(WORDING, " is written in another way, and says the same");
    }
  }

  private static @Nullable JsonNode parse(String definition) {
    try {
      return JsonMapper.shared().readTree(definition);
    } catch (JacksonException e) {
      return null;
    }
  }

  private void tool() {
    new SchemaDiff(changes, SchemaDiff.Direction.INPUT)
        .compare(before.path("inputSchema"), after.path("inputSchema"));
    var oldOutput = before.path("outputSchema");
    var newOutput = after.path("outputSchema");
    if (oldOutput.isMissingNode() != newOutput.isMissingNode()) {
      if (newOutput.isMissingNode()) {
        changes.add(BREAKING, ": the shape of its output is no longer promised");
      } else {
        changes.add(ADDITIVE, ": the shape of its output is promised now");
      }
    } else {
      new SchemaDiff(changes, SchemaDiff.Direction.OUTPUT).compare(oldOutput, newOutput);
    }
    hints();
    execution();
  }

  /** What a host may do unasked hangs on these; what is not said is the protocol's default. */
  private void hints() {
    hint("readOnlyHint", false, "says that it changes things", "claims to change nothing");
    hint("destructiveHint", true, "claims not to destroy", "says that it may destroy");
    hint(
        "idempotentHint",
        false,
        "says that calling it twice does more",
        "claims to be safe to call twice");
    hint(
        "openWorldHint",
        true,
        "claims to stay within its own world",
        "says that it reaches out to other systems");
    var old = before.path("annotations");
    var now = after.path("annotations");
    for (var name : names(old, now)) {
      if (!HINTS.contains(name)) {
        text(
            " has other annotations ('%s')".formatted(Excerpt.name(name)),
            old.path(name),
            now.path(name));
      }
    }
  }

  /**
   * @param byDefault also the value that promises less, or nothing, of the hints that are bad news
   */
  private void hint(String name, boolean byDefault, String whenFalse, String whenTrue) {
    boolean old = before.path("annotations").path(name).booleanValue(byDefault);
    boolean now = after.path("annotations").path(name).booleanValue(byDefault);
    if (old != now) {
      // The default of each hint is the value that promises the least.
      changes.add(
          now == byDefault ? BREAKING : WORDING,
          " %s now (%s was %b, is %b)".formatted(now ? whenTrue : whenFalse, name, old, now));
    }
  }

  private void execution() {
    var old = before.path("execution");
    var now = after.path("execution");
    if (old.equals(now)) {
      return;
    }
    String oldSupport = old.path("taskSupport").stringValue("forbidden");
    String newSupport = now.path("taskSupport").stringValue("forbidden");
    if (!oldSupport.equals(newSupport)) {
      changes.add(
          newSupport.equals("optional") ? ADDITIVE : BREAKING,
          " has taskSupport %s now, and had %s"
              .formatted(Excerpt.name(newSupport), Excerpt.name(oldSupport)));
    } else {
      text(" has another 'execution'", old, now);
    }
  }

  private void arguments() {
    var old = byName(before.path("arguments"));
    var now = byName(after.path("arguments"));
    var names = new TreeSet<>(old.keySet());
    names.addAll(now.keySet());
    for (var name : names) {
      String what = ": argument '%s' ".formatted(Excerpt.name(name));
      var oldArgument = old.getOrDefault(name, MISSING);
      var newArgument = now.getOrDefault(name, MISSING);
      boolean wasRequired = oldArgument.path("required").booleanValue(false);
      boolean isRequired = newArgument.path("required").booleanValue(false);
      if (newArgument.isMissingNode()) {
        changes.add(BREAKING, what + "is gone");
      } else if (oldArgument.isMissingNode()) {
        changes.add(
            isRequired ? BREAKING : ADDITIVE,
            what + (isRequired ? "is new and required" : "is new"));
      } else {
        if (wasRequired != isRequired) {
          changes.add(
              isRequired ? BREAKING : ADDITIVE,
              what + (isRequired ? "is required now" : "is no longer required"));
        }
        for (var key : names(oldArgument, newArgument)) {
          if (!key.equals("required")) {
            text(
                what + "has a new " + Excerpt.name(key),
                oldArgument.path(key),
                newArgument.path(key));
          }
        }
      }
    }
  }

  private static Map<String, JsonNode> byName(JsonNode arguments) {
    var byName = new TreeMap<String, JsonNode>();
    arguments.forEach(argument -> byName.put(argument.path("name").asString(""), argument));
    return byName;
  }

  private void resource() {
    var old = before.path("mimeType");
    var now = after.path("mimeType");
    if (!old.equals(now)) {
      changes.add(BREAKING, " has %s now, and had %s".formatted(mimeType(now), mimeType(old)));
    }
  }

  private static String mimeType(JsonNode value) {
    return value.isMissingNode() ? "no mimeType" : "the mimeType " + Excerpt.value(value);
  }

  /** Titles, descriptions, icons, _meta and whatever else is not compared by its meaning. */
  private void rest(CatalogEntry.Kind kind) {
    var compared =
        switch (kind) {
          case TOOL -> Set.of("inputSchema", "outputSchema", "annotations", "execution");
          case PROMPT -> Set.of("arguments");
          case RESOURCE, RESOURCE_TEMPLATE -> Set.of("mimeType");
        };
    for (var name : names(before, after)) {
      if (!compared.contains(name)) {
        text(" has a new " + Excerpt.name(name), before.path(name), after.path(name));
      }
    }
  }

  private void text(String what, JsonNode old, JsonNode now) {
    if (!old.equals(now)) {
      changes.text(
          now.isMissingNode() ? what.replace(" has a new ", " no longer has a ") : what,
          text(old),
          text(now));
    }
  }

  /** A text as it is, another value as JSON, which shows control characters as escapes. */
  static String text(JsonNode value) {
    if (value.isMissingNode()) {
      return "";
    }
    return value.isString() ? value.stringValue() : value.toString();
  }

  private static Set<String> names(JsonNode one, JsonNode other) {
    var names = new TreeSet<String>(one.propertyNames());
    names.addAll(other.propertyNames());
    return names;
  }

  /** Whatever place they are in: a model reads names and values of a schema as well. */
  private static void tellHidden(Changes.OfEntry changes, JsonNode now, Set<String> known) {
    for (var text : hidden(now)) {
      if (!known.contains(text) && !changes.isShown(text)) {
        changes.add(BREAKING, " holds hidden characters", null, Excerpt.differing(text, ""));
        return;
      }
    }
  }

  /** All texts with hidden characters. */
  private static Set<String> hidden(JsonNode root) {
    var found = new HashSet<String>();
    var open = new ArrayList<JsonNode>(List.of(root));
    while (!open.isEmpty()) {
      var node = open.remove(open.size() - 1);
      if (node.isString() && HiddenText.isIn(node.stringValue())) {
        found.add(node.stringValue());
      }
      node.propertyNames().stream().filter(HiddenText::isIn).forEach(found::add);
      node.forEach(open::add);
    }
    return found;
  }
}
