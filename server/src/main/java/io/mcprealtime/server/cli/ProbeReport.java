package io.mcprealtime.server.cli;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerState;
import io.mcprealtime.StageResult;
import io.mcprealtime.mcp.ProbeResult;
import io.mcprealtime.wire.WireJson;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Prints what probes found, for people and for scripts. */
final class ProbeReport {
  private final PrintWriter out;

  ProbeReport(PrintWriter out) {
    this.out = out;
  }

  void json(Map<ServerId, ProbeResult> results) {
    var root = WireJson.object();
    var list = root.putArray("servers");
    results.forEach((id, result) -> list.add(WireJson.toJson(result.toHealthCheck(id))));
    out.println(root.toPrettyString());
    out.flush();
  }

  void table(Map<ServerId, ProbeResult> results) {
    results.forEach(this::server);
    long healthy = results.values().stream().filter(r -> r.state() == ServerState.HEALTHY).count();
    out.println("%d of %d healthy".formatted(healthy, results.size()));
    out.flush();
  }

  private void server(ServerId id, ProbeResult result) {
    var facts = new StringBuilder();
    append(facts, result.serverName());
    append(facts, result.protocolVersion());
    append(
        facts, result.era() == null ? null : result.era().name().toLowerCase(Locale.ROOT) + " era");
    append(facts, result.toolCount() == null ? null : result.toolCount() + " tools");
    append(facts, result.responseTime() == null ? null : millis(result.responseTime()));
    out.println("%s %-13s %s%s".formatted(mark(result.state()), result.state(), id, facts));
    for (var stage : result.stages()) {
      out.println(
          "    %-15s %-8s %10s  %s"
              .formatted(
                  stage.stage().wireName(),
                  word(stage),
                  stage.time() == null ? "" : millis(stage.time()),
                  stage.detail() == null ? "" : stage.detail())
              .stripTrailing());
    }
    if (result.reason() != null) {
      out.println("  → " + result.reason());
    }
    out.println();
  }

  private static void append(StringBuilder facts, @Nullable String fact) {
    if (fact != null) {
      facts.append(" · ").append(fact);
    }
  }

  private static String mark(ServerState state) {
    return switch (state) {
      case HEALTHY -> "✔";
      case DEGRADED, EMPTY -> "!";
      case AUTH_REQUIRED -> "🔒";
      case DOWN -> "✘";
      case UNKNOWN -> "?";
    };
  }

  private static String word(StageResult stage) {
    return stage.verdict().name().toLowerCase(Locale.ROOT);
  }

  private static String millis(Duration duration) {
    return String.format(Locale.ROOT, "%.1f ms", duration.toNanos() / 1e6);
  }
}
