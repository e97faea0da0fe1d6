package io.mcprealtime.advice;

import io.mcprealtime.CacheStats;
import io.mcprealtime.McpDataRetentionManager.DataUsage;
import io.mcprealtime.McpRealtimeConfig;
import io.mcprealtime.McpTimeSeriesManager.DatabaseTimings;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.budget.BudgetStatus;
import io.mcprealtime.spool.SpoolStatus;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the managers know at an instant, by which they advise.
 *
 * @param latest the newest sample of every server
 * @param spool absent without one
 * @param usage absent when the database did not answer
 * @param databaseFault why it did not; absent when it did
 * @param awaited whether states of some servers are still to be found out
 */
public record ManagerFacts(
    Instant now,
    McpRealtimeConfig config,
    List<ServerMetrics> latest,
    CacheStats cache,
    DatabaseTimings database,
    @Nullable SpoolStatus spool,
    @Nullable DataUsage usage,
    @Nullable String databaseFault,
    List<BudgetStatus> budgets,
    boolean awaited) {
  public ManagerFacts {
    latest = List.copyOf(latest);
    budgets = List.copyOf(budgets);
  }

  /** The servers that are in a state now, by name. */
  List<ServerId> in(ServerState state) {
    return latest.stream()
        .filter(sample -> sample.stateAt(now, config.staleAfter()) == state)
        .map(ServerMetrics::server)
        .sorted()
        .toList();
  }
}
