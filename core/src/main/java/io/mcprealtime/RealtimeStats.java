package io.mcprealtime;

import io.mcprealtime.McpDataRetentionManager.DataUsage;
import io.mcprealtime.McpTimeSeriesManager.DatabaseTimings;
import io.mcprealtime.spool.SpoolStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The state of the whole, measured.
 *
 * @param spool what waits in the spool; absent without one
 * @param usage what the database holds; absent when it did not answer
 * @param kpis key figures of the last minutes; absent when the database did not answer
 * @param recommendations what would help, each with its numbers
 * @param urgentActions what must be done now, each with its numbers
 */
public record RealtimeStats(
    Instant timestamp,
    CacheStats cache,
    DatabaseTimings database,
    @Nullable SpoolStatus spool,
    @Nullable DataUsage usage,
    @Nullable Kpis kpis,
    SystemStats system,
    List<String> recommendations,
    List<String> urgentActions) {
  public RealtimeStats {
    recommendations = List.copyOf(recommendations);
    urgentActions = List.copyOf(urgentActions);
  }

  /**
   * The servers as a whole.
   *
   * @param score 0 (all down) to 100 (all healthy); absent while nothing is known
   * @param totalServers servers with a sample
   * @param states servers in each state by their newest sample
   */
  public record SystemStats(
      @Nullable Double score, int totalServers, Map<ServerState, Long> states) {
    public SystemStats {
      states = Map.copyOf(states);
    }

    public Optional<Double> overallHealthScore() {
      return Optional.ofNullable(score);
    }

    /** Servers that are up. */
    public long activeServers() {
      return states.entrySet().stream()
          .filter(entry -> entry.getKey().isUp())
          .mapToLong(Map.Entry::getValue)
          .sum();
    }
  }
}
