package io.mcprealtime.catalog;

import static io.mcprealtime.catalog.SchemaDiff.Effect.NARROWED;
import static io.mcprealtime.catalog.SchemaDiff.Effect.UNCLEAR;
import static io.mcprealtime.catalog.SchemaDiff.Effect.WIDENED;
import static java.util.stream.Collectors.joining;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Compares those keywords of a schema whose values are no schemas. */
final class Keywords {
  private static final int MAX_LISTED = 5;
  private static final Set<String> LOWER =
      Set.of("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties");
  private static final Set<String> UPPER =
      Set.of("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties");
  private static final Set<String> CONDITIONS =
      Set.of("format", "pattern", "contentEncoding", "contentMediaType");

  private final SchemaDiff diff;
  private final String path;

  Keywords(SchemaDiff diff, String path) {
    this.diff = diff;
    this.path = path;
  }

  void types(JsonNode oldType, JsonNode newType) {
    var old = typeNames(oldType);
    var now = typeNames(newType);
    if (old.equals(now)) {
      return;
    }
    String what =
        old.isEmpty()
            ? "has the type %s now, and had any".formatted(String.join(" or ", now))
            : "has %s now, and had %s"
                .formatted(
                    now.isEmpty() ? "any type" : "the type " + String.join(" or ", now),
                    String.join(" or ", old));
    if (now.isEmpty() || (!old.isEmpty() && covers(now, old))) {
      diff.report(WIDENED, path, what);
    } else if (old.isEmpty() || covers(old, now)) {
      diff.report(NARROWED, path, what);
    } else {
      diff.report(UNCLEAR, path, what);
    }
  }

  private static Set<String> typeNames(JsonNode type) {
    var names = new TreeSet<String>();
    if (type.isArray()) {
      type.forEach(one -> names.add(Excerpt.name(one.asString("?"))));
    } else if (!type.isMissingNode()) {
      names.add(Excerpt.name(type.asString("?")));
    }
    return names;
  }

  private static boolean covers(Set<String> wide, Set<String> narrow) {
    return narrow.stream()
        .allMatch(
            type -> wide.contains(type) || (type.equals("integer") && wide.contains("number")));
  }

  /** The values of {@code enum} and {@code const}. */
  void values(JsonNode oldSchema, JsonNode newSchema) {
    var old = allowed(oldSchema);
    var now = allowed(newSchema);
    if (Objects.equals(old, now)) {
      return;
    }
    if (now == null) {
      diff.report(WIDENED, path, "allows other values now than " + list(old));
      return;
    }
    if (old == null) {
      diff.report(NARROWED, path, "allows only %s now".formatted(list(now)));
      return;
    }
    var gone = new LinkedHashSet<>(old);
    gone.removeAll(now);
    var added = new LinkedHashSet<>(now);
    added.removeAll(old);
    if (!gone.isEmpty()) {
      diff.report(NARROWED, path, "no longer allows " + list(gone));
    }
    if (!added.isEmpty()) {
      diff.report(WIDENED, path, "allows %s now".formatted(list(added)));
    }
  }

  private static @Nullable Set<JsonNode> allowed(JsonNode schema) {
    var values = schema.path("enum");
    if (schema.has("const")) {
      return Set.of(schema.get("const"));
    }
    if (!values.isArray()) {
      return null;
    }
    var set = new LinkedHashSet<JsonNode>();
    values.forEach(set::add);
    return set;
  }

  private static String list(@Nullable Collection<JsonNode> values) {
    if (values == null || values.isEmpty()) {
      return "nothing";
    }
    String some =
        values.stream().map(Excerpt::value).sorted().limit(MAX_LISTED).collect(joining(", "));
    int more = values.size() - MAX_LISTED;
    return more > 0 ? "%s and %d more".formatted(some, more) : some;
  }

  /** A keyword whose value has changed. */
  void bound(String key, JsonNode old, JsonNode now) {
    String what = "has %s now, and had %s".formatted(named(key, now), named(key, old));
    if ((LOWER.contains(key) || UPPER.contains(key)) && isNumber(old) && isNumber(now)) {
      diff.report(limit(LOWER.contains(key), old, now), path, what);
    } else if (CONDITIONS.contains(key)) {
      boolean changed = !old.isMissingNode() && !now.isMissingNode();
      diff.report(changed ? UNCLEAR : old.isMissingNode() ? NARROWED : WIDENED, path, what);
    } else if (key.equals("multipleOf")) {
      diff.report(multiple(old, now), path, what);
    } else if (isFlag(key) && isFlagValue(old) && isFlagValue(now)) {
      boolean set = now.booleanValue(false);
      if (set != old.booleanValue(false)) {
        diff.report(set ? NARROWED : WIDENED, path, what);
      }
    } else {
      diff.report(
          UNCLEAR, path, "has another '%s', which cannot be compared".formatted(Excerpt.name(key)));
    }
  }

  private static String named(String key, JsonNode value) {
    return SchemaDiff.named(Excerpt.name(key), value);
  }

  private static boolean isNumber(JsonNode value) {
    return value.isNumber() || value.isMissingNode();
  }

  /** The exclusive bounds were flags in draft 4. */
  private static boolean isFlag(String key) {
    return key.equals("uniqueItems") || key.startsWith("exclusive");
  }

  private static boolean isFlagValue(JsonNode value) {
    return value.isBoolean() || value.isMissingNode();
  }

  private static SchemaDiff.Effect limit(boolean lower, JsonNode old, JsonNode now) {
    if (old.isMissingNode() || now.isMissingNode()) {
      return old.isMissingNode() ? NARROWED : WIDENED;
    }
    int order = now.decimalValue().compareTo(old.decimalValue());
    return (order > 0) == lower ? NARROWED : WIDENED;
  }

  private static SchemaDiff.Effect multiple(JsonNode old, JsonNode now) {
    if (old.isMissingNode() || now.isMissingNode()) {
      return old.isMissingNode() ? NARROWED : WIDENED;
    }
    if (!old.canConvertToLong()
        || !now.canConvertToLong()
        || !old.isIntegralNumber()
        || !now.isIntegralNumber()
        || old.longValue() < 1
        || now.longValue() < 1) {
      return UNCLEAR;
    }
    if (now.longValue() % old.longValue() == 0) {
      return NARROWED;
    }
    return old.longValue() % now.longValue() == 0 ? WIDENED : UNCLEAR;
  }
}
