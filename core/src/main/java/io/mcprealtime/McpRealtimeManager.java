package io.mcprealtime;

import static java.util.Comparator.comparing;
import static java.util.Comparator.naturalOrder;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import io.mcprealtime.FirstLevel.Found;
import io.mcprealtime.McpDataRetentionManager.DataUsage;
import io.mcprealtime.MetricsResult.Source;
import io.mcprealtime.RealtimeStats.SystemStats;
import io.mcprealtime.advice.Advice;
import io.mcprealtime.advice.AdviceLine;
import io.mcprealtime.advice.ManagerFacts;
import io.mcprealtime.advice.Urgency;
import io.mcprealtime.analysis.HealthFigures;
import io.mcprealtime.analysis.HealthScore;
import io.mcprealtime.analysis.Trend;
import io.mcprealtime.budget.BudgetStatus;
import io.mcprealtime.spool.WritePath.Kept;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.TimeRange;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The four managers as one: takes what is measured, keeps it, answers from the nearest place that
 * has it, and tells listeners. Calls block; thread-safe.
 */
public final class McpRealtimeManager {
  private static final Logger log = LoggerFactory.getLogger(McpRealtimeManager.class);
  private static final int DASHBOARD_EVENTS = 50;

  /** A server that was silent for so long does not count any more. */
  private static final Duration FORGOTTEN_AFTER = Duration.ofDays(1);

  /** Up to so many servers that the cache lacks are read one by one; beyond, all at once. */
  private static final int POINT_READS = 50;

  private final McpCacheManager cache;
  private final McpTimeSeriesManager timeSeries;
  private final McpDataRetentionManager retention;
  private final McpRealtimeConfig config;
  private final TimeSource time;
  private final StateTracker states = new StateTracker();
  private final LiveFeed live = new LiveFeed();
  private final AtomicBoolean checksFailing = new AtomicBoolean();
  private final AtomicBoolean eventsFailing = new AtomicBoolean();
  private final Advice advice;
  private volatile Supplier<List<BudgetStatus>> budgets = List::of;

  public McpRealtimeManager(
      McpCacheManager cache,
      McpTimeSeriesManager timeSeries,
      McpDataRetentionManager retention,
      McpRealtimeConfig config,
      TimeSource time) {
    this.cache = cache;
    this.timeSeries = timeSeries;
    this.retention = retention;
    this.config = config;
    this.time = time;
    this.advice = new Advice(() -> facts(lastHeard()), time, this::tell);
    timeSeries.onEvent(this::tell);
    timeSeries
        .analysis()
        .tell(
            events -> {
              var ignored = processEventsAsync(events);
            });
  }

  private void tell(MonitoringEvent event) {
    var ignored = processEventsAsync(List.of(event));
  }

  /** Who knows how much of the services behind storage and cache is used. */
  void budgets(Supplier<List<BudgetStatus>> source) {
    budgets = source;
  }

  /**
   * Learns each server's last known state, so that a restart is no change. While the storage is
   * away it is learnt from the spool, and from the storage when that is back.
   */
  void start() {
    if (!timeSeries.isStorageAway()) {
      states.learn(timeSeries.getLatestMetrics());
      return;
    }
    states.learn(timeSeries.getSpooledMetrics());
    var learnt = new AtomicBoolean();
    timeSeries.onReturn(
        () -> {
          if (!learnt.get()) {
            states.learn(timeSeries.getLatestMetrics());
            learnt.set(true);
          }
        });
  }

  /** Tells of what comes in, as it comes in. */
  public LiveFeed live() {
    return live;
  }

  public CollectResult collectMetrics(List<ServerMetrics> metrics) {
    return collectMetrics(metrics, null);
  }

  /**
   * Takes samples: caches and stores them, records changes of state as events, and tells listeners.
   * Returns when they are committed or spooled.
   *
   * @param sessionId the collection session of those that name none
   */
  public CollectResult collectMetrics(List<ServerMetrics> metrics, @Nullable String sessionId) {
    return collectMetricsAsync(McpTimeSeriesManager.withSession(metrics, sessionId)).join();
  }

  /**
   * Takes samples without waiting for the storage: listeners have heard of them when this returns,
   * and they are kept, with the events that they make, when the result is there. It never completes
   * exceptionally.
   *
   * @throws IllegalArgumentException when one lies too far in the future; none is taken then
   */
  public CompletableFuture<CollectResult> collectMetricsAsync(List<ServerMetrics> samples) {
    return collect(samples, false);
  }

  /**
   * The same for samples of one who judges states and tells of their changes by events of its own:
   * none are made here.
   *
   * @throws IllegalArgumentException when one lies too far in the future; none is taken then
   */
  public CompletableFuture<CollectResult> collectJudgedAsync(List<ServerMetrics> samples) {
    return collect(samples, true);
  }

  private CompletableFuture<CollectResult> collect(List<ServerMetrics> samples, boolean judged) {
    long start = time.nanoTime();
    var written = timeSeries.insertMetrics(samples);
    long handedOver = time.nanoTime();
    var news = states.observe(samples, time.instant());
    boolean cached = cache.cacheServerMetrics(news.newest());
    long cachedAt = time.nanoTime();
    live.metrics(samples);
    var found = timeSeries.analysis().observe(news.newest(), judged);
    var events = processEventsAsync(judged ? found : joined(news.events(), found));
    var result =
        written.handle(
            (kept, failure) -> {
              long storedAt = time.nanoTime();
              return new CollectResult(
                  cached,
                  kept == Kept.STORED,
                  kept == Kept.SPOOLED,
                  Duration.ofNanos(cachedAt - handedOver),
                  Duration.ofNanos(storedAt - start),
                  Duration.ofNanos(Math.max(cachedAt, storedAt) - start),
                  failure == null ? null : known(failure));
            });
    return result.thenCombine(events, (collected, stored) -> collected);
  }

  private static List<MonitoringEvent> joined(
      List<MonitoringEvent> first, List<MonitoringEvent> second) {
    return Stream.concat(first.stream(), second.stream()).toList();
  }

  private static McpRealtimeException known(Throwable failure) {
    return failure instanceof McpRealtimeException known
        ? known
        : new McpRealtimeException("the storage failed: " + failure, failure);
  }

  /**
   * The latest sample of a server: from the cache, else from the database, and while that does not
   * answer the last one that this process heard of.
   */
  public MetricsResult<Optional<ServerMetrics>> getMetrics(ServerId server) {
    return getMetrics(server, MetricsOptions.DEFAULT);
  }

  public MetricsResult<Optional<ServerMetrics>> getMetrics(
      ServerId server, MetricsOptions options) {
    long start = time.nanoTime();
    try {
      Supplier<Optional<ServerMetrics>> database = () -> timeSeries.getLatestMetrics(server);
      Optional<Found<ServerMetrics>> found = Optional.empty();
      if (options.useCache() && options.fallbackToDb()) {
        found = cache.find(server, database);
      } else if (options.useCache()) {
        found = cache.find(server, null);
      } else if (options.fallbackToDb()) {
        found = database.get().map(sample -> new Found<>(sample, Source.DATABASE));
      }
      return result(found.map(Found::value), found.map(Found::source).orElse(Source.NONE), start);
    } catch (McpRealtimeException e) {
      var known = options.useCache() ? states.newest(server) : Optional.<ServerMetrics>empty();
      if (known.isEmpty()) {
        throw e;
      }
      return result(known, Source.CACHE, start);
    }
  }

  /** The latest sample of every server, by server. */
  public MetricsResult<List<ServerMetrics>> getMetrics() {
    return getMetrics(MetricsOptions.DEFAULT);
  }

  /** The latest sample of every server; from the database as soon as the cache lacks one. */
  public MetricsResult<List<ServerMetrics>> getMetrics(MetricsOptions options) {
    long start = time.nanoTime();
    if (options.useCache()) {
      var servers = states.servers(time.instant().minus(FORGOTTEN_AFTER));
      try {
        var found = cache.find(servers, options.fallbackToDb() ? this::read : null);
        if (!found.isEmpty()) {
          return result(
              sorted(found.values().stream().map(Found::value).toList()), source(found), start);
        }
      } catch (McpRealtimeException e) {
        return result(sorted(states.newest(servers)), Source.CACHE, start);
      }
    }
    if (options.fallbackToDb()) {
      var found = timeSeries.getLatestMetrics();
      if (!found.isEmpty()) {
        return result(sorted(found), Source.DATABASE, start);
      }
    }
    return result(List.of(), Source.NONE, start);
  }

  /** Reads the latest samples of servers that the cache lacks. */
  private Map<String, ServerMetrics> read(List<String> servers) {
    var found = new HashMap<String, ServerMetrics>();
    if (servers.size() <= POINT_READS) {
      for (var server : servers) {
        timeSeries
            .getLatestMetrics(ServerId.of(server))
            .ifPresent(sample -> found.put(server, sample));
      }
      return found;
    }
    var wanted = Set.copyOf(servers);
    for (var sample : timeSeries.getLatestMetrics()) {
      if (wanted.contains(sample.server().value())) {
        found.put(sample.server().value(), sample);
      }
    }
    return found;
  }

  /** The farthest place that one of them came from. */
  private static Source source(Map<String, Found<ServerMetrics>> found) {
    return found.values().stream().map(Found::source).max(naturalOrder()).orElse(Source.NONE);
  }

  private static List<ServerMetrics> sorted(Collection<ServerMetrics> samples) {
    return samples.stream().sorted(comparing(ServerMetrics::server)).toList();
  }

  private <T> MetricsResult<T> result(T data, Source source, long startNanos) {
    return new MetricsResult<>(data, source, Duration.ofNanos(time.nanoTime() - startNanos));
  }

  /**
   * Takes health checks: caches and stores them, and tells listeners.
   *
   * @return whether they are kept: stored, or spooled while the storage is away
   */
  public boolean processHealthChecks(List<HealthCheck> checks) {
    return processHealthChecksAsync(checks).join();
  }

  /** The same without waiting for the storage; never completes exceptionally. */
  public CompletableFuture<Boolean> processHealthChecksAsync(List<HealthCheck> checks) {
    if (checks.isEmpty()) {
      return CompletableFuture.completedFuture(true);
    }
    cache.cacheHealthChecks(checks);
    live.healthChecks(checks);
    return timeSeries
        .insertHealthChecks(checks)
        .handle((done, failure) -> kept("health checks", failure, checksFailing));
  }

  /**
   * Takes events: stores them and tells listeners.
   *
   * @return whether they are kept: stored, or spooled while the storage is away
   */
  public boolean processEvents(List<MonitoringEvent> events) {
    return processEventsAsync(events).join();
  }

  /** The same without waiting for the storage; never completes exceptionally. */
  public CompletableFuture<Boolean> processEventsAsync(List<MonitoringEvent> events) {
    if (events.isEmpty()) {
      return CompletableFuture.completedFuture(true);
    }
    live.events(events);
    return timeSeries
        .insertEvents(events)
        .handle(
            (done, failure) -> {
              cache.clearEvents();
              return kept("events", failure, eventsFailing);
            });
  }

  private static boolean kept(
      String what, @Nullable Throwable failure, AtomicBoolean failingBefore) {
    if (failure == null) {
      failingBefore.set(false);
    } else if (failingBefore.compareAndSet(false, true)) {
      log.warn("{} are not kept: {}", what, failure.getMessage());
    }
    return failure == null;
  }

  /** The newest events of all servers and of the monitor, newest first. */
  public List<MonitoringEvent> recentEvents() {
    return cache.events(
        () -> {
          var now = time.instant();
          var range =
              new TimeRange(now.minus(config.retention(DataKind.EVENTS)), now.plusMillis(1));
          return timeSeries.getEvents(null, range, DASHBOARD_EVENTS);
        });
  }

  /** What a server did in the hours up to now. */
  public ServerSummary getServerSummary(ServerId server, int hours) {
    return cache.summary(server, hours, () -> timeSeries.getServerSummary(server, hours));
  }

  /** Where a server's response time is going. */
  public Trend analyzePerformance(ServerId server, Window window) {
    return cache.trend(server, window, () -> timeSeries.analyzePerformanceTrends(server, window));
  }

  /**
   * How well a server does, from 0 to 100, and what takes points off; absent while its state is not
   * known.
   */
  public Optional<HealthScore> health(ServerId server) {
    return states.newest(server).flatMap(sample -> health(sample, time.instant()));
  }

  /** Drops what is usual for a server, as it is watched no more or became another. */
  public void forget(ServerId server) {
    timeSeries.analysis().forget(server);
  }

  private Optional<HealthScore> health(ServerMetrics sample, Instant now) {
    var state = sample.stateAt(now, config.staleAfter());
    return HealthScore.of(
        timeSeries
            .analysis()
            .figures(sample.server())
            .map(figures -> figures.withState(state))
            .orElseGet(() -> HealthFigures.of(state)));
  }

  /** The state of the whole, measured. */
  public RealtimeStats getRealtimeStats() {
    return stats(latestInReach());
  }

  /** The latest samples, or as many as the cache has while the database is away. */
  private List<ServerMetrics> latestInReach() {
    try {
      return getMetrics().data();
    } catch (McpRealtimeException e) {
      return getMetrics(MetricsOptions.CACHE_ONLY).data();
    }
  }

  /** The same without reading anything, so that a look at them is no read of the cache. */
  private List<ServerMetrics> lastHeard() {
    return states.newest(states.servers(time.instant().minus(FORGOTTEN_AFTER)));
  }

  private RealtimeStats stats(List<ServerMetrics> known) {
    var facts = facts(known);
    Kpis kpis = null;
    if (facts.databaseFault() == null) {
      try {
        kpis = timeSeries.getRealtimeKpis();
      } catch (McpRealtimeException e) {
        log.debug("no key figures: {}", e.getMessage());
      }
    }
    Map<ServerState, Long> counts =
        facts.latest().stream()
            .collect(
                groupingBy(
                    sample -> sample.stateAt(facts.now(), config.staleAfter()),
                    () -> new EnumMap<>(ServerState.class),
                    counting()));
    var scores =
        facts.latest().stream().flatMap(sample -> health(sample, facts.now()).stream()).toList();
    var system =
        new SystemStats(HealthScore.overall(scores).orElse(null), facts.latest().size(), counts);
    var lines = advice.lines(facts);
    return new RealtimeStats(
        time.instant(),
        facts.cache(),
        facts.database(),
        facts.spool(),
        facts.usage(),
        kpis,
        system,
        texts(lines, Urgency.NORMAL),
        texts(lines, Urgency.URGENT));
  }

  /** What is known now, by which is advised. */
  private ManagerFacts facts(List<ServerMetrics> known) {
    var now = time.instant();
    var forgotten = now.minus(FORGOTTEN_AFTER);
    DataUsage usage = null;
    String fault = null;
    try {
      usage = retention.analyzeDataUsage();
    } catch (McpRealtimeException e) {
      fault = String.valueOf(e.getMessage());
    }
    return new ManagerFacts(
        now,
        config,
        known.stream().filter(sample -> sample.at().isAfter(forgotten)).toList(),
        cache.stats(),
        timeSeries.timings(),
        timeSeries.spool().orElse(null),
        usage,
        fault,
        budgets.get(),
        advice.isAwaited());
  }

  private static List<String> texts(List<AdviceLine> lines, Urgency urgency) {
    return lines.stream().filter(line -> line.urgency() == urgency).map(AdviceLine::text).toList();
  }

  /** What should be changed, with its numbers, and whether what was changed helped. */
  public Advice advice() {
    return advice;
  }

  /** Drops what is over its age; with {@code force} makes room at once, as far as is allowed. */
  public CleanupResult performCleanup(boolean force) {
    return force ? retention.performEmergencyCleanup() : retention.performFullCleanup();
  }

  /** What a dashboard shows at once. */
  public Dashboard dashboard() {
    var latest = latestInReach();
    return new Dashboard(stats(latest), latest, recentEvents());
  }
}
