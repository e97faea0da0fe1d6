package io.mcprealtime.server.monitor;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.mcp.config.ServerDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a server now.
 *
 * @param definition how it is reached; absent for one that only sends its metrics
 * @param lastCheck its newest probe; absent before the first
 * @param lastSample its newest sample; absent before the first
 * @param since when it came into its state; absent before the first sample
 * @param problem why it cannot be probed, where its configuration is at fault
 * @param silentSince when its newest sample was taken, if that is so long ago that its state is not
 *     known any more
 * @param watch what its watch knows; absent for one that is not probed here, or not yet
 * @param recent its newest samples, oldest first
 */
public record ServerView(
    ServerId id,
    @Nullable ServerDefinition definition,
    @Nullable HealthCheck lastCheck,
    @Nullable ServerMetrics lastSample,
    @Nullable Instant since,
    @Nullable String problem,
    @Nullable Instant silentSince,
    @Nullable WatchView watch,
    List<Point> recent) {

  /** What is kept of a sample that is not the newest. */
  public record Point(Instant at, ServerState state, @Nullable Duration responseTime) {
    static Point of(ServerMetrics sample) {
      return new Point(sample.at(), sample.state(), sample.responseTime());
    }
  }

  public ServerState state() {
    return lastSample == null || silentSince != null ? ServerState.UNKNOWN : lastSample.state();
  }

  /** Whether its state is to be found out by the first probes of this process. */
  public boolean isAwaited() {
    boolean fellSilent = silentSince != null && lastCheck != null;
    return definition != null && problem == null && state() == ServerState.UNKNOWN && !fellSilent;
  }

  /** Why it is not healthy, in words. */
  public @Nullable String reason() {
    if (problem != null) {
      return problem;
    }
    if (silentSince != null) {
      return "nothing was heard of it since " + silentSince;
    }
    if (state() == ServerState.HEALTHY) {
      return null;
    }
    if (lastCheck != null && lastCheck.state() == state() && lastCheck.reason() != null) {
      return lastCheck.reason();
    }
    return lastSample == null ? null : lastSample.lastError();
  }
}
