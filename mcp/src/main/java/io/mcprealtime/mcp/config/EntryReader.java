package io.mcprealtime.mcp.config;

import io.mcprealtime.Severity;
import io.mcprealtime.mcp.Canary;
import io.mcprealtime.mcp.config.TargetTemplate.Remote.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads one server's entry; what makes it unusable is thrown, what is in doubt is told. */
final class EntryReader {
  static final Set<String> STDIO_KEYS = Set.of("command", "args", "env", "envFile", "cwd");
  static final Set<String> STDIO_TYPES = Set.of("stdio", "local");
  static final Set<String> REMOTE_TYPES =
      Set.of("http", "streamable-http", "streamableHttp", "sse");
  private static final Set<String> REMOTE_KEYS = Set.of("url", "headers");

  /** Ours, and those that steer a client and mean nothing to a monitor. */
  private static final Set<String> OTHER_KEYS =
      Set.of(
          "type",
          "timeout",
          "canary",
          "disabled",
          "enabled",
          "oauth",
          "headersHelper",
          "tools",
          "alwaysAllow",
          "autoApprove",
          "description",
          "dev",
          "gallery",
          "version");

  private static final long MAX_TIMEOUT_MILLIS = Duration.ofHours(1).toMillis();

  private final JsonNode entry;
  private final BiConsumer<Severity, String> problems;

  EntryReader(JsonNode entry, BiConsumer<Severity, String> problems) {
    this.entry = entry;
    this.problems = problems;
  }

  boolean isDisabled() {
    JsonNode enabled = entry.path("enabled");
    return entry.path("disabled").booleanValue(false)
        || (enabled.isBoolean() && !enabled.booleanValue());
  }

  TargetTemplate template() {
    boolean stdio = isStdio();
    Set<String> used = stdio ? STDIO_KEYS : REMOTE_KEYS;
    entry
        .propertyNames()
        .forEach(
            name -> {
              if (!used.contains(name) && !OTHER_KEYS.contains(name)) {
                problems.accept(
                    Severity.WARNING,
                    "key '%s' is not used%s; remove it or correct its name"
                        .formatted(name, isKnown(name) ? " with this type" : ""));
              }
            });
    warnAboutLogin();
    if (stdio) {
      return new TargetTemplate.Stdio(
          text("command"), texts("args"), values("env"), optional("envFile"), optional("cwd"));
    }
    Kind transport = typeName().equals("sse") ? Kind.SSE : Kind.HTTP;
    return new TargetTemplate.Remote(transport, text("url"), values("headers"));
  }

  /**
   * Whether a caller may send that key: what says how a server is reached, and what steers clients.
   */
  static boolean isForCallers(String name) {
    return REMOTE_KEYS.contains(name)
        || (OTHER_KEYS.contains(name) && !name.equals("disabled") && !name.equals("enabled"));
  }

  private static boolean isKnown(String name) {
    return STDIO_KEYS.contains(name) || REMOTE_KEYS.contains(name);
  }

  private String typeName() {
    String type = optional("type");
    return type == null ? "" : type;
  }

  private boolean isStdio() {
    String type = typeName();
    if (!type.isEmpty()) {
      if (!STDIO_TYPES.contains(type) && !REMOTE_TYPES.contains(type)) {
        throw new ConfigException(
            "type '%s' is not known; use stdio, http, streamable-http or sse".formatted(type));
      }
      return STDIO_TYPES.contains(type);
    }
    if (entry.has("command") == entry.has("url")) {
      throw new ConfigException(
          entry.has("url")
              ? "has both command and url; keep the one that is meant"
              : "has neither command nor url; add the one that reaches the server");
    }
    return entry.has("command");
  }

  private void warnAboutLogin() {
    for (String key : List.of("oauth", "headersHelper")) {
      if (entry.hasNonNull(key)) {
        problems.accept(
            Severity.WARNING,
            ("%s needs its user to log in, which a monitor cannot do; add a header with a"
                    + " token of its own, as ${NAME}")
                .formatted(key));
      }
    }
  }

  @Nullable Canary canary() {
    JsonNode canary = entry.path("canary");
    if (canary.isMissingNode() || canary.isNull()) {
      return null;
    }
    String tool = canary.path("tool").stringValue("");
    JsonNode arguments = canary.path("arguments");
    if (tool.isBlank() || !(arguments.isObject() || arguments.isMissingNode())) {
      problems.accept(
          Severity.WARNING, "canary is not run; write it as {\"tool\": NAME, \"arguments\": {…}}");
      return null;
    }
    return new Canary(tool, arguments.isObject() ? arguments.toString() : "{}");
  }

  @Nullable Duration timeout() {
    JsonNode timeout = entry.path("timeout");
    if (timeout.isMissingNode() || timeout.isNull()) {
      return null;
    }
    long millis = timeout.isIntegralNumber() ? timeout.longValue(0) : 0;
    if (millis < 1 || millis > MAX_TIMEOUT_MILLIS) {
      problems.accept(
          Severity.WARNING,
          "timeout is not used; give it in milliseconds, from 1 to " + MAX_TIMEOUT_MILLIS);
      return null;
    }
    return Duration.ofMillis(millis);
  }

  private String text(String key) {
    String value = optional(key);
    if (value == null) {
      throw new ConfigException("has no %s; add it or correct the type".formatted(key));
    }
    return value;
  }

  private @Nullable String optional(String key) {
    JsonNode value = entry.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return null;
    }
    if (!value.isString()) {
      throw new ConfigException(key + " must be a text in quotes");
    }
    return value.stringValue();
  }

  private List<String> texts(String key) {
    JsonNode array = entry.path(key);
    if (array.isMissingNode() || array.isNull()) {
      return List.of();
    }
    if (!array.isArray()) {
      throw new ConfigException(key + " must be a list of texts");
    }
    List<String> texts = new ArrayList<>();
    array.forEach(item -> texts.add(scalar(key, item)));
    return List.copyOf(texts);
  }

  private Map<String, String> values(String key) {
    JsonNode object = entry.path(key);
    if (object.isMissingNode() || object.isNull()) {
      return Map.of();
    }
    if (!object.isObject()) {
      throw new ConfigException(key + " must be an object of names and texts");
    }
    Map<String, String> values = new LinkedHashMap<>();
    object
        .properties()
        .forEach(
            property -> {
              // VS Code writes null for a variable that is to be left unset.
              if (!property.getValue().isNull()) {
                values.put(
                    property.getKey(), scalar(key + "." + property.getKey(), property.getValue()));
              }
            });
    return values;
  }

  private static String scalar(String key, JsonNode value) {
    if (!value.isString() && !value.isNumber() && !value.isBoolean()) {
      throw new ConfigException(key + " must hold texts only");
    }
    return value.asString();
  }
}
