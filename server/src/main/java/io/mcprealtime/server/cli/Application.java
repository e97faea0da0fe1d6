package io.mcprealtime.server.cli;

import io.mcprealtime.EventType;
import io.mcprealtime.McpRealtime;
import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.Severity;
import io.mcprealtime.TimeSource;
import io.mcprealtime.budget.Budget;
import io.mcprealtime.internal.Closing;
import io.mcprealtime.mcp.McpProber;
import io.mcprealtime.mcp.ProbeResult;
import io.mcprealtime.mcp.config.ServerDefinition;
import io.mcprealtime.postgres.DatabaseUrl;
import io.mcprealtime.postgres.PostgresStorage;
import io.mcprealtime.server.advice.Marks;
import io.mcprealtime.server.advice.ProbeLog;
import io.mcprealtime.server.advice.SampleSources;
import io.mcprealtime.server.advice.ServerAdvice;
import io.mcprealtime.server.config.ConfigException;
import io.mcprealtime.server.config.ServerConfig;
import io.mcprealtime.server.http.HttpApi;
import io.mcprealtime.server.http.OperationMetrics;
import io.mcprealtime.server.monitor.DefinedServers;
import io.mcprealtime.server.monitor.DriftWatch;
import io.mcprealtime.server.monitor.Monitor;
import io.mcprealtime.server.monitor.ServerRegistry;
import io.mcprealtime.server.monitor.ServerView;
import io.mcprealtime.server.monitor.WatchedServers;
import io.mcprealtime.storage.StorageException;
import io.mcprealtime.storage.StorageUnavailableException;
import io.mcprealtime.storage.TimeRange;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The composition root: database, managers, monitor and HTTP server, started in that order and
 * closed in the other. What was started is closed when a later part cannot start.
 */
public final class Application implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Application.class);

  /** Of a stop as a whole; process managers grant ten seconds before they kill. */
  private static final Duration STOP_BOUND = Duration.ofSeconds(8);

  /** Of the last day, by which is advised after a restart as before it. */
  private static final int MOST_MARKS = 2_000;

  private static final Duration INPUTS_BOUND = Duration.ofSeconds(3);
  private static final Duration PART_BOUND = Duration.ofMillis(2_500);

  /** What the others stand on, closed one after another, the last opened first. */
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  /** What takes something in; nothing stands on these, and they are closed at the same time. */
  private final Deque<AutoCloseable> inputsOpen = new ArrayDeque<>();

  private @Nullable EmbeddedDatabase database;
  private final Optional<String> cachePlace;
  private final ServerRegistry registry;
  private final DriftWatch drift;
  private final Monitor monitor;
  private final McpRealtime mcp;
  private final WatchedServers servers;
  private final int port;

  private Application(ServerConfig config, BiConsumer<ServerDefinition, ProbeResult> observer) {
    try {
      var time = TimeSource.system();
      var budget = new Budget(config.limits(), time);
      // It connects to nothing yet, but tells of a wrong address before a database is started.
      var cache = SharedCaches.of(config.cache(), budget);
      cache.ifPresent(this::opened);
      this.cachePlace = cache.map(Object::toString);
      var storage = opened(PostgresStorage.builder(databaseUrl(config)).meter(budget).build());
      this.mcp =
          opened(
              McpRealtime.builder()
                  .storage(storage)
                  .cache(cache.orElse(null))
                  .budget(budget)
                  .prepare(() -> migrate(storage))
                  .config(config.managers())
                  .start());
      this.registry = new ServerRegistry(time, config.managers().staleAfter());
      mcp.manager().live().subscribe(registry);
      learnServers();
      var operations = opened(new OperationMetrics(registry));
      this.drift =
          opened(
              new DriftWatch(
                  storage.catalogs(),
                  events -> {
                    var ignored = mcp.manager().processEventsAsync(events);
                  },
                  time));
      var probes = new ProbeLog();
      var marks = new Marks();
      mcp.manager().live().subscribe(marks);
      learn(marks, time);
      var sources = new SampleSources(registry::isDefined);
      mcp.manager().live().subscribe(sources);
      var advice = mcp.manager().advice();
      advice.awaiting(() -> registry.views().stream().anyMatch(ServerView::isAwaited));
      advice.add(new ServerAdvice(config, mcp, registry, probes, marks, sources));
      BiConsumer<ServerDefinition, ProbeResult> logging = probes::probed;
      this.monitor = monitor(config, operations, drift, logging.andThen(observer));
      monitor.onEnd(probes::forget);
      monitor.onEnd(operations::forget);
      monitor.onEnd(drift::forget);
      monitor.onEnd(mcp.manager()::forget);
      drift.onPins(monitor::pin);
      inputsOpen.push(monitor);
      this.servers = servers(config, monitor);
      var api = new HttpApi(config, mcp, storage, registry, servers, operations, drift, monitor);
      inputsOpen.push(api);
      this.port = api.start();
    } catch (RuntimeException | Error e) {
      close();
      throw e;
    }
  }

  /**
   * Starts everything.
   *
   * @param observer is told of every probe
   * @throws io.mcprealtime.McpRealtimeException when a part cannot start
   */
  static Application start(
      ServerConfig config, BiConsumer<ServerDefinition, ProbeResult> observer) {
    return new Application(config, observer);
  }

  private DatabaseUrl databaseUrl(ServerConfig config) {
    if (config.databaseUrl() != null) {
      return parse(config.databaseUrl());
    }
    var embedded = EmbeddedDatabase.start(config.dataDirectory().resolve("postgresql"));
    database = embedded;
    return embedded.url();
  }

  /**
   * Brings the schema up to date. A database that is away is waited for, as the spool takes what
   * comes meanwhile; one that answers and says that its address or its user is wrong is not.
   */
  private static void migrate(PostgresStorage storage) {
    try {
      storage.migrate();
    } catch (StorageUnavailableException e) {
      if (e.getCause() instanceof SQLException error && isMistake(error)) {
        throw new StorageException(String.valueOf(e.getMessage()), e);
      }
      throw e;
    }
  }

  /** Wrong password, no such database, a right that is lacking. */
  private static boolean isMistake(SQLException error) {
    var state = String.valueOf(error.getSQLState());
    return state.startsWith("28") || state.startsWith("3D") || state.equals("42501");
  }

  /** A database that is away tells its servers when it is back. */
  private void learnServers() {
    if (!mcp.timeSeries().isStorageAway()) {
      registry.known(mcp.timeSeries().getLatestMetrics());
      return;
    }
    log.warn(
        "the database is away; what is found goes to the spool, history is shown when it is back");
    mcp.timeSeries()
        .onReturn(
            () -> {
              registry.known(mcp.timeSeries().getLatestMetrics());
              registry.views().forEach(view -> loadHistory(view.id()));
            });
  }

  private void learn(Marks marks, TimeSource time) {
    Runnable learning =
        () -> {
          var now = time.instant();
          marks.onEvents(
              mcp.timeSeries()
                  .getEvents(
                      null, new TimeRange(now.minus(Marks.SPAN), now.plusMillis(1)), MOST_MARKS));
        };
    if (mcp.timeSeries().isStorageAway()) {
      mcp.timeSeries().onReturn(learning);
      return;
    }
    try {
      learning.run();
    } catch (McpRealtimeException e) {
      log.warn("what happened to servers yesterday is not known: {}", e.getMessage());
    }
  }

  static DatabaseUrl parse(String url) {
    try {
      return DatabaseUrl.parse(url);
    } catch (IllegalArgumentException e) {
      throw new ConfigException(List.of(String.valueOf(e.getMessage())));
    }
  }

  private Monitor monitor(
      ServerConfig config,
      OperationMetrics operations,
      DriftWatch drift,
      BiConsumer<ServerDefinition, ProbeResult> observer) {
    var prober =
        McpProber.builder()
            .requestTimeout(config.requestTimeout())
            .startTimeout(config.startTimeout())
            .probeTimeout(config.probeTimeout())
            .build();
    BiConsumer<ServerDefinition, ProbeResult> both = operations::probed;
    return new Monitor(
        prober,
        mcp.manager(),
        registry,
        config.monitor(),
        both.andThen((definition, result) -> compared(drift, definition, result))
            .andThen(observer));
  }

  private static void compared(DriftWatch drift, ServerDefinition definition, ProbeResult result) {
    var catalog = result.catalog();
    if (catalog != null) {
      drift.observe(definition.id(), result.at(), catalog);
    }
  }

  /** What callers of the API defined is watched again; what cannot be used is told. */
  private WatchedServers servers(ServerConfig config, Monitor monitor) {
    var defined =
        new DefinedServers(config.dataDirectory().resolve("servers.json"), config.addressRule());
    for (var problem : defined.load()) {
      log.error("servers that were defined over the API: {}", problem);
      configurationChanged(Severity.ERROR, problem);
    }
    var watched = new WatchedServers(defined, monitor);
    watched.onBegin(this::tryToLoadHistory);
    return watched;
  }

  private <T extends AutoCloseable> T opened(T part) {
    open.push(part);
    return part;
  }

  /** Before the first probe: a tool that changed while nothing watched is not called either. */
  private void pinApproved(Collection<ServerDefinition> configured) {
    if (mcp.timeSeries().isStorageAway()) {
      return;
    }
    try {
      configured.stream()
          .filter(definition -> !definition.canaries().isEmpty())
          .forEach(definition -> monitor.pin(definition.id(), drift.storedPins(definition.id())));
    } catch (McpRealtimeException e) {
      log.warn("which tools were approved is not known yet: {}", e.getMessage());
    }
  }

  /**
   * Watches just these servers of config files from now on, and those that were defined over the
   * API, with what is stored of them.
   */
  List<String> watch(Collection<ServerDefinition> configured) {
    pinApproved(configured);
    pinApproved(servers.all());
    var changes = servers.configure(configured);
    if (mcp.timeSeries().isStorageAway()) {
      return changes;
    }
    try {
      servers.all().forEach(definition -> loadHistory(definition.id()));
    } catch (McpRealtimeException e) {
      log.warn("what is stored of the servers is not shown: {}", e.getMessage());
    }
    return changes;
  }

  /** How many servers are watched. */
  int watched() {
    return servers.all().size();
  }

  private void tryToLoadHistory(ServerId server) {
    if (!mcp.timeSeries().isStorageAway()) {
      try {
        loadHistory(server);
      } catch (McpRealtimeException e) {
        log.warn("what is stored of {} is not shown: {}", server, e.getMessage());
      }
    }
  }

  /** What this process has seen itself needs no loading. */
  private void loadHistory(ServerId server) {
    boolean seen = registry.view(server).filter(view -> view.recent().size() > 1).isPresent();
    if (!seen) {
      var oldestFirst =
          new ArrayList<>(mcp.timeSeries().getRecentMetrics(server, ServerRegistry.RECENT));
      Collections.reverse(oldestFirst);
      registry.history(server, oldestFirst);
    }
  }

  /** Records that the configuration changed. */
  void configurationChanged(Severity severity, String message) {
    mcp.manager()
        .processEvents(
            List.of(
                MonitoringEvent.ofMonitor(
                    TimeSource.system().instant(), EventType.CONFIG, severity, message)));
  }

  McpRealtime mcp() {
    return mcp;
  }

  ServerRegistry registry() {
    return registry;
  }

  /** Where the shared cache is, without secrets; empty while the cache is in the process. */
  Optional<String> cachePlace() {
    return cachePlace;
  }

  /** The process id of the embedded database; empty when another is used. */
  OptionalLong databasePid() {
    var embedded = database;
    return embedded == null ? OptionalLong.empty() : OptionalLong.of(embedded.pid());
  }

  /** The port that the HTTP server listens on. */
  int port() {
    return port;
  }

  /**
   * Ends everything, within a bound that a process manager grants: what takes longer is left to the
   * end of the process, and the embedded database is killed.
   */
  @Override
  public void close() {
    long deadline = System.nanoTime() + STOP_BOUND.toNanos();
    // They take no more in at once; processes of servers may end while the rest is closed.
    var inputs = Closing.begin(drain(inputsOpen));
    awaited("the monitor and the HTTP server", inputs, INPUTS_BOUND);
    for (var part = open.poll(); part != null; part = open.poll()) {
      var bound = PART_BOUND.compareTo(left(deadline)) < 0 ? PART_BOUND : left(deadline);
      awaited(part.getClass().getSimpleName(), Closing.begin(List.of(part)), bound);
    }
    if (database != null) {
      try {
        database.close(left(deadline));
      } catch (RuntimeException e) {
        log.warn("the embedded database did not close in order: {}", e.getMessage());
      }
      database = null;
    }
    awaited("a server's process", inputs, left(deadline));
  }

  private static List<AutoCloseable> drain(Deque<AutoCloseable> parts) {
    var all = List.copyOf(parts);
    parts.clear();
    return all;
  }

  private static void awaited(String what, Closing closing, Duration bound) {
    if (!closing.await(bound)) {
      log.warn("{}: not ended within {} ms", what, bound.toMillis());
    }
  }

  private static Duration left(long deadlineNanos) {
    return Duration.ofNanos(Math.max(0, deadlineNanos - System.nanoTime()));
  }
}
