package io.mcprealtime.cache;

import static io.mcprealtime.wire.WireJson.object;

import io.mcprealtime.Era;
import io.mcprealtime.HealthCheck;
import io.mcprealtime.ProbeStage;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerState;
import io.mcprealtime.StageResult;
import io.mcprealtime.wire.WireJson;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/**
 * A health check under short names, as it is written every other cycle; a stage is {@code
 * ["connect","PASSED",1.5,"detail"]}, cut after the last that is there.
 */
final class HealthShape {
  private static final double MICROS_PER_MILLI = 1e3;
  private static final int NANOS_PER_MICRO = 1_000;

  private HealthShape() {}

  static JsonNode write(HealthCheck check) {
    var era = check.era();
    var json =
        object()
            .put("t", check.at().toEpochMilli())
            .put("n", check.server().value())
            .put("s", check.state().name())
            .put("ms", WireJson.millis(check.responseTime()))
            .put("why", check.reason())
            .put("era", era == null ? null : era.name())
            .put("ver", check.protocolVersion())
            .put("name", check.serverName())
            .put("tools", check.toolCount());
    var stages = json.putArray("st");
    for (var stage : check.stages()) {
      write(stage, stages.addArray());
    }
    return json;
  }

  private static void write(StageResult stage, ArrayNode json) {
    json.add(stage.stage().wireName()).add(stage.verdict().name());
    var time = WireJson.millis(stage.time());
    if (time != null || stage.detail() != null) {
      json.add(time);
    }
    if (stage.detail() != null) {
      json.add(stage.detail());
    }
  }

  static HealthCheck read(JsonNode json) {
    var stages = new ArrayList<StageResult>();
    for (var stage : Members.required(json, "st")) {
      stages.add(stage(stage));
    }
    var era = Members.optionalText(json, "era");
    var tools = Members.integer(json, "tools");
    return new HealthCheck(
        ServerId.of(Members.text(json, "n")),
        Instant.ofEpochMilli(Members.requiredInteger(json, "t")),
        ServerState.valueOf(Members.text(json, "s")),
        duration(json.get("ms")),
        Members.optionalText(json, "why"),
        stages,
        era == null ? null : Era.valueOf(era),
        Members.optionalText(json, "ver"),
        Members.optionalText(json, "name"),
        tools == null ? null : Math.toIntExact(tools));
  }

  private static StageResult stage(JsonNode json) {
    if (!json.isArray() || json.size() < 2) {
      throw new IllegalArgumentException("a stage must be a list of at least two");
    }
    return new StageResult(
        ProbeStage.valueOf(json.get(0).asString().toUpperCase(Locale.ROOT)),
        StageResult.Verdict.valueOf(json.get(1).asString()),
        duration(json.get(2)),
        json.size() > 3 ? json.get(3).asString() : null);
  }

  private static @Nullable Duration duration(@Nullable JsonNode millis) {
    if (millis == null || millis.isNull()) {
      return null;
    }
    if (!millis.isNumber()) {
      throw new IllegalArgumentException("a time must be a number of milliseconds");
    }
    return Duration.ofNanos(
        Math.multiplyExact(Math.round(millis.doubleValue() * MICROS_PER_MILLI), NANOS_PER_MICRO));
  }
}
