package io.mcprealtime.mcp.config;

import io.mcprealtime.Severity;
import io.mcprealtime.mcp.Canary;
import io.mcprealtime.mcp.Expectation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Reads the canaries of an entry. One that cannot be used is left out and told: to call a tool
 * otherwise than was meant is worse than not to call it.
 */
final class CanaryReader {
  private static final Set<String> KEYS = Set.of("tool", "arguments", "expect", "pin", "every");
  private static final Set<String> EXPECT_KEYS =
      Set.of("contains", "matches", "path", "equals", "maxLatency");

  private static final Pattern DURATION = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h)");
  private static final Map<String, Duration> UNITS =
      Map.of(
          "ms", Duration.ofMillis(1),
          "s", Duration.ofSeconds(1),
          "m", Duration.ofMinutes(1),
          "h", Duration.ofHours(1));
  private static final Duration MAX_DURATION = Duration.ofDays(1);

  private static final int MAX_CANARIES = 16;
  private static final int MAX_PATTERN_LENGTH = 1_000;

  private final BiConsumer<Severity, String> problems;

  CanaryReader(BiConsumer<Severity, String> problems) {
    this.problems = problems;
  }

  List<Canary> read(JsonNode entry) {
    List<Canary> canaries = new ArrayList<>();
    JsonNode single = entry.path("canary");
    if (!single.isMissingNode() && !single.isNull()) {
      add(canaries, "canary", single);
    }
    JsonNode several = entry.path("canaries");
    if (several.isArray()) {
      int room = MAX_CANARIES - (single.isObject() ? 1 : 0);
      for (int i = 0; i < Math.min(several.size(), room); i++) {
        add(canaries, "canaries[%d]".formatted(i), several.path(i));
      }
      if (several.size() > room) {
        warn(
            "canaries[%d] and those after it are not run; a server may have %d canaries"
                .formatted(room, MAX_CANARIES));
      }
    } else if (!several.isMissingNode() && !several.isNull()) {
      warn("canaries are not run; write them as a list of objects");
    }
    return List.copyOf(canaries);
  }

  private void add(List<Canary> canaries, String key, JsonNode canary) {
    try {
      canaries.add(canary(key, canary));
    } catch (ConfigException | IllegalArgumentException e) {
      warn("%s is not run; %s".formatted(key, e.getMessage()));
    }
  }

  private Canary canary(String key, JsonNode canary) {
    JsonNode arguments = canary.path("arguments");
    String tool = canary.path("tool").stringValue("");
    if (tool.isBlank() || !(arguments.isObject() || arguments.isMissingNode())) {
      throw new ConfigException("write it as {\"tool\": NAME, \"arguments\": {…}}");
    }
    tellUnknown(key, canary, KEYS);
    Duration every = duration("every", canary.path("every"));
    return new Canary(
        tool,
        arguments.isObject() ? arguments.toString() : "{}",
        expectation(key + ".expect", canary.path("expect")),
        text("pin", canary.path("pin")),
        every == null ? Duration.ZERO : every);
  }

  private Expectation expectation(String key, JsonNode expect) {
    if (expect.isMissingNode() || expect.isNull()) {
      return Expectation.NONE;
    }
    if (!expect.isObject()) {
      throw new ConfigException("'expect' must be an object");
    }
    tellUnknown(key, expect, EXPECT_KEYS);
    JsonNode equal = expect.path("equals");
    return Expectation.builder()
        .contains(text("contains", expect.path("contains")))
        .matches(pattern("matches", expect.path("matches")))
        .path(pattern("path", expect.path("path")))
        .equalsJson(equal.isMissingNode() ? null : equal.toString())
        .maxLatency(duration("maxLatency", expect.path("maxLatency")))
        .build();
  }

  private void tellUnknown(String where, JsonNode object, Set<String> known) {
    object
        .propertyNames()
        .forEach(
            name -> {
              if (!known.contains(name)) {
                warn(
                    "key '%s' in %s is not used; remove it or correct its name"
                        .formatted(name, where));
              }
            });
  }

  private static @Nullable String text(String key, JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isString()) {
      throw new ConfigException("'%s' must be a text in quotes".formatted(key));
    }
    return value.stringValue();
  }

  private static @Nullable String pattern(String key, JsonNode value) {
    String pattern = text(key, value);
    if (pattern != null && pattern.length() > MAX_PATTERN_LENGTH) {
      throw new ConfigException(
          "'%s' may have %d characters, has %d; write a shorter one"
              .formatted(key, MAX_PATTERN_LENGTH, pattern.length()));
    }
    return pattern;
  }

  /** A number of milliseconds, or a number with its unit. */
  private static @Nullable Duration duration(String key, JsonNode value) {
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    Duration duration = null;
    if (value.isIntegralNumber() && value.canConvertToLong()) {
      duration = Duration.ofMillis(value.longValue());
    } else if (value.isString()) {
      Matcher parts = DURATION.matcher(value.stringValue().strip());
      if (parts.matches()) {
        Duration unit = UNITS.getOrDefault(parts.group(2), Duration.ZERO);
        duration = unit.multipliedBy(Long.parseLong(parts.group(1)));
      }
    }
    if (duration == null
        || duration.isNegative()
        || duration.isZero()
        || duration.compareTo(MAX_DURATION) > 0) {
      throw new ConfigException(
          "'%s' must be milliseconds, or a text like \"2s\" or \"5m\", up to a day".formatted(key));
    }
    return duration;
  }

  private void warn(String reason) {
    problems.accept(Severity.WARNING, reason);
  }
}
