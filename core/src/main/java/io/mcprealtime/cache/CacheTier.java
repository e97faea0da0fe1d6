package io.mcprealtime.cache;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerSummary;
import io.mcprealtime.analysis.Trend;
import java.time.Duration;
import java.util.List;

/**
 * A class of cached data with one time to live.
 *
 * @param name what the tier is called in a shared cache: {@code metrics}
 * @param type what its values are
 * @param timeToLive after which a value is not given out any more
 */
public record CacheTier<T>(String name, Class<T> type, Duration timeToLive) {
  public static final CacheTier<ServerMetrics> METRICS =
      new CacheTier<>("metrics", ServerMetrics.class, Duration.ofSeconds(15));
  public static final CacheTier<HealthCheck> HEALTH =
      new CacheTier<>("health", HealthCheck.class, Duration.ofSeconds(30));
  public static final CacheTier<RecentEvents> EVENTS =
      new CacheTier<>("events", RecentEvents.class, Duration.ofSeconds(30));
  public static final CacheTier<ServerSummary> SUMMARY =
      new CacheTier<>("summary", ServerSummary.class, Duration.ofSeconds(60));
  public static final CacheTier<Trend> TRENDS =
      new CacheTier<>("trends", Trend.class, Duration.ofMinutes(5));

  /** Every tier, the one that must be kept longest first. */
  public static final List<CacheTier<?>> ALL = List.of(METRICS, HEALTH, EVENTS, SUMMARY, TRENDS);

  /** The newest events, newest first. */
  public record RecentEvents(List<MonitoringEvent> events) {
    public RecentEvents {
      events = List.copyOf(events);
    }
  }
}
