package io.mcprealtime.catalog;

import static io.mcprealtime.catalog.ChangeClass.ADDITIVE;
import static io.mcprealtime.catalog.ChangeClass.BREAKING;
import static io.mcprealtime.catalog.ChangeClass.WORDING;
import static io.mcprealtime.catalog.SchemaDiff.Effect.NARROWED;
import static io.mcprealtime.catalog.SchemaDiff.Effect.UNCLEAR;
import static io.mcprealtime.catalog.SchemaDiff.Effect.WIDENED;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Compares two JSON Schemas by what they allow. What callers send may only be allowed more, what
 * they get may only be promised more; all else is breaking, and so is what cannot be compared.
 * Nothing is fetched: a reference to elsewhere is compared by its text.
 */
final class SchemaDiff {
  /** Deeper, and after so many steps, a change counts as one that cannot be compared. */
  private static final int MAX_DEPTH = 64;

  private static final int MAX_STEPS = 50_000;

  /** What says how a schema is read, or describes it; it allows and forbids nothing. */
  private static final Set<String> TEXTS =
      Set.of(
          "title",
          "description",
          "examples",
          "example",
          "$comment",
          "deprecated",
          "readOnly",
          "writeOnly",
          "$schema",
          "$id",
          "$anchor");

  /** Schemas of parts; where they are missing, everything is allowed. */
  private static final Set<String> PARTS =
      Set.of(
          "additionalProperties",
          "unevaluatedProperties",
          "items",
          "additionalItems",
          "unevaluatedItems",
          "propertyNames");

  private static final Set<String> HANDLED_APART =
      Set.of("properties", "required", "enum", "const", "type", "$ref", "$defs", "definitions");

  private final Changes.OfEntry changes;
  private final Direction direction;
  private final Set<String> visited = new HashSet<>();
  private References before = References.NONE;
  private References after = References.NONE;
  private boolean definitionsChanged;
  private boolean tooDeep;
  private int steps;

  /** Whose view it is. */
  enum Direction {
    /** What callers send. */
    INPUT,
    /** What callers get. */
    OUTPUT
  }

  /** What a change does to the set of values that are allowed. */
  enum Effect {
    NARROWED,
    WIDENED,
    UNCLEAR
  }

  SchemaDiff(Changes.OfEntry changes, Direction direction) {
    this.changes = changes;
    this.direction = direction;
  }

  /** Tells of every difference of two whole schemas; one that is missing allows everything. */
  void compare(JsonNode old, JsonNode now) {
    if (old.equals(now)) {
      return;
    }
    before = new References(old);
    after = new References(now);
    definitionsChanged = !before.definitions().equals(after.definitions());
    schemas(old, now, "", 0);
    definitions();
  }

  /** Definitions that changed and that no comparison has come by are used in an unclear way. */
  private void definitions() {
    var old = before.definitions();
    var now = after.definitions();
    for (var name : Schemas.names(old.keySet(), now.keySet())) {
      var oldOne = old.get(name);
      var newOne = now.get(name);
      boolean seen = before.isUsed(name) || after.isUsed(name);
      if (oldOne != null && newOne != null && !oldOne.equals(newOne) && !seen) {
        report(
            UNCLEAR, "", "has another %s, which cannot be compared".formatted(Excerpt.name(name)));
      }
    }
  }

  private void schemas(JsonNode oldGiven, JsonNode newGiven, String path, int depth) {
    boolean same = oldGiven.equals(newGiven);
    if (same && before.isEmpty() && after.isEmpty()) {
      return;
    }
    if (++steps > MAX_STEPS || depth > MAX_DEPTH) {
      if (!tooDeep && (!same || definitionsChanged)) {
        tooDeep = true;
        report(UNCLEAR, path, "is nested too deeply to be compared");
      }
      return;
    }
    boolean bothRefer = oldGiven.has("$ref") && newGiven.has("$ref");
    if (bothRefer && !visited.add(oldGiven.get("$ref") + " " + newGiven.get("$ref"))) {
      if (!same) {
        report(UNCLEAR, path, "refers to itself in another way, which cannot be compared");
      }
      return;
    }
    var old = before.resolve(oldGiven);
    var now = after.resolve(newGiven);
    if (old == null || now == null) {
      if (!same) {
        report(UNCLEAR, path, "refers to what cannot be compared");
      }
      return;
    }
    if (Schemas.isNothing(old) != Schemas.isNothing(now)) {
      boolean narrowed = Schemas.isNothing(now);
      report(
          narrowed ? NARROWED : WIDENED, path, narrowed ? "is not allowed now" : "is allowed now");
      return;
    }
    compare(Normal.form(old), Normal.form(now), path, depth);
  }

  private void compare(ObjectNode old, ObjectNode now, String path, int depth) {
    Normal.align(old, now);
    var keywords = new Keywords(this, path);
    keywords.types(old.path("type"), now.path("type"));
    keywords.values(old, now);
    properties(old, now, path, depth);
    for (var key : Schemas.names(old.propertyNames(), now.propertyNames())) {
      var oldValue = old.path(key);
      var newValue = now.path(key);
      if (HANDLED_APART.contains(key)) {
        continue;
      }
      if (PARTS.contains(key)) {
        part(key, oldValue, newValue, path, depth);
      } else if (key.equals("anyOf") || key.equals("oneOf") || key.equals("allOf")) {
        alternatives(key, oldValue, newValue, path, depth);
      } else if (key.equals("prefixItems")) {
        inOrder(key, oldValue, newValue, path, depth);
      } else if (!oldValue.equals(newValue)) {
        if (TEXTS.contains(key) || key.startsWith("x-")) {
          text(key, oldValue, newValue, path);
        } else if (key.equals("default")) {
          byDefault(oldValue, newValue, path);
        } else {
          keywords.bound(key, oldValue, newValue);
        }
      } else if (definitionsChanged
          && !TEXTS.contains(key)
          && References.holdsReference(oldValue)) {
        report(
            UNCLEAR,
            path,
            "has another '%s', which cannot be compared".formatted(Excerpt.name(key)));
      }
    }
  }

  private void text(String key, JsonNode old, JsonNode now, String path) {
    String what =
        ": %s %s %s"
            .formatted(
                what(path),
                now.isMissingNode() ? "no longer has a" : "has a new",
                Excerpt.name(key));
    changes.text(what, EntryDiff.text(old), EntryDiff.text(now));
  }

  /** What is done when a caller leaves it out. */
  private void byDefault(JsonNode old, JsonNode now, String path) {
    var changeClass = WORDING;
    if (direction == Direction.INPUT) {
      changeClass = old.isMissingNode() ? ADDITIVE : BREAKING;
    }
    changes.add(
        changeClass,
        ": %s has %s now, and had %s"
            .formatted(what(path), named("default", now), named("default", old)));
  }

  private void properties(ObjectNode old, ObjectNode now, String path, int depth) {
    var oldProperties = Schemas.object(old.path("properties"));
    var newProperties = Schemas.object(now.path("properties"));
    var oldRequired = Schemas.texts(old.path("required"));
    var newRequired = Schemas.texts(now.path("required"));
    var known = Schemas.names(oldProperties.keySet(), oldRequired);
    var names = Schemas.names(Schemas.names(known, newProperties.keySet()), newRequired);
    for (var name : names) {
      String at = (path.isEmpty() ? "" : path + ".") + name;
      boolean required = newRequired.contains(name);
      if (!known.contains(name)) {
        boolean breaks = required && direction == Direction.INPUT;
        add(breaks ? BREAKING : ADDITIVE, at, breaks ? "is new and required" : "is new");
      } else if (!newProperties.containsKey(name) && !required) {
        add(BREAKING, at, direction == Direction.INPUT ? "is gone" : "is no longer promised");
      } else {
        required(at, oldRequired.contains(name), required);
        schemas(
            Schemas.any(oldProperties.get(name)),
            Schemas.any(newProperties.get(name)),
            at,
            depth + 1);
      }
    }
    malformed("properties", old, now, path);
    malformed("required", old, now, path);
  }

  private void malformed(String key, ObjectNode old, ObjectNode now, String path) {
    var oldValue = old.path(key);
    var newValue = now.path(key);
    boolean readable =
        key.equals("required")
            ? Schemas.isArrayOrNone(oldValue) && Schemas.isArrayOrNone(newValue)
            : Schemas.isObjectOrNone(oldValue) && Schemas.isObjectOrNone(newValue);
    if (!readable && !oldValue.equals(newValue)) {
      report(UNCLEAR, path, "has another '%s', which cannot be compared".formatted(key));
    }
  }

  private void required(String at, boolean was, boolean is) {
    if (was == is) {
      return;
    }
    if (direction == Direction.INPUT) {
      add(is ? BREAKING : ADDITIVE, at, is ? "is required now" : "is no longer required");
    } else {
      add(is ? ADDITIVE : BREAKING, at, is ? "is always there now" : "is not always there now");
    }
  }

  private void part(String key, JsonNode old, JsonNode now, String path, int depth) {
    if (old.isArray() || now.isArray()) {
      inOrder(key, old, now, path, depth);
      return;
    }
    boolean items = key.equals("items");
    if (!items && Schemas.isNothing(Schemas.any(old)) != Schemas.isNothing(Schemas.any(now))) {
      boolean closed = Schemas.isNothing(Schemas.any(now));
      String what =
          "%s other %s now"
              .formatted(
                  closed ? "allows no" : "allows", key.endsWith("Items") ? "items" : "properties");
      if (direction == Direction.OUTPUT) {
        // As with fields that are added: whoever reads what was promised goes on reading it.
        add(ADDITIVE, path, what);
      } else {
        report(closed ? NARROWED : WIDENED, path, what);
      }
      return;
    }
    boolean wasAny = Schemas.isAny(Schemas.any(old));
    boolean isAny = Schemas.isAny(Schemas.any(now));
    String at =
        path
            + switch (key) {
              case "items", "additionalItems", "unevaluatedItems" -> "[]";
              case "propertyNames" -> ".(names)";
              default -> ".*";
            };
    if (wasAny != isAny) {
      report(
          isAny ? WIDENED : NARROWED,
          at,
          isAny ? "may be anything now" : "may not be anything now");
    } else if (!isAny) {
      schemas(old, now, at, depth + 1);
    }
  }

  private void inOrder(String key, JsonNode old, JsonNode now, String path, int depth) {
    if (old.isArray() && now.isArray() && old.size() == now.size()) {
      for (int i = 0; i < old.size(); i++) {
        schemas(old.get(i), now.get(i), "%s[%d]".formatted(path, i), depth + 1);
      }
    } else if (!old.equals(now)) {
      report(UNCLEAR, path, "has another '%s', which cannot be compared".formatted(key));
    }
  }

  /** Alternatives that are found again are compared with each other, in whatever order they are. */
  private void alternatives(String key, JsonNode old, JsonNode now, String path, int depth) {
    boolean all = key.equals("allOf");
    if (old.isMissingNode() || now.isMissingNode()) {
      boolean narrowed = old.isMissingNode();
      report(
          narrowed ? NARROWED : WIDENED,
          path,
          "%s '%s'".formatted(narrowed ? "has a new" : "no longer has", key));
      return;
    }
    if (!old.isArray() || !now.isArray()) {
      if (!old.equals(now)) {
        report(UNCLEAR, path, "has another '%s', which cannot be compared".formatted(key));
      }
      return;
    }
    var oldLeft = new ArrayList<JsonNode>();
    var newLeft = new HashMap<JsonNode, List<JsonNode>>();
    for (var one : now) {
      newLeft.computeIfAbsent(Normal.withoutTexts(one), none -> new ArrayList<>()).add(one);
    }
    for (var one : old) {
      var same = newLeft.getOrDefault(Normal.withoutTexts(one), List.of());
      if (same.isEmpty()) {
        oldLeft.add(one);
      } else {
        schemas(one, same.remove(0), path, depth + 1);
      }
    }
    var left = newLeft.values().stream().flatMap(List::stream).toList();
    if (oldLeft.size() == 1 && left.size() == 1) {
      schemas(oldLeft.get(0), left.get(0), path, depth + 1);
    } else if (!oldLeft.isEmpty() && !left.isEmpty()) {
      report(UNCLEAR, path, "has another '%s', which cannot be compared".formatted(key));
    } else if (!left.isEmpty()) {
      report(
          all ? NARROWED : WIDENED,
          path,
          all ? "has to fit one more schema" : "allows one more form");
    } else if (!oldLeft.isEmpty()) {
      report(
          all ? WIDENED : NARROWED,
          path,
          all ? "has to fit one schema less" : "allows one form less");
    }
  }

  /**
   * Tells of a change.
   *
   * @param what follows the place in the sentence
   */
  void report(Effect effect, String path, String what) {
    boolean input = direction == Direction.INPUT;
    boolean harmless = effect == (input ? WIDENED : NARROWED);
    add(harmless ? ADDITIVE : BREAKING, path, what);
  }

  private void add(ChangeClass changeClass, String path, String what) {
    changes.add(changeClass, ": %s %s".formatted(what(path), what));
  }

  private String what(String path) {
    boolean input = direction == Direction.INPUT;
    if (path.isEmpty()) {
      return input ? "its input" : "its output";
    }
    return "%s '%s'".formatted(input ? "parameter" : "output field", Excerpt.name(path));
  }

  static String named(String key, JsonNode value) {
    return value.isMissingNode() ? "no " + key : "the %s %s".formatted(key, Excerpt.value(value));
  }
}
