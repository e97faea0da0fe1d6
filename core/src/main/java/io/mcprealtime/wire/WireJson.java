package io.mcprealtime.wire;

import io.mcprealtime.CircuitState;
import io.mcprealtime.Era;
import io.mcprealtime.EventType;
import io.mcprealtime.HealthCheck;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ProbeStage;
import io.mcprealtime.Rollup;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.Severity;
import io.mcprealtime.StageResult;
import io.mcprealtime.Window;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * The JSON shapes of the domain records. Times are ISO 8601 in UTC, durations are numbers with the
 * unit in their name, what is absent is null. What is written can be read back without loss:
 * durations to the microsecond, as the records keep them.
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

  private static final Set<String> HEALTH_CHECK_KEYS =
      Set.of(
          "server",
          "at",
          "state",
          "responseTimeMs",
          "reason",
          "stages",
          "era",
          "protocolVersion",
          "serverName",
          "toolCount");
  private static final Set<String> STAGE_KEYS = Set.of("stage", "verdict", "timeMs", "detail");
  private static final Set<String> EVENT_KEYS =
      Set.of("id", "server", "at", "type", "severity", "message", "details");
  private static final Set<String> ROLLUP_KEYS =
      Set.of(
          "server",
          "window",
          "start",
          "states",
          "requestCount",
          "errorCount",
          "responseTimeSumMs",
          "minResponseTimeMs",
          "maxResponseTimeMs",
          "latencySketch");

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

  /** Everything of a roll-up, with its sketch in DDSketch's own encoding and Base64. */
  public static ObjectNode toJson(Rollup rollup) {
    var json =
        object()
            .put("server", rollup.server().value())
            .put("window", rollup.window().label())
            .put("start", rollup.start().toString());
    var states = json.putObject("states");
    new TreeMap<>(rollup.stateCounts()).forEach((state, count) -> states.put(state.name(), count));
    return json.put("requestCount", rollup.requestCount())
        .put("errorCount", rollup.errorCount())
        .put("responseTimeSumMs", millis(rollup.responseTimeSum()))
        .put("minResponseTimeMs", millis(rollup.minResponseTime()))
        .put("maxResponseTimeMs", millis(rollup.maxResponseTime()))
        .put("latencySketch", Base64.getEncoder().encodeToString(rollup.latency().encode()));
  }

  /**
   * The sample of that JSON object.
   *
   * @throws IllegalArgumentException that names the field, its value and what it should be
   */
  public static ServerMetrics readMetrics(JsonNode json) {
    var fields = Fields.of("a sample", json, METRICS_KEYS);
    var server = fields.server();
    var at = fields.instant("at");
    var state = fields.constant(ServerState.class, "state");
    var responseTime = fields.number("responseTimeMs");
    var uptime = fields.number("uptimeSeconds");
    return ServerMetrics.builder(server, at, state)
        .responseTime(responseTime == null ? null : duration("responseTimeMs", responseTime / 1e3))
        .successRate(fields.number("successRate"))
        .errorRate(fields.number("errorRate"))
        .requestCount(fields.integer("requestCount"))
        .errorCount(fields.integer("errorCount"))
        .uptime(uptime == null ? null : duration("uptimeSeconds", uptime))
        .memoryBytes(fields.integer("memoryBytes"))
        .circuit(fields.constant(CircuitState.class, "circuit", CircuitState.CLOSED))
        .lastError(fields.text("lastError"))
        .sessionId(fields.text("sessionId"))
        .build();
  }

  /**
   * The health check of that JSON object.
   *
   * @throws IllegalArgumentException that names the field, its value and what it should be
   */
  public static HealthCheck readHealthCheck(JsonNode json) {
    var fields = Fields.of("a health check", json, HEALTH_CHECK_KEYS);
    var toolCount = fields.integer("toolCount");
    return new HealthCheck(
        fields.server(),
        fields.instant("at"),
        fields.constant(ServerState.class, "state"),
        fields.millis("responseTimeMs"),
        fields.text("reason"),
        fields.elements("stages").stream().map(WireJson::readStage).toList(),
        fields.optionalConstant(Era.class, "era"),
        fields.text("protocolVersion"),
        fields.text("serverName"),
        toolCount == null ? null : Fields.asInt("toolCount", toolCount));
  }

  private static StageResult readStage(JsonNode json) {
    var fields = Fields.of("a stage", json, STAGE_KEYS);
    return new StageResult(
        fields.constant(ProbeStage.class, "stage"),
        fields.constant(StageResult.Verdict.class, "verdict"),
        fields.millis("timeMs"),
        fields.text("detail"));
  }

  /**
   * The event of that JSON object.
   *
   * @throws IllegalArgumentException that names the field, its value and what it should be
   */
  public static MonitoringEvent readEvent(JsonNode json) {
    var fields = Fields.of("an event", json, EVENT_KEYS);
    return new MonitoringEvent(
        fields.uuid("id"),
        fields.text("server") == null ? null : fields.server(),
        fields.instant("at"),
        fields.constant(EventType.class, "type"),
        fields.constant(Severity.class, "severity"),
        fields.requiredText("message"),
        fields.texts("details"));
  }

  /**
   * The roll-up of that JSON object.
   *
   * @throws IllegalArgumentException that names the field, its value and what it should be
   */
  public static Rollup readRollup(JsonNode json) {
    var fields = Fields.of("a roll-up", json, ROLLUP_KEYS);
    return new Rollup(
        fields.server(),
        Window.ofLabel(fields.requiredText("window")),
        fields.instant("start"),
        fields.counts(ServerState.class, "states"),
        fields.requiredInteger("requestCount"),
        fields.requiredInteger("errorCount"),
        fields.requiredMillis("responseTimeSumMs"),
        fields.millis("minResponseTimeMs"),
        fields.millis("maxResponseTimeMs"),
        fields.sketch("latencySketch"));
  }

  private static Duration duration(String name, double seconds) {
    if (!(seconds >= 0 && seconds <= Integer.MAX_VALUE)) {
      throw new IllegalArgumentException(
          "'%s' must not be negative or beyond %d s".formatted(name, Integer.MAX_VALUE));
    }
    return Duration.ofNanos(Math.round(seconds * 1e6) * 1_000);
  }
}
