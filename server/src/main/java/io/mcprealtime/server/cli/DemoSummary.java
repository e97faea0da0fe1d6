package io.mcprealtime.server.cli;

import io.mcprealtime.CacheStats;
import io.mcprealtime.mcp.Operation;
import io.mcprealtime.mcp.ProbeResult;
import io.mcprealtime.mcp.config.ServerDefinition;
import java.util.List;
import java.util.Locale;

/** Adds up what the demonstration measured, and prints it. */
final class DemoSummary {
  private long operations;
  private long succeeded;
  private long nanos;

  synchronized void probed(ServerDefinition server, ProbeResult result) {
    for (Operation operation : result.operations()) {
      operations++;
      succeeded += operation.succeeded() ? 1 : 0;
      nanos += operation.duration().toNanos();
    }
  }

  /**
   * @param drill what came of the faults that were injected
   */
  synchronized void print(Terminal terminal, Application application, List<String> drill) {
    var stats = application.mcp().manager().getRealtimeStats();
    terminal.say("");
    terminal.say("🎯 Performance Summary:");
    terminal.say("   Total Operations: %s", String.format(Locale.ROOT, "%,d", operations));
    if (operations > 0) {
      terminal.say("   Success Rate: %s", percent((double) succeeded / operations));
      terminal.say(
          "   Avg Duration: %s", String.format(Locale.ROOT, "%.1f ms", nanos / 1e6 / operations));
    }
    terminal.say("   Cache Hit Rate: %s", hitRate(stats.cache()));
    stats
        .system()
        .overallHealthScore()
        .ifPresent(
            score ->
                terminal.say(
                    "   Health Score: %s of 100", String.format(Locale.ROOT, "%.0f", score)));
    terminal.say("");
    terminal.say("Servers:");
    for (var view : application.registry().views()) {
      String reason = view.reason();
      terminal.say("   %-13s %-12s %s", view.state(), view.id(), reason == null ? "" : reason);
    }
    terminal.say("");
    terminal.say("Faults and anomalies:");
    drill.forEach(line -> terminal.say("   %s", line));
    terminal.say("");
    terminal.say("💡 Recommendations:");
    stats.urgentActions().forEach(action -> terminal.say("   • %s", action));
    stats.recommendations().forEach(advice -> terminal.say("   • %s", advice));
    if (stats.urgentActions().isEmpty() && stats.recommendations().isEmpty()) {
      terminal.say("   • none: every figure is where it should be");
    }
  }

  private static String hitRate(CacheStats cache) {
    return cache.hitRate().map(DemoSummary::percent).orElse("not known: nothing was read");
  }

  private static String percent(double ratio) {
    return String.format(Locale.ROOT, "%.1f%%", ratio * 100);
  }
}
