package io.mcprealtime.server.http;

import static io.mcprealtime.wire.WireJson.millis;
import static io.mcprealtime.wire.WireJson.object;

import io.mcprealtime.EventType;
import io.mcprealtime.LatencySketch;
import io.mcprealtime.McpRealtime;
import io.mcprealtime.McpRealtimeManager;
import io.mcprealtime.MetricsOptions;
import io.mcprealtime.MetricsResult;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.Window;
import io.mcprealtime.advice.AdviceJson;
import io.mcprealtime.advice.AdviceLine;
import io.mcprealtime.server.monitor.Probing;
import io.mcprealtime.server.monitor.ServerRegistry;
import io.mcprealtime.server.monitor.ServerView;
import io.mcprealtime.storage.TimeRange;
import io.mcprealtime.wire.WireJson;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.node.ObjectNode;

/** Answers the API's questions. Calls block. */
final class Reads {
  /** One answer holds at most that many records; a narrower range gets at the others. */
  private static final int MAX_RECORDS = 20_000;

  private static final Set<EventType> MARKS =
      EnumSet.of(EventType.SCHEMA_DRIFT, EventType.ERA_CHANGE, EventType.CONFIG);

  private static final Duration DAY = Duration.ofDays(1);

  private final McpRealtime mcp;
  private final McpRealtimeManager manager;
  private final ServerRegistry registry;
  private final Probing probing;

  Reads(McpRealtime mcp, ServerRegistry registry, Probing probing) {
    this.probing = probing;
    this.mcp = mcp;
    this.manager = mcp.manager();
    this.registry = registry;
  }

  ObjectNode servers(Params params) {
    int recent = params.integer("recent", 0, 0, ServerRegistry.RECENT);
    var json = object().put("at", Instant.now().toString());
    var list = json.putArray("servers");
    registry.views().forEach(view -> list.add(server(view, recent)));
    return json;
  }

  ObjectNode server(Params params) {
    var view = known(params.pathServer());
    var json = server(view, ServerRegistry.RECENT);
    int hours = params.integer("hours", 24, 1, 24 * 7);
    json.set("summary", ApiJson.summary(manager.getServerSummary(view.id(), hours)));
    return json;
  }

  private ObjectNode server(ServerView view, int recent) {
    return ApiJson.server(view, recent, manager.health(view.id()).orElse(null));
  }

  private ServerView known(ServerId id) {
    return registry
        .view(id)
        .orElseThrow(
            () ->
                Problem.notFound(
                    "server '%s' is not known; /api/v1/servers lists those that are"
                        .formatted(id)));
  }

  ObjectNode history(Params params) {
    var id = known(params.pathServer()).id();
    var range = params.range(Instant.now(), Duration.ofHours(1));
    var json =
        object()
            .put("server", id.value())
            .put("from", range.from().toString())
            .put("to", range.to().toString());
    var window = params.window();
    var marks = json.putArray("marks");
    marks(id, range).forEach(event -> marks.add(ApiJson.mark(event)));
    if (window.isPresent()) {
      json.put("window", window.get().label());
      var buckets = json.putArray("buckets");
      mcp.timeSeries()
          .getRollups(id, window.get(), range)
          .forEach(rollup -> buckets.add(ApiJson.rollup(rollup)));
      return json;
    }
    var samples = new ArrayList<ServerMetrics>();
    mcp.timeSeries()
        .queryMetrics(
            id,
            range,
            sample -> {
              if (samples.size() == MAX_RECORDS) {
                throw Problem.badRequest(
                    "the range holds more than %d samples; narrow it, or ask for a window"
                        .formatted(MAX_RECORDS));
              }
              samples.add(sample);
            });
    json.put("window", "raw");
    var list = json.putArray("samples");
    samples.forEach(sample -> list.add(WireJson.toJson(sample)));
    return json;
  }

  /** What may explain that a server answers otherwise from then on, oldest first. */
  private List<MonitoringEvent> marks(ServerId id, TimeRange range) {
    var events = mcp.timeSeries().getEvents(id, range, MAX_RECORDS);
    return events.stream()
        .filter(event -> MARKS.contains(event.type()))
        .sorted(Comparator.comparing(MonitoringEvent::at))
        .toList();
  }

  ObjectNode trend(Params params) {
    var id = known(params.pathServer()).id();
    if (params.text("window").filter("raw"::equals).isPresent()) {
      throw Problem.badRequest("window must be 5m, 15m, 1h or 24h, is 'raw'");
    }
    var window = params.window().orElse(Window.ONE_HOUR);
    var threshold = params.positive("thresholdMs").orElse(null);
    return ApiJson.trend(manager.analyzePerformance(id, window), threshold);
  }

  ObjectNode anomalies(Params params) {
    var id = known(params.pathServer()).id();
    int minutes = params.integer("minutes", 30, 1, 7 * 24 * 60);
    return AnalysisJson.anomalies(mcp.timeSeries().detectAnomalies(id, minutes));
  }

  ObjectNode healthChecks(Params params) {
    var id = known(params.pathServer()).id();
    int limit = params.integer("limit", 100, 1, MAX_RECORDS);
    var checks = mcp.timeSeries().getHealthChecks(id, params.range(Instant.now(), DAY), limit);
    return ApiJson.list("healthChecks", checks.stream().map(WireJson::toJson).toList());
  }

  ObjectNode metrics(Params params) {
    var result = manager.getMetrics(options(params));
    var json = answer(result);
    var data = json.putArray("data");
    result.data().forEach(sample -> data.add(WireJson.toJson(sample)));
    return json;
  }

  ObjectNode metricsOfServer(Params params) {
    var result = manager.getMetrics(params.pathServer(), options(params));
    var json = answer(result);
    json.set("data", result.data().map(WireJson::toJson).orElse(null));
    return json;
  }

  private static MetricsOptions options(Params params) {
    String source = params.text("source").orElse("auto");
    return switch (source) {
      case "auto" -> MetricsOptions.DEFAULT;
      case "cache" -> MetricsOptions.CACHE_ONLY;
      case "database" -> MetricsOptions.DATABASE_ONLY;
      default ->
          throw Problem.badRequest(
              "source must be auto, cache or database, is '%s'".formatted(source));
    };
  }

  private static ObjectNode answer(MetricsResult<?> result) {
    return object()
        .put("source", result.source().name().toLowerCase(Locale.ROOT))
        .put("responseTimeMs", millis(result.responseTime()));
  }

  ObjectNode events(Params params) {
    int limit = params.integer("limit", 100, 1, MAX_RECORDS);
    var events =
        mcp.timeSeries()
            .getEvents(
                params.server().orElse(null),
                params.range(Instant.now(), Duration.ofDays(3)),
                limit);
    return ApiJson.list("events", events.stream().map(WireJson::toJson).toList());
  }

  ObjectNode stats(Params params) {
    var json = ApiJson.stats(manager.getRealtimeStats());
    json.set("probing", probing.status().map(WatchJson::probing).orElse(null));
    return json;
  }

  ObjectNode incidents(Params params) {
    return ApiJson.list(
        "incidents", probing.incidents().stream().map(WatchJson::incident).toList());
  }

  /** Looked at within the last minute. */
  ObjectNode recommendations(Params params) {
    var book = manager.advice().fresh();
    var json = object().put("at", Instant.now().toString());
    json.put("lookingSince", book.lookingSince().map(Instant::toString).orElse(null));
    var lines = json.putArray("lines");
    AdviceLine.of(book.standing()).forEach(line -> lines.add(AdviceJson.toJson(line)));
    var open = json.putArray("open");
    book.open().forEach(one -> open.add(AdviceJson.toJson(one)));
    var outcomes = json.putArray("outcomes");
    book.outcomes().forEach(one -> outcomes.add(AdviceJson.toJson(one)));
    return json;
  }

  ObjectNode summary(Params params) {
    var views = registry.views();
    var counts =
        new java.util.EnumMap<io.mcprealtime.ServerState, Long>(io.mcprealtime.ServerState.class);
    var latency = LatencySketch.builder();
    for (var view : views) {
      counts.merge(view.state(), 1L, Long::sum);
      view.recent().stream()
          .map(ServerView.Point::responseTime)
          .filter(java.util.Objects::nonNull)
          .forEach(latency::add);
    }
    var stats = manager.getRealtimeStats();
    var sketch = latency.build();
    var json =
        object()
            .put("at", stats.timestamp().toString())
            .put("overallHealthScore", stats.system().overallHealthScore().orElse(null))
            .put("totalServers", views.size());
    json.set("states", ApiJson.states(counts));
    json.putObject("responseTime")
        .put("samples", sketch.count())
        .put("p50Ms", millis(sketch.quantile(0.5).orElse(null)))
        .put("p95Ms", millis(sketch.quantile(0.95).orElse(null)))
        .put("p99Ms", millis(sketch.quantile(0.99).orElse(null)));
    var problems = json.putArray("notHealthy");
    notHealthy(views)
        .forEach(
            view ->
                problems.add(
                    object()
                        .put("id", view.id().value())
                        .put("state", view.state().name())
                        .put("reason", view.reason())));
    stats.recommendations().forEach(json.putArray("recommendations")::add);
    stats.urgentActions().forEach(json.putArray("urgentActions")::add);
    return json;
  }

  private static List<ServerView> notHealthy(List<ServerView> views) {
    return views.stream()
        .filter(view -> view.state() != io.mcprealtime.ServerState.HEALTHY)
        .toList();
  }
}
