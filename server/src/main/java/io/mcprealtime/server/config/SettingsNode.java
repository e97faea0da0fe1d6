package io.mcprealtime.server.config;

import io.mcprealtime.internal.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A section of a settings file. Reads values by key, expands {@code ${NAME}} and {@code
 * ${NAME:default}} or {@code ${NAME:-default}} from the environment, and gathers everything that is
 * wrong instead of stopping at the first.
 */
final class SettingsNode {
  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z0-9_]+)(?::-?([^}]*))?}");

  private final String path;
  private final @Nullable JsonNode node;
  private final Function<String, @Nullable String> environment;
  private final List<String> errors;
  private final Set<String> known = new HashSet<>();

  SettingsNode(
      String path,
      @Nullable JsonNode node,
      Function<String, @Nullable String> environment,
      List<String> errors) {
    this.path = path;
    this.environment = environment;
    this.errors = errors;
    boolean group = node != null && node.isObject();
    boolean absent = node == null || node.isNull() || node.isMissingNode();
    if (!absent && !group) {
      // Its value is left out: it may be a token that stands one level too high.
      errors.add(path + ": must be a group of settings, is a single value or a list");
    }
    this.node = group ? node : null;
  }

  SettingsNode section(String key) {
    return new SettingsNode(path + "." + key, raw(key), environment, errors);
  }

  /** The value as it stands, and the key as known. */
  @Nullable JsonNode raw(String key) {
    known.add(key);
    var value = node == null ? null : node.get(key);
    return value == null || value.isNull() ? null : value;
  }

  void text(String key, Consumer<String> use) {
    read(key, text -> text, use);
  }

  /** A list of values, or one text with commas. */
  void texts(String key, Consumer<List<String>> use) {
    var value = raw(key);
    if (value != null && value.isArray()) {
      try {
        var found = new ArrayList<String>();
        for (var item : value) {
          found.add(expand(item.asString("")));
        }
        use.accept(found);
      } catch (IllegalArgumentException e) {
        errors.add("%s.%s: %s".formatted(path, key, e.getMessage()));
      }
    } else {
      read(key, text -> List.of(text.split("\\s*,\\s*", -1)), use);
    }
  }

  void duration(String key, Consumer<Duration> use) {
    read(key, Durations::parse, use);
  }

  void integer(String key, int min, int max, Consumer<Integer> use) {
    read(
        key,
        text -> {
          int value;
          try {
            value = Integer.parseInt(text);
          } catch (NumberFormatException e) {
            throw new IllegalArgumentException("'%s' is no whole number".formatted(text), e);
          }
          if (value < min || value > max) {
            throw new IllegalArgumentException(
                "must lie between %d and %d, is %d".formatted(min, max, value));
          }
          return value;
        },
        use);
  }

  /** Reads a value; one that expands to nothing counts as absent. */
  <T> void read(String key, Function<String, T> parse, Consumer<T> use) {
    var value = raw(key);
    if (value == null) {
      return;
    }
    if (!value.isValueNode()) {
      errors.add("%s.%s: must be a single value".formatted(path, key));
      return;
    }
    try {
      String expanded = expand(value.asString());
      if (!expanded.isEmpty()) {
        use.accept(parse.apply(expanded));
      }
    } catch (IllegalArgumentException e) {
      errors.add("%s.%s: %s".formatted(path, key, e.getMessage()));
    }
  }

  private String expand(String text) {
    Matcher matcher = VARIABLE.matcher(text);
    var expanded = new StringBuilder();
    while (matcher.find()) {
      String value = environment.apply(matcher.group(1));
      if (value == null && matcher.group(2) == null) {
        throw new IllegalArgumentException(
            "the environment variable %s is not set; set it, or write ${%s:default}"
                .formatted(matcher.group(1), matcher.group(1)));
      }
      matcher.appendReplacement(
          expanded, Matcher.quoteReplacement(value == null ? matcher.group(2) : value));
    }
    return matcher.appendTail(expanded).toString();
  }

  /** Every key that nobody asked for is an error. */
  void refuseUnknown() {
    if (node == null) {
      return;
    }
    for (var key : node.propertyNames()) {
      if (!known.contains(key)) {
        errors.add(
            "%s.%s: is not known here; known are %s"
                .formatted(path, key, known.stream().sorted().toList()));
      }
    }
  }
}
