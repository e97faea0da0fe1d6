package io.mcprealtime;

import io.mcprealtime.budget.Budget;
import io.mcprealtime.budget.BudgetReport;
import io.mcprealtime.budget.Governor;
import io.mcprealtime.budget.Limits;
import io.mcprealtime.budget.Resource;
import io.mcprealtime.cache.CacheBackend;
import io.mcprealtime.internal.Closing;
import io.mcprealtime.internal.PeriodicJob;
import io.mcprealtime.storage.InMemoryStorage;
import io.mcprealtime.storage.Storage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The library's entry: the four managers, wired and running until closed. Without a storage or a
 * cache of its own everything stays in the heap.
 *
 * <pre>{@code
 * try (var mcp = McpRealtime.create()) {
 *   mcp.manager().collectMetrics(samples);
 *   var latest = mcp.manager().getMetrics(ServerId.of("filesystem"));
 * }
 * }</pre>
 */
public final class McpRealtime implements AutoCloseable {
  private static final Duration STOP_BOUND = Duration.ofSeconds(6);
  private static final Duration LAST_SYNC_BOUND = Duration.ofSeconds(1);
  private static final Duration BUDGET_INTERVAL = Duration.ofMinutes(1);
  private static final Duration ANALYSIS_INTERVAL = Duration.ofMinutes(5);

  private final McpCacheManager cache;
  private final McpTimeSeriesManager timeSeries;
  private final McpDataRetentionManager retention;
  private final McpRealtimeManager manager;
  private final PeriodicJob packing;
  private final PeriodicJob cleanUp;
  private final PeriodicJob budgeting;
  private final AdviceJob advising;
  private final PeriodicJob analysing;
  private final @Nullable CacheJob caching;
  private final Budget budget;
  private final Storage storage;
  private final Governor governor;
  private final @Nullable Runnable prepare;

  private McpRealtime(Builder builder) {
    var time = builder.time;
    var config = builder.config;
    this.prepare = builder.prepare;
    this.storage = builder.storage == null ? new InMemoryStorage() : builder.storage;
    this.budget = builder.budget == null ? new Budget(Limits.NONE, time) : builder.budget;
    this.governor = new Governor(budget, config.cacheWriteInterval(), time, this::tell);
    this.cache =
        new McpCacheManager(
            builder.cache, governor, budget.limits().values().get(Resource.REDIS_MEMORY), time);
    this.timeSeries = new McpTimeSeriesManager(storage, config, time);
    this.retention = new McpDataRetentionManager(cache, storage, config, time);
    this.manager = new McpRealtimeManager(cache, timeSeries, retention, config, time);
    manager.budgets(budget::status);
    this.advising = new AdviceJob(manager.advice().book(), config.adviceFile());
    retention.tell(event -> manager.processEvents(List.of(event)));
    cache.tell(this::tell);
    this.budgeting =
        new PeriodicJob(
            "mcp-budget", BUDGET_INTERVAL, new BudgetRun(budget, governor, cache, storage, time));
    this.analysing =
        new PeriodicJob("mcp-analysis", ANALYSIS_INTERVAL, timeSeries.analysis()::save);
    this.caching = builder.cache == null ? null : new CacheJob(cache);
    this.packing = new PeriodicJob("mcp-pack", config.packInterval(), retention::maintain);
    this.cleanUp =
        new PeriodicJob("mcp-clean-up", config.cleanupInterval(), retention::performFullCleanup);
  }

  /** Everything in the heap, with the product's defaults. */
  public static McpRealtime create() {
    return builder().start();
  }

  public static Builder builder() {
    return new Builder();
  }

  public McpRealtimeManager manager() {
    return manager;
  }

  public McpCacheManager cache() {
    return cache;
  }

  public McpTimeSeriesManager timeSeries() {
    return timeSeries;
  }

  public McpDataRetentionManager retention() {
    return retention;
  }

  /** What is used of the services behind storage and cache, and how the cache is paced by that. */
  public BudgetReport budget() {
    return new BudgetReport(
        budget.status(),
        governor.writeInterval(),
        governor.stretch(),
        governor.mayWrite(),
        governor.mayRead());
  }

  private void tell(MonitoringEvent event) {
    var ignored = manager.processEventsAsync(List.of(event));
  }

  private McpRealtime started() {
    try {
      timeSeries.start(prepare);
      manager.start();
    } catch (RuntimeException | Error e) {
      timeSeries.close();
      throw e;
    }
    cleanUp.start();
    packing.start();
    budgeting.start();
    advising.start();
    analysing.start();
    if (caching != null) {
      caching.start();
    }
    return this;
  }

  /**
   * Ends the periodic work and commits what waits to be written, within a bound; where there is a
   * spool, what the storage does not take in time goes there. The storage and the cache stay open:
   * who made them closes them.
   */
  @Override
  public void close() {
    var parts =
        new ArrayList<AutoCloseable>(
            List.of(cleanUp, packing, budgeting, analysing, advising, timeSeries));
    if (caching != null) {
      parts.add(caching);
    }
    Closing.begin(parts).await(STOP_BOUND);
    Closing.begin(List.of(() -> budget.sync(storage.budget()))).await(LAST_SYNC_BOUND);
  }

  /** Chooses what the managers stand on. */
  public static final class Builder {
    private @Nullable Storage storage;
    private @Nullable CacheBackend cache;
    private @Nullable Budget budget;
    private McpRealtimeConfig config = McpRealtimeConfig.defaults();
    private TimeSource time = TimeSource.system();
    private @Nullable Runnable prepare;

    private Builder() {}

    public Builder storage(Storage value) {
      storage = value;
      return this;
    }

    /** A cache that processes share; without one the cache is in this process alone. */
    public Builder cache(@Nullable CacheBackend value) {
      cache = value;
      return this;
    }

    /**
     * What services may be used for. It counts what the storage and the cache are made to count
     * there; without one nothing is limited.
     */
    public Builder budget(Budget value) {
      budget = value;
      return this;
    }

    public Builder config(McpRealtimeConfig value) {
      config = value;
      return this;
    }

    public Builder time(TimeSource value) {
      time = value;
      return this;
    }

    /**
     * What makes the storage fit for use, such as the migration of its schema. It runs at the
     * start; where there is a spool and the storage is away, again until it went well.
     */
    public Builder prepare(Runnable value) {
      prepare = value;
      return this;
    }

    /**
     * Wires the managers and starts their periodic work. Where there is a spool, a storage that is
     * away does not matter: what comes in is spooled, and the states that it knows are learnt when
     * it is back.
     *
     * @throws McpRealtimeException when the spool cannot be opened, or the storage does not answer
     *     and there is no spool
     */
    public McpRealtime start() {
      return new McpRealtime(this).started();
    }
  }
}
