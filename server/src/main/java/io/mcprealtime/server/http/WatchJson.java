package io.mcprealtime.server.http;

import static io.mcprealtime.wire.WireJson.object;

import io.mcprealtime.mcp.CanaryResult;
import io.mcprealtime.mcp.Expiry;
import io.mcprealtime.mcp.ProcessStats;
import io.mcprealtime.server.monitor.Cadence.Load;
import io.mcprealtime.server.monitor.Incident;
import io.mcprealtime.server.monitor.ProbingStatus;
import io.mcprealtime.server.monitor.RecoveryAttempt;
import io.mcprealtime.server.monitor.RollingTimes;
import io.mcprealtime.server.monitor.WatchView;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The JSON of what the monitor knows of its work. */
final class WatchJson {
  private static final double NANOS_PER_MILLI = 1e6;

  private WatchJson() {}

  static ObjectNode watch(WatchView watch) {
    var rule = watch.rule();
    var incident = watch.incident();
    var json =
        object()
            .put("rule", rule == null ? null : rule.wireName())
            .put("doubt", watch.doubt())
            .put("flapping", watch.flapping())
            .put("circuit", watch.circuit().name())
            .put("heldUntil", text(watch.heldUntil()))
            .put("incident", incident == null ? null : incident.toString());
    json.set("load", load(watch.load()));
    var process = watch.process();
    json.set("process", process == null ? null : process(process));
    var canaries = json.putArray("canaries");
    watch.canaries().forEach(result -> canaries.add(canary(result)));
    var expiries = json.putArray("expiries");
    watch.expiries().forEach(expiry -> expiries.add(expiry(expiry)));
    var recovery = json.putArray("recovery");
    watch.recovery().forEach(attempt -> recovery.add(attempt(attempt)));
    return json;
  }

  private static ObjectNode load(Load load) {
    return object()
        .put("since", load.since().toString())
        .put("probes", load.probes())
        .put("requests", load.requests())
        .put("probeTimeMs", millis(load.busy()))
        .put("probeShare", load.share())
        .put("intervals", load.intervals());
  }

  private static ObjectNode process(ProcessStats process) {
    var cpu = process.cpuTime();
    return object()
        .put("pid", process.pid())
        .put("uptimeSeconds", process.uptime().toSeconds())
        .put("memoryBytes", process.memoryBytes())
        .put("cpuTimeMs", cpu == null ? null : Double.valueOf(millis(cpu)))
        .put("starts", process.starts())
        .put("lastEnd", process.lastEnd());
  }

  private static ObjectNode canary(CanaryResult result) {
    var time = result.time();
    return object()
        .put("tool", result.tool())
        .put("outcome", result.outcome().wireName())
        .put("timeMs", time == null ? null : Double.valueOf(millis(time)))
        .put("detail", result.detail());
  }

  private static ObjectNode expiry(Expiry expiry) {
    return object()
        .put("kind", expiry.kind().wireName())
        .put("subject", expiry.subject())
        .put("at", expiry.at().toString());
  }

  private static ObjectNode attempt(RecoveryAttempt attempt) {
    return object()
        .put("at", attempt.at().toString())
        .put("action", attempt.action())
        .put("outcome", attempt.outcome().wireName())
        .put("detail", attempt.detail());
  }

  static ObjectNode incident(Incident incident) {
    var json =
        object()
            .put("id", incident.id().toString())
            .put("kind", incident.place().kind().wireName())
            .put("name", incident.place().name())
            .put("since", incident.since().toString())
            .put("until", text(incident.until()))
            .put("watched", incident.watched());
    var servers = json.putArray("servers");
    incident.servers().forEach(server -> servers.add(server.value()));
    var down = json.putArray("down");
    incident.down().forEach(server -> down.add(server.value()));
    return json;
  }

  static ObjectNode probing(ProbingStatus status) {
    var json =
        object()
            .put("targets", status.targets())
            .put("running", status.running())
            .put("queued", status.queued())
            .put("missed", status.missed());
    json.set("lateness", times(status.lateness()));
    json.set("overhead", times(status.overhead()));
    return json;
  }

  private static ObjectNode times(RollingTimes.Summary summary) {
    return object()
        .put("count", summary.count())
        .put("p50Millis", millis(summary.p50()))
        .put("p99Millis", millis(summary.p99()))
        .put("maxMillis", millis(summary.max()));
  }

  private static @Nullable Double millis(Optional<Duration> time) {
    return time.map(WatchJson::millis).orElse(null);
  }

  private static double millis(Duration time) {
    return time.toNanos() / NANOS_PER_MILLI;
  }

  private static @Nullable String text(@Nullable Object value) {
    return value == null ? null : value.toString();
  }
}
