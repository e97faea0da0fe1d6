package io.mcprealtime;

import io.mcprealtime.FirstLevel.Found;
import io.mcprealtime.MetricsResult.Source;
import io.mcprealtime.analysis.Trend;
import io.mcprealtime.budget.Pacing;
import io.mcprealtime.cache.CacheBackend;
import io.mcprealtime.cache.CacheTier;
import io.mcprealtime.cache.CacheTier.RecentEvents;
import io.mcprealtime.internal.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the latest of everything at hand: in the process, and where there is one in a cache that
 * processes share. The cache is never in the way: what the shared one cannot do is counted as an
 * error, and a read as a miss. Thread-safe.
 */
public final class McpCacheManager {
  /** The key of values that belong to no one server; its tier has no others. */
  private static final String ALL_SERVERS = "*";

  /** Over so many bytes of the shared cache there is a warning. */
  private static final long WARNING_BYTES = 200_000_000;

  /** Over this share of the shared cache's limit, tiers are dropped. */
  private static final double EMERGENCY_RATIO = 0.9;

  /** A warning comes again after the memory was below this share of what it warned of. */
  private static final double WARN_AGAIN_BELOW = 0.9;

  private static final Duration LONGEST_STRETCHED = Duration.ofMinutes(15);

  /** The scope of a read that must not ask the database. */
  private static final String CACHE_ALONE = "cache alone";

  /** After an emergency that made no room, none is tried for so long. */
  private static final Duration VAIN_EMERGENCY = Duration.ofHours(6);

  /** What goes first when memory is short; the latest metrics are never dropped. */
  private static final List<CacheTier<?>> DROPPED =
      List.of(CacheTier.TRENDS, CacheTier.SUMMARY, CacheTier.EVENTS, CacheTier.HEALTH);

  private final TimeSource time;
  private final Pacing pacing;
  private final @Nullable Long memoryLimitBytes;
  private final FirstLevel first;
  private final @Nullable SharedCache shared;
  private final Timer reads;
  private final Map<String, Tally> tallies = new ConcurrentHashMap<>();

  private final AtomicLong eventsVersion = new AtomicLong();

  private volatile Consumer<MonitoringEvent> tell = event -> {};
  private volatile CacheBackend.@Nullable Usage lastUsage;
  private boolean warned;
  private long noRoomNanos;

  /** Hits and misses of one tier. */
  private static final class Tally {
    private final LongAdder hits = new LongAdder();
    private final LongAdder sharedHits = new LongAdder();
    private final LongAdder misses = new LongAdder();
  }

  /** A cache in the process alone. */
  public McpCacheManager(TimeSource time) {
    this(null, Pacing.fixed(CacheTier.METRICS.timeToLive()), null, time);
  }

  /**
   * @param shared the cache that processes share; who made it closes it
   * @param pacing how fast that may be used
   * @param memoryLimitBytes what it may hold, where it does not say so itself
   */
  public McpCacheManager(
      @Nullable CacheBackend shared,
      Pacing pacing,
      @Nullable Long memoryLimitBytes,
      TimeSource time) {
    this.memoryLimitBytes = memoryLimitBytes;
    this.time = time;
    this.pacing = pacing;
    this.first = new FirstLevel(time);
    this.shared =
        shared == null ? null : new SharedCache(shared, pacing, time, event -> tell.accept(event));
    this.reads = new Timer(time);
    this.noRoomNanos = time.nanoTime() - VAIN_EMERGENCY.toNanos();
  }

  /** Where events of the cache go. */
  void tell(Consumer<MonitoringEvent> listener) {
    tell = listener;
  }

  /**
   * Caches the newest of these samples for each server; others can read them after the next write.
   *
   * @return whether there is going to be one: not while the shared cache is away, or its budget
   *     used up
   */
  public boolean cacheServerMetrics(Collection<ServerMetrics> metrics) {
    collected(CacheTier.METRICS, newest(metrics, ServerMetrics::server, ServerMetrics::at));
    return shared == null || shared.takesWrites();
  }

  public Optional<ServerMetrics> getServerMetrics(ServerId server) {
    return get(CacheTier.METRICS, server.value());
  }

  /** The latest samples of those servers that the cache has. */
  public Map<ServerId, ServerMetrics> getMetrics(Collection<ServerId> servers) {
    return byServer(values(find(servers, null)));
  }

  /**
   * The latest sample.
   *
   * @param database reads it when the cache lacks it; the cache alone is asked when null
   */
  Optional<Found<ServerMetrics>> find(
      ServerId server, @Nullable Supplier<Optional<ServerMetrics>> database) {
    return find(CacheTier.METRICS, server.value(), database);
  }

  /**
   * The latest samples of those servers, by name.
   *
   * @param database reads those that the cache lacks; the cache alone is asked when null
   */
  Map<String, Found<ServerMetrics>> find(
      Collection<ServerId> servers,
      @Nullable Function<List<String>, Map<String, ServerMetrics>> database) {
    return find(CacheTier.METRICS, servers.stream().map(ServerId::value).toList(), database);
  }

  /** Every latest sample that the cache has, also of servers that other processes watch. */
  public Map<ServerId, ServerMetrics> getAllMetrics() {
    var tally = tally(CacheTier.METRICS);
    return reads.measure(
        () -> {
          Map<String, ServerMetrics> found = new TreeMap<>();
          if (shared != null) {
            found.putAll(shared.getAll(CacheTier.METRICS));
          }
          var own = first.cache().getAll(CacheTier.METRICS);
          tally.hits.add(own.size());
          own.forEach(
              (name, sample) ->
                  found.merge(name, sample, (a, b) -> a.at().isAfter(b.at()) ? a : b));
          tally.hits.add(found.size() - (long) own.size());
          tally.sharedHits.add(found.size() - (long) own.size());
          return byServer(found);
        });
  }

  public void cacheHealthChecks(Collection<HealthCheck> checks) {
    collected(CacheTier.HEALTH, newest(checks, HealthCheck::server, HealthCheck::at));
  }

  public Optional<HealthCheck> getHealthCheck(ServerId server) {
    return get(CacheTier.HEALTH, server.value());
  }

  /** Caches the newest events of all servers, newest first. */
  public void cacheEvents(List<MonitoringEvent> newestFirst) {
    computed(CacheTier.EVENTS, ALL_SERVERS, new RecentEvents(newestFirst));
  }

  public Optional<List<MonitoringEvent>> getEvents() {
    return get(CacheTier.EVENTS, ALL_SERVERS).map(RecentEvents::events);
  }

  /** The newest events, from the cache or else from where the loader reads them. */
  List<MonitoringEvent> events(Supplier<List<MonitoringEvent>> database) {
    long version = eventsVersion.get();
    var events = load(CacheTier.EVENTS, ALL_SERVERS, () -> new RecentEvents(database.get()));
    if (eventsVersion.get() != version) {
      // Some came while these were read.
      clearEvents();
    }
    return events.events();
  }

  /** Forgets the cached events, because there are newer ones. */
  public void clearEvents() {
    eventsVersion.incrementAndGet();
    if (shared != null) {
      shared.outdate(CacheTier.EVENTS, ALL_SERVERS);
    }
    first.cache().clear(CacheTier.EVENTS);
  }

  public void cacheSummary(ServerSummary summary) {
    int hours = Math.toIntExact(Duration.between(summary.from(), summary.to()).toHours());
    computed(CacheTier.SUMMARY, summaryKey(summary.server(), hours), summary);
  }

  /** The summary of that many hours up to now. */
  public Optional<ServerSummary> getSummary(ServerId server, int hours) {
    return get(CacheTier.SUMMARY, summaryKey(server, hours));
  }

  ServerSummary summary(ServerId server, int hours, Supplier<ServerSummary> database) {
    return load(CacheTier.SUMMARY, summaryKey(server, hours), database);
  }

  private static String summaryKey(ServerId server, int hours) {
    return hours + "\t" + server.value();
  }

  public void cacheTrend(Trend trend) {
    computed(CacheTier.TRENDS, trendKey(trend.server(), trend.window()), trend);
  }

  public Optional<Trend> getTrend(ServerId server, Window window) {
    return get(CacheTier.TRENDS, trendKey(server, window));
  }

  Trend trend(ServerId server, Window window, Supplier<Trend> database) {
    return load(CacheTier.TRENDS, trendKey(server, window), database);
  }

  private static String trendKey(ServerId server, Window window) {
    return window.label() + "\t" + server.value();
  }

  /**
   * Writes what has changed to the shared cache; to be called once in each write interval, as
   * {@link McpRealtime} does.
   */
  public void flush() {
    if (shared != null) {
      shared.flush();
    }
  }

  /** How long to wait before the next {@link #flush()}. */
  Duration writeInterval() {
    return pacing.writeInterval();
  }

  /**
   * Measures the shared cache's memory: a warning over {@value #WARNING_BYTES} bytes, and over 90 %
   * of its limit tiers go, one after the other, until there is room.
   *
   * @return the bytes that it holds then; absent where it cannot tell
   */
  Optional<Long> inspect() {
    if (shared == null) {
      return Optional.empty();
    }
    var usage = measure(shared);
    if (usage == null || usage.bytes() == null) {
      return Optional.empty();
    }
    warn(usage.bytes());
    if (isShort(usage) && time.nanoTime() - noRoomNanos >= VAIN_EMERGENCY.toNanos()) {
      emergencyCleanup();
      if (isShort(lastUsage)) {
        noRoomNanos = time.nanoTime();
      }
    }
    var last = lastUsage;
    return last == null ? Optional.empty() : Optional.ofNullable(last.bytes());
  }

  /** With the limit that was set, where that is the smaller one. */
  private CacheBackend.@Nullable Usage measure(SharedCache cache) {
    var usage =
        cache
            .usage()
            .map(
                one ->
                    new CacheBackend.Usage(
                        one.keys(), one.bytes(), smaller(one.limitBytes(), memoryLimitBytes)))
            .orElse(null);
    lastUsage = usage;
    return usage;
  }

  private static @Nullable Long smaller(@Nullable Long one, @Nullable Long other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return (Long) Math.min(one, other);
  }

  private static boolean isShort(CacheBackend.@Nullable Usage usage) {
    if (usage == null) {
      return false;
    }
    var bytes = usage.bytes();
    var limit = usage.limitBytes();
    return bytes != null && limit != null && bytes > limit * EMERGENCY_RATIO;
  }

  private void warn(long bytes) {
    if (bytes <= WARNING_BYTES) {
      warned &= bytes > WARNING_BYTES * WARN_AGAIN_BELOW;
      return;
    }
    if (!warned) {
      warned = true;
      tell.accept(
          MonitoringEvent.ofMonitor(
              time.instant(),
              EventType.QUOTA,
              Severity.WARNING,
              "the cache holds %d bytes, more than the %d that it warns of"
                  .formatted(bytes, WARNING_BYTES)));
    }
  }

  /** What the cache did, measured; what the shared cache holds is at most some minutes old. */
  public CacheStats stats() {
    long hits = 0;
    long sharedHits = 0;
    long misses = 0;
    var tiers = new TreeMap<String, CacheStats.Tier>();
    for (var tally : tallies.entrySet()) {
      var counts = tally.getValue();
      var tier = new CacheStats.Tier(counts.hits.sum(), counts.misses.sum());
      tiers.put(tally.getKey(), tier);
      hits += tier.hits();
      sharedHits += counts.sharedHits.sum();
      misses += tier.misses();
    }
    if (shared == null) {
      var usage = first.cache().usage();
      return new CacheStats(
          first.cache().name(),
          hits,
          0,
          misses,
          0,
          reads.timings(),
          Timer.Timings.NONE,
          Timer.Timings.NONE,
          usage.keys(),
          usage.bytes(),
          null,
          tiers,
          null);
    }
    var usage = lastUsage;
    return new CacheStats(
        shared.backend().name(),
        hits,
        sharedHits,
        misses,
        shared.errors(),
        reads.timings(),
        shared.reads(),
        shared.writes(),
        usage == null ? null : usage.keys(),
        usage == null ? null : usage.bytes(),
        usage == null ? null : usage.limitBytes(),
        tiers,
        new CacheStats.Shared(shared.state(), pacing.writeInterval(), pacing.stretch()));
  }

  /**
   * Frees memory: trends go, then summaries and events, then health checks; never the latest
   * metrics. Of a shared cache with a limit only as many go as have to.
   */
  public void emergencyCleanup() {
    for (var tier : DROPPED) {
      first.cache().clear(tier);
      if (shared != null) {
        shared.clear(tier);
        var usage = measure(shared);
        if (usage != null && usage.limitBytes() != null && !isShort(usage)) {
          return;
        }
      }
    }
  }

  /** What this process collected is the newest until it collects again, which may be late. */
  private <T> void collected(CacheTier<T> tier, Map<String, T> values) {
    var lifetime = tier.timeToLive().multipliedBy(2);
    values.forEach(
        (key, value) -> {
          first.put(tier, key, value, lifetime);
          if (shared != null) {
            shared.put(tier, key, value);
          }
        });
  }

  private <T> void computed(CacheTier<T> tier, String key, T value) {
    first.put(tier, key, value, lifetime(tier));
    if (shared != null) {
      shared.put(tier, key, value);
    }
  }

  /** What others measured is as old as it is, however late it is read. */
  private Duration lifetimeLeft(CacheTier<?> tier, Object value) {
    var lifetime = lifetime(tier);
    var at = FirstLevel.measuredAt(value);
    if (at == null) {
      return lifetime;
    }
    var end = at.plus(lifetime).plus(pacing.writeInterval().multipliedBy(2));
    var left = Duration.between(time.instant(), end);
    return left.compareTo(lifetime) < 0 ? left : lifetime;
  }

  /** A tier that lives long as it is need not live for hours to save reads. */
  private Duration lifetime(CacheTier<?> tier) {
    var stretched = Math.round(tier.timeToLive().toMillis() * pacing.stretch());
    var longest = Math.max(tier.timeToLive().toMillis(), LONGEST_STRETCHED.toMillis());
    return Duration.ofMillis(Math.min(stretched, longest));
  }

  private <T> Optional<T> get(CacheTier<T> tier, String key) {
    return find(tier, key, null).map(Found::value);
  }

  private <T> Optional<Found<T>> find(
      CacheTier<T> tier, String key, @Nullable Supplier<Optional<T>> database) {
    Function<List<String>, Map<String, T>> read =
        database == null
            ? null
            : missing -> database.get().map(value -> Map.of(key, value)).orElse(Map.of());
    return Optional.ofNullable(find(tier, List.of(key), read).get(key));
  }

  /** The value of that key, which there always is where it is worked out. */
  private <T> T load(CacheTier<T> tier, String key, Supplier<T> work) {
    return find(
            tier,
            key,
            () -> {
              var value = work.get();
              if (shared != null) {
                shared.put(tier, key, value);
              }
              return Optional.of(value);
            })
        .orElseThrow()
        .value();
  }

  private <T> Map<String, Found<T>> find(
      CacheTier<T> tier,
      Collection<String> keys,
      @Nullable Function<List<String>, Map<String, T>> database) {
    // Who came after an event must not be answered by who began to read before it.
    Object scope = database == null ? CACHE_ALONE : (Object) eventsVersion.get();
    return reads.measure(
        () -> {
          Map<String, Found<T>> found = Map.of();
          try {
            found = first.get(tier, keys, scope, missing -> fetch(tier, missing, database));
            return found;
          } finally {
            count(tier, keys.size(), found.values());
          }
        });
  }

  private <T> void count(CacheTier<T> tier, int asked, Collection<Found<T>> found) {
    var tally = tally(tier);
    long cached = found.stream().filter(one -> one.source() != Source.DATABASE).count();
    tally.hits.add(cached);
    tally.sharedHits.add(found.stream().filter(one -> one.source() == Source.REDIS).count());
    tally.misses.add(asked - cached);
  }

  /** What the first level lacks: from the shared cache, and what that lacks from the database. */
  private <T> Map<String, Found<T>> fetch(
      CacheTier<T> tier,
      List<String> keys,
      @Nullable Function<List<String>, Map<String, T>> database) {
    var found = new HashMap<String, Found<T>>();
    if (shared != null) {
      take(tier, shared.waiting(tier, keys), Source.CACHE, found);
      take(tier, shared.get(tier, missing(keys, found)), Source.REDIS, found);
    }
    var missing = missing(keys, found);
    if (database != null && !missing.isEmpty()) {
      take(tier, database.apply(missing), Source.DATABASE, found);
    }
    return found;
  }

  private static List<String> missing(List<String> keys, Map<String, ?> found) {
    return keys.stream().filter(key -> !found.containsKey(key)).toList();
  }

  private <T> void take(
      CacheTier<T> tier, Map<String, T> values, Source source, Map<String, Found<T>> found) {
    values.forEach(
        (key, value) -> {
          var lifetime = source == Source.REDIS ? lifetimeLeft(tier, value) : lifetime(tier);
          first.put(tier, key, value, lifetime);
          found.put(key, new Found<>(value, source));
        });
  }

  private Tally tally(CacheTier<?> tier) {
    return tallies.computeIfAbsent(tier.name(), name -> new Tally());
  }

  private static <T> Map<String, T> values(Map<String, Found<T>> found) {
    return found.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().value()));
  }

  private static <T> Map<ServerId, T> byServer(Map<String, T> values) {
    return values.entrySet().stream()
        .collect(Collectors.toMap(entry -> ServerId.of(entry.getKey()), Map.Entry::getValue));
  }

  private static <T> Map<String, T> newest(
      Collection<T> values, Function<T, ServerId> server, Function<T, Instant> instant) {
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
