package io.mcprealtime.benchmarks;

import java.util.HashMap;
import java.util.Map;

/** The options of a benchmark, {@code --name value}. */
final class Settings {
  private final Map<String, String> values = new HashMap<>();

  /**
   * Reads options.
   *
   * @throws UsageException that names what is not one
   */
  static Settings parse(String... arguments) {
    var settings = new Settings();
    for (int i = 0; i < arguments.length; i += 2) {
      if (!arguments[i].startsWith("--") || i + 1 == arguments.length) {
        throw new UsageException("expected --name value, found " + arguments[i]);
      }
      settings.values.put(arguments[i].substring(2), arguments[i + 1]);
    }
    return settings;
  }

  int number(String name, int fallback) {
    var value = values.get(name);
    try {
      return value == null ? fallback : Integer.parseInt(value);
    } catch (NumberFormatException e) {
      throw new UsageException("--%s: '%s' is no whole number".formatted(name, value), e);
    }
  }

  String text(String name, String fallback) {
    return values.getOrDefault(name, fallback);
  }
}
