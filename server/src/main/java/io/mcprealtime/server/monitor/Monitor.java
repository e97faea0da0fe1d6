package io.mcprealtime.server.monitor;

import io.mcprealtime.CollectResult;
import io.mcprealtime.EventType;
import io.mcprealtime.McpRealtimeManager;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerState;
import io.mcprealtime.Severity;
import io.mcprealtime.TimeSource;
import io.mcprealtime.internal.Closing;
import io.mcprealtime.internal.PeriodicJob;
import io.mcprealtime.mcp.McpProber;
import io.mcprealtime.mcp.ProbeResult;
import io.mcprealtime.mcp.config.ServerDefinition;
import io.mcprealtime.server.monitor.ProbeSchedule.Lane;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Probes every server of the configuration again and again, and hands what is found to the manager.
 * One thread keeps time, whatever the number of servers.
 */
public final class Monitor implements Probing, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Monitor.class);

  /** First probes are spread so far apart that many servers do not start at once. */
  private static final Duration START_GAP = Duration.ofMillis(5);

  private static final Duration STOP_BOUND = Duration.ofSeconds(7);

  /** Probes under way at the same time. */
  private static final int MOST_ASKING = 1_000;

  /** Servers met at the same time: more would time out for want of our own processor time. */
  private static final int MOST_MEETING = 64;

  /** Processes that start at the same time, for each processor. */
  private static final int STARTING_PER_PROCESSOR = 4;

  /** Recoveries under way at the same time. */
  private static final int RECOVERIES = 4;

  private static final Duration RECOVERY_BOUND = Duration.ofSeconds(2);
  private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);

  /** Later than that in one of a hundred turns is an overload; so much less ends it. */
  private static final Duration LATE = Duration.ofSeconds(1);

  private static final Duration IN_TIME = Duration.ofMillis(500);
  private static final long MIN_TURNS = 50;

  private final McpProber prober;
  private final ServerRegistry registry;
  private final RollingTimes overhead;
  private final MonitorParts parts;
  private final Map<ServerId, Watch> watches = new HashMap<>();
  private final Map<ServerId, Map<String, String>> pins = new HashMap<>();

  /** Those whose processes are being ended. */
  private final Set<Watch> ending = ConcurrentHashMap.newKeySet();

  private final List<Consumer<ServerId>> gone = new CopyOnWriteArrayList<>();
  private final ExecutorService actions =
      Executors.newFixedThreadPool(
          RECOVERIES,
          task -> {
            var thread = new Thread(task, "mcp-recovery");
            thread.setDaemon(true);
            return thread;
          });
  private final PeriodicJob looks = new PeriodicJob("mcp-watch", LOOK_INTERVAL, this::look);

  /** Servers to be probed soon. Named by watches, which must not wait for each other. */
  private final Queue<ServerId> lookedAt = new ConcurrentLinkedQueue<>();

  private final AtomicBoolean storageFailing = new AtomicBoolean();
  private boolean overloaded;

  /**
   * @param observer is told of every probe
   */
  public Monitor(
      McpProber prober,
      McpRealtimeManager manager,
      ServerRegistry registry,
      MonitorSettings settings,
      BiConsumer<ServerDefinition, ProbeResult> observer) {
    this.prober = prober;
    this.registry = registry;
    var time = TimeSource.system();
    this.overhead = new RollingTimes(time, ProbeSchedule.SPAN);
    BiConsumer<ServerDefinition, ProbeResult> measuring = (definition, result) -> measure(result);
    var schedule =
        new ProbeSchedule(
            time,
            settings.interval(),
            Map.of(
                Lane.ASKING,
                MOST_ASKING,
                Lane.MEETING,
                MOST_MEETING,
                Lane.STARTING,
                STARTING_PER_PROCESSOR * Runtime.getRuntime().availableProcessors()),
            () -> ThreadLocalRandom.current().nextLong());
    var incidents =
        new Incidents(
            time,
            events -> {
              var unused = manager.processEventsAsync(events);
            },
            lookedAt::add);
    this.parts =
        new MonitorParts(
            prober,
            manager,
            registry,
            settings,
            schedule,
            incidents,
            actions,
            time,
            measuring.andThen(observer),
            this::stored);
    schedule.start();
    looks.start();
  }

  /**
   * Watches just these servers from now on, as far as this process owns them. One whose definition
   * stays the same is left alone; the others are stopped and started.
   *
   * @return what was added, changed and removed, in words; empty when nothing was
   */
  public List<String> watch(Collection<ServerDefinition> definitions) {
    var wanted = new HashMap<ServerId, ServerDefinition>();
    definitions.stream()
        .filter(definition -> parts.settings().ownership().owns(definition.id()))
        .forEach(definition -> wanted.put(definition.id(), definition));
    var changes = new ArrayList<String>();
    var ended = new ArrayList<Watch>();
    var begun = new ArrayList<Watch>();
    synchronized (this) {
      for (var watch : List.copyOf(watches.values())) {
        var id = watch.definition().id();
        var definition = wanted.get(id);
        if (!watch.definition().equals(definition)) {
          changes.add(id + (definition == null ? " removed" : " changed"));
          watches.remove(id);
          ended.add(watch);
          // Nothing is found from here on, so nothing brings back what is dropped now.
          watch.end();
          gone.forEach(listener -> listener.accept(id));
          if (definition == null) {
            registry.remove(id);
            pins.remove(id);
          }
        }
      }
      for (var definition : wanted.values()) {
        if (!watches.containsKey(definition.id())) {
          if (!registry.contains(definition.id())) {
            changes.add(definition.id() + " added");
          }
          var watch = new Watch(definition, parts, known(definition.id()));
          var approved = pins.get(definition.id());
          if (approved != null) {
            watch.pin(approved);
          }
          registry.define(definition);
          watches.put(definition.id(), watch);
          begun.add(watch);
        }
      }
      ending.addAll(ended);
    }
    // A process may hold what the one after it needs, so that comes second.
    closed(ended);
    int order = 0;
    for (var watch : begun) {
      watch.begin(START_GAP.multipliedBy(order++));
    }
    return changes;
  }

  /** What was declared of a server lately, by this process or one before it. */
  private @Nullable ServerState known(ServerId server) {
    return registry.view(server).map(ServerView::state).orElse(null);
  }

  private void closed(Collection<Watch> ended) {
    if (!Closing.begin(ended).await(STOP_BOUND)) {
      log.warn("not every server's process ended within {}", STOP_BOUND);
    }
    ending.removeAll(ended);
  }

  /** Why nothing may go to a server, by the rule for its addresses; empty when something may. */
  CompletableFuture<Optional<String>> refusal(ServerDefinition definition) {
    return prober.refusal(definition.resolve(), definition.options());
  }

  /** Calls back with each server that is not probed any more as it was. */
  public void onEnd(Consumer<ServerId> listener) {
    gone.add(listener);
  }

  /**
   * Says which definitions of a server's tools were approved, by their hashes: its canaries call no
   * others.
   */
  public synchronized void pin(ServerId server, Map<String, String> hashByTool) {
    pins.put(server, hashByTool);
    var watch = watches.get(server);
    if (watch != null) {
      watch.pin(hashByTool);
    }
  }

  @Override
  public Optional<ProbingStatus> status() {
    return Optional.of(parts.schedule().status(overhead.summary()));
  }

  @Override
  public List<Incident> incidents() {
    return parts.incidents().all();
  }

  /** Counts what a request took beyond the server's own time, where the server tells it. */
  private void measure(ProbeResult result) {
    for (var operation : result.operations()) {
      var added = operation.overhead();
      if (operation.succeeded() && !operation.first() && added != null) {
        overhead.record(added);
      }
    }
  }

  private void look() {
    var now = parts.time().instant();
    for (var server = lookedAt.poll(); server != null; server = lookedAt.poll()) {
      hasten(server);
    }
    parts.incidents().tick();
    var status = parts.schedule().status(overhead.summary());
    var late = status.lateness();
    if (late.count() < MIN_TURNS || late.p99().isEmpty()) {
      return;
    }
    var p99 = late.p99().orElseThrow();
    if (!overloaded && p99.compareTo(LATE) > 0) {
      overloaded = true;
      var message =
          "Probes begin late: 1 of 100 by more than %d ms, %d of %d under way or waiting; lengthen collection.interval, or share the servers among processes"
              .formatted(p99.toMillis(), status.running() + status.queued(), status.targets());
      log.warn("{}", message);
      parts.tell(
          List.of(
              MonitoringEvent.ofMonitor(now, EventType.OVERLOAD, Severity.WARNING, message)
                  .withDetails(Map.of("p99Millis", Long.toString(p99.toMillis())))));
    } else if (overloaded && p99.compareTo(IN_TIME) < 0) {
      overloaded = false;
      parts.tell(
          List.of(
              MonitoringEvent.ofMonitor(
                  now, EventType.OVERLOAD, Severity.INFO, "Probes begin in time again.")));
    }
  }

  private synchronized void hasten(ServerId server) {
    var watch = watches.get(server);
    if (watch != null) {
      watch.look();
    }
  }

  private void stored(CollectResult result) {
    var failure = result.whyNotKept();
    if (failure.isPresent() && storageFailing.compareAndSet(false, true)) {
      log.error(
          "samples are not stored, and are lost until the database is back: {}",
          failure.get().getMessage());
    } else if (failure.isEmpty() && storageFailing.compareAndSet(true, false)) {
      log.info("samples are stored again");
    }
  }

  /** Stops probing and ends every child process, within a bound. */
  @Override
  public void close() {
    parts.schedule().close();
    actions.shutdownNow();
    // What is ended from here on is not back, and no incident is over by it.
    parts.incidents().close();
    List<Watch> open;
    synchronized (this) {
      open = List.copyOf(watches.values());
      watches.clear();
    }
    open.forEach(Watch::end);
    closed(List.copyOf(ending));
    prober.close();
    looks.close();
    awaitRecoveries();
  }

  /** What they started is ended by them, on the interrupt that they got. */
  private void awaitRecoveries() {
    try {
      if (!actions.awaitTermination(RECOVERY_BOUND.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("not every recovery ended within {}", RECOVERY_BOUND);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
