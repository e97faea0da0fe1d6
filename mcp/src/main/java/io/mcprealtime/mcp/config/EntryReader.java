package io.mcprealtime.mcp.config;

import io.mcprealtime.Severity;
import io.mcprealtime.internal.Durations;
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
          "recovery",
          "canaries",
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

  /** What only whoever runs the monitor may say. */
  private static final Set<String> FILE_KEYS = Set.of("disabled", "enabled", "recovery");

  private static final Set<String> RECOVERY_KEYS =
      Set.of("restart", "command", "webhook", "coolDown", "limitPerHour");

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
    AuthTemplate auth = AuthReader.read(entry, stdio);
    Set<String> used = stdio ? STDIO_KEYS : REMOTE_KEYS;
    entry
        .propertyNames()
        .forEach(
            name -> {
              if (!used.contains(name)
                  && !OTHER_KEYS.contains(name)
                  && !name.equals(AuthReader.KEY)) {
                problems.accept(
                    Severity.WARNING,
                    "key '%s' is not used%s; remove it or correct its name"
                        .formatted(name, isKnown(name) ? " with this type" : ""));
              }
            });
    if (auth == null) {
      warnAboutLogin();
    }
    if (stdio) {
      return new TargetTemplate.Stdio(
          text("command"), texts("args"), values("env"), optional("envFile"), optional("cwd"));
    }
    Kind transport = typeName().equals("sse") ? Kind.SSE : Kind.HTTP;
    return new TargetTemplate.Remote(transport, text("url"), values("headers"), auth);
  }

  /**
   * Whether a caller may send that key: what says how a server is reached, and what steers clients.
   */
  static boolean isForCallers(String name) {
    return REMOTE_KEYS.contains(name) || (OTHER_KEYS.contains(name) && !FILE_KEYS.contains(name));
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

  List<Canary> canaries() {
    return new CanaryReader(problems).read(entry);
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

  /**
   * What is done when the server is down; null when nothing is.
   *
   * @throws ConfigException when it cannot be read: to leave it out would leave a server down
   */
  @Nullable RecoveryPlan recovery() {
    JsonNode recovery = entry.path("recovery");
    if (recovery.isMissingNode() || recovery.isNull()) {
      return null;
    }
    if (!recovery.isObject()) {
      throw new ConfigException("recovery must be an object like {\"restart\": true}");
    }
    recovery
        .propertyNames()
        .forEach(
            name -> {
              if (!RECOVERY_KEYS.contains(name)) {
                throw new ConfigException(
                    "recovery.%s is not known; use restart, command, webhook, coolDown or limitPerHour"
                        .formatted(name));
              }
            });
    EntryReader inner = new EntryReader(recovery, problems);
    JsonNode restart = recovery.path("restart");
    if (!restart.isMissingNode() && !restart.isBoolean()) {
      throw new ConfigException("recovery.restart must be true or false");
    }
    if (restart.booleanValue(false) && !isStdio()) {
      throw new ConfigException(
          "recovery.restart is for stdio servers; use a command or a webhook");
    }
    JsonNode limit = recovery.path("limitPerHour");
    if (!limit.isMissingNode() && !limit.canConvertToInt()) {
      throw new ConfigException("recovery.limitPerHour must be a whole number");
    }
    List<String> command = inner.texts("command");
    if (!command.isEmpty() && command.get(0).isBlank()) {
      throw new ConfigException("recovery.command must begin with a program");
    }
    try {
      return new RecoveryPlan(
          restart.booleanValue(false),
          command,
          inner.optional("webhook"),
          coolDown(inner),
          limit.isMissingNode() ? RecoveryPlan.DEFAULT_LIMIT : limit.intValue(0));
    } catch (IllegalArgumentException e) {
      throw new ConfigException(String.valueOf(e.getMessage()));
    }
  }

  private static Duration coolDown(EntryReader recovery) {
    String text = recovery.optional("coolDown");
    if (text == null) {
      return RecoveryPlan.DEFAULT_COOL_DOWN;
    }
    try {
      return Durations.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ConfigException("recovery.coolDown: " + e.getMessage());
    }
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
