package io.mcprealtime.mcp.config;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Replaces placeholders, and remembers which of them it could not replace. */
final class Expander {
  private static final Pattern PLACEHOLDER = Pattern.compile("\\$\\{([^}]*)}");
  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final String DEFAULT_MARK = ":-";
  private static final String ENV = "env:";
  private static final String INPUT = "input:";

  private final ExpansionContext context;
  private final Set<String> unset = new TreeSet<>();
  private final Set<String> inputs = new TreeSet<>();
  private final Set<String> unknown = new TreeSet<>();
  private final Set<String> substituted = new LinkedHashSet<>();

  Expander(ExpansionContext context) {
    this.context = context;
  }

  String expand(String text) {
    if (text.indexOf("${") < 0) {
      return text;
    }
    return PLACEHOLDER
        .matcher(text)
        .replaceAll(match -> Matcher.quoteReplacement(valueOf(match.group(1))));
  }

  List<String> expand(List<String> texts) {
    return texts.stream().map(this::expand).toList();
  }

  Map<String, String> expand(Map<String, String> texts) {
    Map<String, String> expanded = new LinkedHashMap<>();
    texts.forEach((name, text) -> expanded.put(name, expand(text)));
    return expanded;
  }

  private String valueOf(String placeholder) {
    if (placeholder.equals("workspaceFolder")) {
      return context.workspaceFolder().toString();
    }
    if (placeholder.equals("userHome")) {
      return context.userHome().toString();
    }
    if (placeholder.startsWith(INPUT)) {
      inputs.add(placeholder.substring(INPUT.length()));
      return "";
    }
    String body = placeholder.startsWith(ENV) ? placeholder.substring(ENV.length()) : placeholder;
    int mark = body.indexOf(DEFAULT_MARK);
    String name = mark < 0 ? body : body.substring(0, mark);
    if (!VARIABLE.matcher(name).matches()) {
      unknown.add(name);
      return "";
    }
    String value = context.environment().get(name);
    if (value == null && mark < 0) {
      unset.add(name);
      return "";
    }
    String put = value == null ? body.substring(mark + DEFAULT_MARK.length()) : value;
    if (!put.isEmpty()) {
      substituted.add(put);
    }
    return put;
  }

  /** The values of variables that were put in so far; folders, which hold no secret, are not. */
  Set<String> substituted() {
    return Collections.unmodifiableSet(substituted);
  }

  /** Whether every placeholder so far has a value. */
  boolean isComplete() {
    return inputs.isEmpty() && unset.isEmpty() && unknown.isEmpty();
  }

  /**
   * @throws ConfigException naming every placeholder so far that has no value
   */
  void requireComplete() {
    if (!inputs.isEmpty()) {
      throw new ConfigException(
          ("asks its user for %s, which a monitor cannot; put ${NAME} in place of ${input:…} and"
                  + " set that variable")
              .formatted(String.join(", ", inputs)));
    }
    if (!unset.isEmpty()) {
      throw new ConfigException(
          "environment variable %s is not set; set it, or write ${%s:-DEFAULT}"
              .formatted(String.join(", ", unset), unset.iterator().next()));
    }
    if (!unknown.isEmpty()) {
      throw new ConfigException(
          "placeholder ${%s} is not known; use ${NAME}, ${env:NAME}, ${workspaceFolder} or ${userHome}"
              .formatted(String.join("}, ${", unknown)));
    }
  }
}
