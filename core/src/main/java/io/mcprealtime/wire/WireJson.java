package io.mcprealtime.wire;

import io.mcprealtime.CircuitState;
import io.mcprealtime.HealthCheck;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.StageResult;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JSON shapes of the domain records. Times are ISO 8601 in UTC, durations are numbers with the
 * unit in their name, what is absent is null.
 */
public final class WireJson {
  private static final JsonMapper MAPPER = JsonMapper.shared();
  private static final double NANOS_PER_MILLI = 1e6;
  private static final Set<String> METRICS_KEYS =
      Set.of(
          "server",
          "at",
          "state",
          "responseTimeMs",
          "successRate",
          "errorRate",
          "requestCount",
          "errorCount",
          "uptimeSeconds",
          "memoryBytes",
          "circuit",
          "lastError",
          "sessionId");

  private WireJson() {}

  /** An empty object to fill. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  /**
   * The value of that text.
   *
   * @throws IllegalArgumentException when it is not JSON
   */
  public static JsonNode parse(String json) {
    try {
      return MAPPER.readTree(json);
    } catch (JacksonException e) {
      throw new IllegalArgumentException("not JSON: " + e.getOriginalMessage(), e);
    }
  }

  /** Milliseconds with fractions, or null. */
  public static @Nullable Double millis(@Nullable Duration duration) {
    return duration == null ? null : duration.toNanos() / NANOS_PER_MILLI;
  }

  public static ObjectNode toJson(ServerMetrics sample) {
    var uptime = sample.uptime();
    return object()
        .put("server", sample.server().value())
        .put("at", sample.at().toString())
        .put("state", sample.state().name())
        .put("responseTimeMs", millis(sample.responseTime()))
        .put("successRate", sample.successRate())
        .put("errorRate", sample.errorRate())
        .put("requestCount", sample.requestCount())
        .put("errorCount", sample.errorCount())
        .put("uptimeSeconds", uptime == null ? null : uptime.toSeconds())
        .put("memoryBytes", sample.memoryBytes())
        .put("circuit", sample.circuit().name())
        .put("lastError", sample.lastError())
        .put("sessionId", sample.sessionId());
  }

  public static ObjectNode toJson(HealthCheck check) {
    var json =
        object()
            .put("server", check.server().value())
            .put("at", check.at().toString())
            .put("state", check.state().name())
            .put("responseTimeMs", millis(check.responseTime()))
            .put("reason", check.reason());
    var stages = json.putArray("stages");
    check.stages().forEach(stage -> stages.add(toJson(stage)));
    return json.put("era", check.era() == null ? null : check.era().name())
        .put("protocolVersion", check.protocolVersion())
        .put("serverName", check.serverName())
        .put("toolCount", check.toolCount());
  }

  public static ObjectNode toJson(StageResult stage) {
    return object()
        .put("stage", stage.stage().wireName())
        .put("verdict", stage.verdict().name())
        .put("timeMs", millis(stage.time()))
        .put("detail", stage.detail());
  }

  public static ObjectNode toJson(MonitoringEvent event) {
    var server = event.server();
    var json =
        object()
            .put("id", event.id().toString())
            .put("server", server == null ? null : server.value())
            .put("at", event.at().toString())
            .put("type", event.type().wireName())
            .put("severity", event.severity().name().toLowerCase(Locale.ROOT))
            .put("message", event.message());
    var details = json.putObject("details");
    event.details().forEach(details::put);
    return json;
  }

  /**
   * The sample of that JSON object.
   *
   * @throws IllegalArgumentException that names the field, its value and what it should be
   */
  public static ServerMetrics readMetrics(JsonNode json) {
    if (!json.isObject()) {
      throw new IllegalArgumentException("a sample must be a JSON object");
    }
    for (var name : json.propertyNames()) {
      if (!METRICS_KEYS.contains(name)) {
        throw new IllegalArgumentException("unknown field '%s'".formatted(name));
      }
    }
    var server = ServerId.of(required(text(json, "server"), "server"));
    var at = instant(required(text(json, "at"), "at"));
    var state = constant(ServerState.class, "state", required(text(json, "state"), "state"));
    var responseTime = number(json, "responseTimeMs");
    var uptime = number(json, "uptimeSeconds");
    var circuit = text(json, "circuit");
    return ServerMetrics.builder(server, at, state)
        .responseTime(responseTime == null ? null : duration("responseTimeMs", responseTime / 1e3))
        .successRate(number(json, "successRate"))
        .errorRate(number(json, "errorRate"))
        .requestCount(integer(json, "requestCount"))
        .errorCount(integer(json, "errorCount"))
        .uptime(uptime == null ? null : duration("uptimeSeconds", uptime))
        .memoryBytes(integer(json, "memoryBytes"))
        .circuit(
            circuit == null
                ? CircuitState.CLOSED
                : constant(CircuitState.class, "circuit", circuit))
        .lastError(text(json, "lastError"))
        .sessionId(text(json, "sessionId"))
        .build();
  }

  private static <T> T required(@Nullable T value, String name) {
    if (value == null) {
      throw new IllegalArgumentException("'%s' is missing".formatted(name));
    }
    return value;
  }

  private static @Nullable JsonNode present(JsonNode json, String name) {
    var node = json.get(name);
    return node == null || node.isNull() ? null : node;
  }

  private static @Nullable String text(JsonNode json, String name) {
    var node = present(json, name);
    if (node == null) {
      return null;
    }
    if (!node.isString()) {
      throw new IllegalArgumentException(
          "'%s' must be a string, is %s".formatted(name, shortened(node)));
    }
    return node.stringValue();
  }

  private static @Nullable Double number(JsonNode json, String name) {
    var node = present(json, name);
    if (node == null) {
      return null;
    }
    if (!node.isNumber()) {
      throw new IllegalArgumentException(
          "'%s' must be a number, is %s".formatted(name, shortened(node)));
    }
    return node.doubleValue();
  }

  private static @Nullable Long integer(JsonNode json, String name) {
    var node = present(json, name);
    if (node == null) {
      return null;
    }
    if (!node.isNumber() || !node.canConvertToExactIntegral() || !node.canConvertToLong()) {
      throw new IllegalArgumentException(
          "'%s' must be a whole number, is %s".formatted(name, shortened(node)));
    }
    return node.longValue();
  }

  private static String shortened(JsonNode node) {
    String text = node.toString();
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }

  private static Instant instant(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(
          "'at' must be an instant like 2026-11-22T09:30:00.123Z, is '%s'".formatted(text), e);
    }
  }

  private static Duration duration(String name, double seconds) {
    if (!(seconds >= 0 && seconds <= Integer.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "'%s' must not be negative or beyond %d s".formatted(name, Integer.MAX_VALUE));
    }
    return Duration.ofNanos(Math.round(seconds * 1e6) * 1_000);
  }

  private static <E extends Enum<E>> E constant(Class<E> type, String name, String text) {
    try {
      return Enum.valueOf(type, text.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'%s' must be one of %s, is '%s'"
              .formatted(name, Arrays.toString(type.getEnumConstants()), text),
          e);
    }
  }
}
