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
    for (var event : Members.required(json, "events")) {
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
    for (var state : Members.required(json, "states").properties()) {
      states.put(ServerState.valueOf(state.getKey()), state.getValue().intValue());
    }
    return new ServerSummary(
        ServerId.of(Members.text(json, "server")),
        Instant.parse(Members.text(json, "from")),
        Instant.parse(Members.text(json, "to")),
        states,
        Members.integer(json, "requestCount"),
        Members.integer(json, "errorCount"),
        LatencySketch.decode(Base64.getDecoder().decode(Members.text(json, "latency"))));
  }

  static JsonNode writeTrend(Trend trend) {
    return object()
        .put("server", trend.server().value())
        .put("window", trend.window().label())
        .put("direction", trend.direction().name())
        .put("samples", trend.samples())
        .put("points", trend.points())
        .put("before", trend.beforeMillis())
        .put("after", trend.afterMillis())
        .put("end", trend.endMillis())
        .put("slope", trend.slopeMillisPerHour())
        .put("low", trend.lowSlopeMillisPerHour())
        .put("high", trend.highSlopeMillisPerHour())
        .put("p", trend.pValue())
        .put("stepped", trend.stepped())
        .put("mean", trend.avgResponseTimeMillis());
  }

  static Trend readTrend(JsonNode json) {
    int points = Members.required(json, "points").intValue();
    // Earlier versions wrote no samples, bounds and steps.
    return new Trend(
        ServerId.of(Members.text(json, "server")),
        Window.ofLabel(Members.text(json, "window")),
        Trend.Direction.valueOf(Members.text(json, "direction")),
        json.path("samples").asInt(points),
        points,
        Members.number(json, "before"),
        Members.number(json, "after"),
        Members.number(json, "end"),
        Members.number(json, "slope"),
        Members.number(json, "low"),
        Members.number(json, "high"),
        Members.number(json, "p"),
        json.path("stepped").asBoolean(false),
        Members.number(json, "mean"));
  }
}
