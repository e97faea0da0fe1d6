package io.mcprealtime.server.http;

import static io.mcprealtime.wire.WireJson.millis;
import static io.mcprealtime.wire.WireJson.object;

import io.mcprealtime.CacheStats;
import io.mcprealtime.CleanupResult;
import io.mcprealtime.Kpis;
import io.mcprealtime.McpDataRetentionManager.DataUsage;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.RealtimeStats;
import io.mcprealtime.Rollup;
import io.mcprealtime.ServerState;
import io.mcprealtime.ServerSummary;
import io.mcprealtime.StageResult.Verdict;
import io.mcprealtime.analysis.HealthScore;
import io.mcprealtime.analysis.Trend;
import io.mcprealtime.archive.Manifest;
import io.mcprealtime.budget.BudgetReport;
import io.mcprealtime.budget.BudgetStatus;
import io.mcprealtime.internal.Timer.Timings;
import io.mcprealtime.server.monitor.ServerView;
import io.mcprealtime.spool.SpoolStatus;
import io.mcprealtime.wire.WireJson;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The JSON shapes that only the API has. */
public final class ApiJson {
  private ApiJson() {}

  /**
   * A server as it is now.
   *
   * @param recent how many of its newest samples go along
   * @param health how well it does; null while that is not known
   */
  static ObjectNode server(ServerView view, int recent, @Nullable HealthScore health) {
    var definition = view.definition();
    var check = view.lastCheck();
    var sample = view.lastSample();
    boolean failed = check != null && view.state() != ServerState.HEALTHY;
    var json =
        object()
            .put("id", view.id().value())
            .put("transport", definition == null ? null : definition.transport())
            .put("target", definition == null ? null : definition.describeTarget())
            .put("state", view.state().name())
            .put("since", text(view.since()))
            .put("reason", view.reason())
            .put("failingStage", failed ? failingStage(view) : null)
            .put("era", check == null || check.era() == null ? null : check.era().name())
            .put("protocolVersion", check == null ? null : check.protocolVersion())
            .put("serverName", check == null ? null : check.serverName())
            .put("toolCount", check == null ? null : check.toolCount())
            .put("responseTimeMs", sample == null ? null : millis(sample.responseTime()))
            .put("lastCheckAt", sample == null ? null : sample.at().toString())
            .put("circuit", sample == null ? null : sample.circuit().name());
    json.set("health", health == null ? null : AnalysisJson.health(health));
    var watch = view.watch();
    json.set("watch", watch == null ? null : WatchJson.watch(watch));
    var stages = json.putArray("stages");
    if (check != null) {
      check.stages().forEach(stage -> stages.add(WireJson.toJson(stage)));
    }
    var samples = json.putArray("recent");
    var all = view.recent();
    all.subList(Math.max(0, all.size() - recent), all.size())
        .forEach(point -> samples.add(point(point)));
    return json;
  }

  private static @Nullable String failingStage(ServerView view) {
    var check = view.lastCheck();
    if (check == null) {
      return null;
    }
    return check
        .failedStage()
        .or(
            () ->
                check.stages().stream()
                    .filter(stage -> stage.verdict() == Verdict.WARNING)
                    .findFirst())
        .map(stage -> stage.stage().wireName())
        .orElse(null);
  }

  private static ObjectNode point(ServerView.Point sample) {
    return object()
        .put("at", sample.at().toString())
        .put("state", sample.state().name())
        .put("responseTimeMs", millis(sample.responseTime()));
  }

  private static @Nullable String text(@Nullable Instant instant) {
    return instant == null ? null : instant.toString();
  }

  static ObjectNode rollup(Rollup rollup) {
    var json =
        object()
            .put("start", rollup.start().toString())
            .put("sampleCount", rollup.sampleCount())
            .put("upRatio", rollup.upRatio().orElse(null))
            .put("requestCount", rollup.requestCount())
            .put("errorCount", rollup.errorCount())
            .put("minResponseTimeMs", millis(rollup.minResponseTime()))
            .put("meanResponseTimeMs", millis(rollup.meanResponseTime().orElse(null)))
            .put("maxResponseTimeMs", millis(rollup.maxResponseTime()));
    putQuantiles(json, rollup.latency()::quantile);
    json.set("states", states(rollup.stateCounts()));
    return json;
  }

  static ObjectNode summary(ServerSummary summary) {
    var json =
        object()
            .put("server", summary.server().value())
            .put("from", summary.from().toString())
            .put("to", summary.to().toString())
            .put("sampleCount", summary.sampleCount())
            .put("upRatio", summary.upRatio().orElse(null))
            .put("requestCount", summary.requestCount())
            .put("errorCount", summary.errorCount());
    putQuantiles(json, summary::responseTime);
    json.set("states", states(summary.stateCounts()));
    return json;
  }

  private static void putQuantiles(
      ObjectNode json, java.util.function.DoubleFunction<java.util.Optional<Duration>> quantile) {
    json.put("p50ResponseTimeMs", millis(quantile.apply(0.5).orElse(null)))
        .put("p95ResponseTimeMs", millis(quantile.apply(0.95).orElse(null)))
        .put("p99ResponseTimeMs", millis(quantile.apply(0.99).orElse(null)));
  }

  /** A trend, with the time to a threshold where one is asked for. */
  static ObjectNode trend(Trend trend, @Nullable Double thresholdMillis) {
    var json =
        object()
            .put("server", trend.server().value())
            .put("window", trend.window().label())
            .put("trend", trend.direction().name().toLowerCase(Locale.ROOT))
            .put("sentence", trend.sentence())
            .put("samples", trend.samples())
            .put("points", trend.points())
            .put("beforeMs", trend.beforeMillis())
            .put("afterMs", trend.afterMillis())
            .put("endMs", trend.endMillis())
            .put("slopeMsPerHour", trend.slopeMillisPerHour())
            .put("lowSlopeMsPerHour", trend.lowSlopeMillisPerHour())
            .put("highSlopeMsPerHour", trend.highSlopeMillisPerHour())
            .put("pValue", trend.pValue())
            .put("stepped", trend.stepped())
            .put("avgResponseTimeMs", trend.avgResponseTimeMillis())
            .put("thresholdMs", thresholdMillis);
    var time =
        thresholdMillis == null
            ? null
            : trend
                .timeTo(thresholdMillis)
                .map(range -> range.map(Duration::toSeconds))
                .orElse(null);
    json.set("secondsToThreshold", RangeJson.counts(time));
    return json;
  }

  /**
   * Something that may explain a change in a server's history.
   *
   * <p>The class is that of a changed catalog; null of everything else.
   */
  static ObjectNode mark(MonitoringEvent event) {
    return object()
        .put("at", event.at().toString())
        .put("type", event.type().wireName())
        .put("class", event.details().get("class"))
        .put("message", event.message());
  }

  /** The state of the whole. */
  public static ObjectNode stats(RealtimeStats stats) {
    var json = object().put("timestamp", stats.timestamp().toString());
    json.set("cache", cache(stats.cache()));
    var database = json.putObject("database").put("backend", stats.database().backend());
    database.set("queries", timings(stats.database().queries()));
    database.set("writes", timings(stats.database().writes()));
    var usage = stats.usage();
    database.set("storage", usage == null ? null : usage(usage));
    var spool = stats.spool();
    database.set("spool", spool == null ? null : spool(spool));
    var kpis = stats.kpis();
    json.set("kpis", kpis == null ? null : kpis(kpis));
    var system =
        json.putObject("system")
            .put("overallHealthScore", stats.system().overallHealthScore().orElse(null))
            .put("activeServers", stats.system().activeServers())
            .put("totalServers", stats.system().totalServers());
    system.set("states", states(stats.system().states()));
    stats.recommendations().forEach(json.putArray("recommendations")::add);
    stats.urgentActions().forEach(json.putArray("urgentActions")::add);
    return json;
  }

  private static ObjectNode kpis(Kpis kpis) {
    var json =
        object()
            .put("from", kpis.from().toString())
            .put("to", kpis.to().toString())
            .put("servers", kpis.servers())
            .put("sampleCount", kpis.sampleCount())
            .put("upRatio", kpis.upRatio().orElse(null))
            .put("requestCount", kpis.requestCount())
            .put("errorCount", kpis.errorCount())
            .put("errorRate", kpis.errorRate().orElse(null));
    putQuantiles(json, kpis::responseTime);
    return json;
  }

  private static ObjectNode cache(CacheStats cache) {
    var json =
        object()
            .put("backend", cache.backend())
            .put("hits", cache.hits())
            .put("sharedHits", cache.sharedHits())
            .put("misses", cache.misses())
            .put("hitRate", cache.hitRate().orElse(null))
            .put("errors", cache.errors())
            .put("avgResponseTimeMs", millis(cache.reads().mean().orElse(null)))
            .put("p50ResponseTimeMs", millis(cache.reads().p50().orElse(null)))
            .put("p95ResponseTimeMs", millis(cache.reads().p95().orElse(null)))
            .put("p99ResponseTimeMs", millis(cache.reads().p99().orElse(null)))
            .put("keyCount", cache.keys())
            .put("memoryBytes", cache.memoryBytes())
            .put("memoryLimitBytes", cache.memoryLimitBytes());
    var tiers = json.putObject("tiers");
    cache
        .tiers()
        .forEach(
            (name, tier) ->
                tiers
                    .putObject(name)
                    .put("hits", tier.hits())
                    .put("misses", tier.misses())
                    .put("hitRate", tier.hitRate().orElse(null)));
    var shared = cache.shared();
    if (shared == null) {
      return json.putNull("shared");
    }
    var node =
        json.putObject("shared")
            .put("circuit", shared.circuit().name())
            .put("writeIntervalSeconds", shared.writeInterval().toMillis() / 1e3)
            .put("firstLevelStretch", shared.stretch());
    node.set("reads", timings(cache.sharedReads()));
    node.set("writes", timings(cache.sharedWrites()));
    return json;
  }

  /** What is used of the services behind storage and cache. */
  public static ObjectNode budget(BudgetReport report) {
    var json = resources(report.resources());
    return json.put("writeIntervalSeconds", report.writeInterval().toMillis() / 1e3)
        .put("firstLevelStretch", report.stretch())
        .put("writes", report.writes())
        .put("reads", report.reads());
  }

  /** The resources alone, as a process knows them that does not pace the cache. */
  public static ObjectNode resources(List<BudgetStatus> statuses) {
    var json = object();
    var resources = json.putArray("resources");
    for (var status : statuses) {
      var resource =
          resources
              .addObject()
              .put("resource", status.resource().wireName())
              .put("kind", status.resource().kind().name().toLowerCase(Locale.ROOT))
              .put("unit", status.resource().unit().name().toLowerCase(Locale.ROOT))
              .put("used", status.used())
              .put("limit", status.limit())
              .put("usedRatio", status.ratio())
              .put("perDay", status.perDay())
              .put("over", status.over());
      resource.set("forecast", RangeJson.counts(status.forecast()));
      resource.set("lastsUntil", RangeJson.instants(status.lastsUntil()));
    }
    return json;
  }

  /** What waits in the spool. */
  static ObjectNode spool(SpoolStatus spool) {
    return object()
        .put("frames", spool.frames())
        .put("records", spool.records())
        .put("bytes", spool.bytes())
        .put("limitBytes", spool.limitBytes())
        .put("oldest", text(spool.oldest()))
        .put("awaySince", text(spool.away()));
  }

  private static ObjectNode timings(Timings timings) {
    return object()
        .put("count", timings.count())
        .put("failures", timings.failures())
        .put("meanMs", millis(timings.mean().orElse(null)))
        .put("p50Ms", millis(timings.p50().orElse(null)))
        .put("p95Ms", millis(timings.p95().orElse(null)))
        .put("p99Ms", millis(timings.p99().orElse(null)));
  }

  /**
   * What is stored, where that is going, and what was archived last.
   *
   * @param archive an export's directory
   */
  public static ObjectNode usage(DataUsage usage, Manifest.@Nullable Found archive) {
    var json = object().put("backend", usage.backend());
    json.set("storage", usage(usage));
    json.set("cache", cache(usage.cache()));
    if (archive == null) {
      return json.putNull("lastArchive");
    }
    var manifest = archive.manifest();
    json.putObject("lastArchive")
        .put("directory", archive.directory().toString())
        .put("created", manifest.created().toString())
        .put("records", manifest.records())
        .put("rawBytes", manifest.rawBytes())
        .put("fileBytes", manifest.fileBytes());
    return json;
  }

  /** What a clean-up did. */
  public static ObjectNode cleanup(CleanupResult result) {
    var json =
        object()
            .put("outcome", lower(result.outcome()))
            .put("emergency", result.emergency())
            .put("bytesBefore", result.bytesBefore())
            .put("bytesAfter", result.bytesAfter())
            .put("bytesFreed", result.bytesFreed().orElse(null))
            .put("limitBytes", result.limitBytes())
            .put("usedRatio", result.ratio().orElse(null))
            .put("advice", result.advice())
            .put("elapsedMs", millis(result.elapsed()));
    var steps = json.putArray("steps");
    for (var step : result.steps()) {
      steps.add(
          object()
              .put("action", lower(step.action()))
              .put("kind", step.kind() == null ? null : step.kind().label())
              .put("ageSeconds", step.age() == null ? null : step.age().toSeconds())
              .put("records", step.records())
              .put("bytesFreed", step.bytesFreed())
              .put("archive", step.archive() == null ? null : step.archive().toString()));
    }
    result.faults().forEach(json.putArray("faults")::add);
    return json;
  }

  private static String lower(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static ObjectNode usage(DataUsage usage) {
    var json =
        object()
            .put("totalBytes", usage.storage().totalBytes())
            .put("limitBytes", usage.limitBytes())
            .put("usedRatio", usage.ratio().orElse(null));
    json.set("fullInDays", RangeJson.figures(usage.fullInDays().orElse(null)));
    var growth = usage.growth();
    if (growth == null) {
      json.putNull("growth");
    } else {
      json.putObject("growth")
          .put("bytesPerDay", growth.bytesPerDay().median())
          .put("lowBytesPerDay", growth.bytesPerDay().low())
          .put("highBytesPerDay", growth.bytesPerDay().high())
          .put("points", growth.points())
          .put("spanSeconds", growth.span().toSeconds());
    }
    var relations = json.putArray("relations");
    for (var relation : usage.storage().relations()) {
      relations.add(
          object()
              .put("kind", relation.kind().label())
              .put("name", relation.name())
              .put("bytes", relation.bytes())
              .put("indexBytes", relation.indexBytes())
              .put("rows", relation.rows())
              .put("deadRows", relation.deadRows()));
    }
    return json;
  }

  static ObjectNode states(Map<ServerState, ? extends Number> counts) {
    var json = object();
    new TreeMap<ServerState, Number>(counts)
        .forEach((state, count) -> json.put(state.name(), count.longValue()));
    return json;
  }

  static ObjectNode list(String name, List<ObjectNode> items) {
    var json = object();
    items.forEach(json.putArray(name)::add);
    return json;
  }
}
