package io.mcprealtime.cache;

import static io.mcprealtime.wire.WireJson.object;

import io.mcprealtime.LatencySketch;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerState;
import io.mcprealtime.ServerSummary;
import io.mcprealtime.Window;
import io.mcprealtime.analysis.Trend;
import io.mcprealtime.cache.CacheTier.RecentEvents;
import io.mcprealtime.wire.WireJson;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The JSON of what is worked out, as the cache keeps it. */
final class VerdictShapes {
  private VerdictShapes() {}

  static JsonNode writeEvents(RecentEvents events) {
    var json = object();
    var list = json.putArray("events");
    events.events().forEach(event -> list.add(WireJson.toJson(event)));
    return json;
  }

  static RecentEvents readEvents(JsonNode json) {
    var events = new ArrayList<MonitoringEvent>();
    for (var event : required(json, "events")) {
      events.add(WireJson.readEvent(event));
    }
    return new RecentEvents(events);
  }

  static JsonNode writeSummary(ServerSummary summary) {
    var json =
        object()
            .put("server", summary.server().value())
            .put("from", summary.from().toString())
            .put("to", summary.to().toString())
            .put("requestCount", summary.requestCount())
            .put("errorCount", summary.errorCount())
            .put("latency", Base64.getEncoder().encodeToString(summary.latency().encode()));
    var states = json.putObject("states");
    new TreeMap<>(summary.stateCounts()).forEach((state, count) -> states.put(state.name(), count));
    return json;
  }

  static ServerSummary readSummary(JsonNode json) {
    var states = new EnumMap<ServerState, Integer>(ServerState.class);
    for (var state : required(json, "states").properties()) {
      states.put(ServerState.valueOf(state.getKey()), state.getValue().intValue());
    }
    return new ServerSummary(
        ServerId.of(text(json, "server")),
        Instant.parse(text(json, "from")),
        Instant.parse(text(json, "to")),
        states,
        integer(json, "requestCount"),
        integer(json, "errorCount"),
        LatencySketch.decode(Base64.getDecoder().decode(text(json, "latency"))));
  }

  static JsonNode writeTrend(Trend trend) {
    return object()
        .put("server", trend.server().value())
        .put("window", trend.window().label())
        .put("direction", trend.direction().name())
        .put("points", trend.points())
        .put("before", trend.beforeMillis())
        .put("after", trend.afterMillis())
        .put("slope", trend.slopeMillisPerHour())
        .put("p", trend.pValue())
        .put("mean", trend.avgResponseTimeMillis());
  }

  static Trend readTrend(JsonNode json) {
    return new Trend(
        ServerId.of(text(json, "server")),
        Window.ofLabel(text(json, "window")),
        Trend.Direction.valueOf(text(json, "direction")),
        required(json, "points").intValue(),
        number(json, "before"),
        number(json, "after"),
        number(json, "slope"),
        number(json, "p"),
        number(json, "mean"));
  }

  private static JsonNode required(JsonNode json, String name) {
    var value = json.get(name);
    if (value == null) {
      throw new IllegalArgumentException("'%s' is missing".formatted(name));
    }
    return value;
  }

  private static String text(JsonNode json, String name) {
    var value = required(json, name);
    if (!value.isString()) {
      throw new IllegalArgumentException("'%s' must be a string".formatted(name));
    }
    return value.stringValue();
  }

  private static @Nullable Long integer(JsonNode json, String name) {
    var value = json.get(name);
    return value == null ? null : value.longValue();
  }

  private static @Nullable Double number(JsonNode json, String name) {
    var value = json.get(name);
    return value == null ? null : value.doubleValue();
  }
}
