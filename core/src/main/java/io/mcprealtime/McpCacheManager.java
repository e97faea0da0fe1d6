package io.mcprealtime;

import io.mcprealtime.analysis.Trend;
import io.mcprealtime.cache.CacheBackend;
import io.mcprealtime.cache.CacheTier;
import io.mcprealtime.cache.CacheTier.RecentEvents;
import io.mcprealtime.cache.CacheValue;
import io.mcprealtime.internal.Timer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the latest of everything at hand. The cache is never in the way: what its backend cannot do
 * is counted as an error, and a read as a miss. Thread-safe.
 */
public final class McpCacheManager {
  private static final Logger log = LoggerFactory.getLogger(McpCacheManager.class);

  /** The key of values that belong to no one server; no server id may look like it. */
  private static final String ALL_SERVERS = "\n";

  private final CacheBackend backend;
  private final TimeSource time;
  private final Timer reads;
  private final LongAdder hits = new LongAdder();
  private final LongAdder misses = new LongAdder();
  private final LongAdder errors = new LongAdder();

  public McpCacheManager(CacheBackend backend, McpRealtimeConfig config, TimeSource time) {
    this.backend = backend;
    this.time = time;
    this.reads = new Timer(time);
  }

  /**
   * Caches the newest of these samples for each server.
   *
   * @return whether the backend took them all
   */
  public boolean cacheServerMetrics(Collection<ServerMetrics> metrics) {
    return put(CacheTier.METRICS, newest(metrics, ServerMetrics::server, ServerMetrics::at));
  }

  public Optional<ServerMetrics> getServerMetrics(ServerId server) {
    return get(CacheTier.METRICS, server.value());
  }

  /** The latest samples of those servers that the cache has. */
  public Map<ServerId, ServerMetrics> getMetrics(Collection<ServerId> servers) {
    var keys = servers.stream().map(ServerId::value).toList();
    return byServer(getAll(CacheTier.METRICS, keys));
  }

  /** Every latest sample that the cache has. */
  public Map<ServerId, ServerMetrics> getAllMetrics() {
    try {
      var found = reads.measure(() -> backend.getAll(CacheTier.METRICS));
      hits.add(found.size());
      return byServer(found);
    } catch (McpRealtimeException e) {
      failed("read", e);
      return Map.of();
    }
  }

  public boolean cacheHealthChecks(Collection<HealthCheck> checks) {
    return put(CacheTier.HEALTH, newest(checks, HealthCheck::server, HealthCheck::at));
  }

  public Optional<HealthCheck> getHealthCheck(ServerId server) {
    return get(CacheTier.HEALTH, server.value());
  }

  /** Caches the newest events of all servers, newest first. */
  public boolean cacheEvents(List<MonitoringEvent> newestFirst) {
    return put(CacheTier.EVENTS, Map.of(ALL_SERVERS, new RecentEvents(newestFirst)));
  }

  public Optional<List<MonitoringEvent>> getEvents() {
    return get(CacheTier.EVENTS, ALL_SERVERS).map(RecentEvents::events);
  }

  /** Forgets the cached events, because there are newer ones. */
  public void clearEvents() {
    clear(CacheTier.EVENTS);
  }

  public boolean cacheSummary(ServerSummary summary) {
    return put(CacheTier.SUMMARY, Map.of(summaryKey(summary), summary));
  }

  /** The summary of that many hours up to now. */
  public Optional<ServerSummary> getSummary(ServerId server, int hours) {
    return get(CacheTier.SUMMARY, hours + "\n" + server.value());
  }

  private static String summaryKey(ServerSummary summary) {
    long hours = java.time.Duration.between(summary.from(), summary.to()).toHours();
    return hours + "\n" + summary.server().value();
  }

  public boolean cacheTrend(Trend trend) {
    return put(CacheTier.TRENDS, Map.of(trendKey(trend.server(), trend.window()), trend));
  }

  public Optional<Trend> getTrend(ServerId server, Window window) {
    return get(CacheTier.TRENDS, trendKey(server, window));
  }

  private static String trendKey(ServerId server, Window window) {
    return window.label() + "\n" + server.value();
  }

  /** What the cache did, measured. */
  public CacheStats stats() {
    var timings = reads.timings();
    Optional<CacheBackend.Usage> usage = Optional.empty();
    try {
      usage = Optional.of(backend.usage());
    } catch (McpRealtimeException e) {
      failed("usage", e);
    }
    return new CacheStats(
        backend.name(),
        hits.sum(),
        misses.sum(),
        errors.sum(),
        timings.mean(),
        timings.p95(),
        usage.map(CacheBackend.Usage::keys).orElse(null),
        usage.map(CacheBackend.Usage::bytes).orElse(null));
  }

  /** Frees memory: everything goes but the latest metrics, which are never dropped. */
  public void emergencyCleanup() {
    for (var tier : CacheTier.ALL) {
      if (!tier.equals(CacheTier.METRICS)) {
        clear(tier);
      }
    }
  }

  private <T> boolean put(CacheTier<T> tier, Map<String, T> values) {
    var expiresAt = time.instant().plus(tier.timeToLive());
    var cached = new ArrayList<CacheValue<T>>(values.size());
    values.forEach((key, value) -> cached.add(new CacheValue<>(tier, key, value, expiresAt)));
    try {
      backend.put(cached);
      return true;
    } catch (McpRealtimeException e) {
      failed("write", e);
      return false;
    }
  }

  private <T> Optional<T> get(CacheTier<T> tier, String key) {
    return Optional.ofNullable(getAll(tier, List.of(key)).get(key));
  }

  private <T> Map<String, T> getAll(CacheTier<T> tier, Collection<String> keys) {
    Map<String, T> found = Map.of();
    try {
      found = reads.measure(() -> backend.get(tier, keys));
    } catch (McpRealtimeException e) {
      failed("read", e);
    }
    hits.add(found.size());
    misses.add(keys.size() - (long) found.size());
    return found;
  }

  private void clear(CacheTier<?> tier) {
    try {
      backend.clear(tier);
    } catch (McpRealtimeException e) {
      failed("clear", e);
    }
  }

  private void failed(String what, McpRealtimeException e) {
    errors.increment();
    log.debug("cache {} {} failed: {}", backend.name(), what, e.getMessage());
  }

  private static <T> Map<ServerId, T> byServer(Map<String, T> values) {
    return values.entrySet().stream()
        .collect(Collectors.toMap(entry -> ServerId.of(entry.getKey()), Map.Entry::getValue));
  }

  private static <T> Map<String, T> newest(
      Collection<T> values, Function<T, ServerId> server, Function<T, java.time.Instant> instant) {
    var newest = new HashMap<String, T>();
    for (var value : values) {
      newest.merge(
          server.apply(value).value(),
          value,
          (a, b) -> instant.apply(a).isAfter(instant.apply(b)) ? a : b);
    }
    return newest;
  }
}
