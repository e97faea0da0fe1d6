package io.mcprealtime.mcp.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** A file of NAME=VALUE lines. */
final class EnvFile {
  private static final long MAX_BYTES = 1 << 20;

  private EnvFile() {}

  static Map<String, String> read(Path file) {
    String content;
    try {
      if (Files.size(file) > MAX_BYTES) {
        throw new ConfigException("envFile '%s' is larger than 1 MiB".formatted(file));
      }
      content = Files.readString(file);
    } catch (IOException e) {
      throw new ConfigException(
          "envFile '%s' cannot be read; create it or correct the path".formatted(file), e);
    }
    Map<String, String> variables = new LinkedHashMap<>();
    content
        .lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .forEach(line -> put(variables, line));
    return variables;
  }

  private static void put(Map<String, String> variables, String line) {
    String assignment = line.startsWith("export ") ? line.substring("export ".length()) : line;
    int equals = assignment.indexOf('=');
    if (equals > 0) {
      String name = assignment.substring(0, equals).strip();
      variables.put(name, unquoted(assignment.substring(equals + 1).strip()));
    }
  }

  private static String unquoted(String value) {
    boolean quoted =
        value.length() >= 2
            && (value.charAt(0) == '"' || value.charAt(0) == '\'')
            && value.charAt(0) == value.charAt(value.length() - 1);
    return quoted ? value.substring(1, value.length() - 1) : value;
  }
}
