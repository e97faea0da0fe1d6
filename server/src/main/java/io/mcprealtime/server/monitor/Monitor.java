package io.mcprealtime.server.monitor;

import io.mcprealtime.CollectResult;
import io.mcprealtime.EventType;
import io.mcprealtime.HealthCheck;
import io.mcprealtime.McpRealtimeManager;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.Severity;
import io.mcprealtime.internal.Closing;
import io.mcprealtime.mcp.McpProber;
import io.mcprealtime.mcp.ProbeResult;
import io.mcprealtime.mcp.TargetProbe;
import io.mcprealtime.mcp.config.ServerDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
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
public final class Monitor implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Monitor.class);

  /** First probes are spread so far apart that many servers do not start at once. */
  private static final Duration START_GAP = Duration.ofMillis(5);

  private static final Duration STOP_BOUND = Duration.ofSeconds(7);

  private final McpProber prober;
  private final McpRealtimeManager manager;
  private final ServerRegistry registry;
  private final Duration interval;
  private final Duration healthInterval;
  private final BiConsumer<ServerDefinition, ProbeResult> observer;
  private final Map<ServerId, Watch> watches = new HashMap<>();

  /** Those whose processes are being ended. */
  private final Set<Watch> ending = ConcurrentHashMap.newKeySet();

  private final List<Consumer<ServerId>> gone = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService scheduler =
      Executors.newSingleThreadScheduledExecutor(
          runnable -> {
            var thread = new Thread(runnable, "mcp-schedule");
            thread.setDaemon(true);
            return thread;
          });
  private final AtomicBoolean storageFailing = new AtomicBoolean();

  /**
   * @param observer is told of every probe
   */
  public Monitor(
      McpProber prober,
      McpRealtimeManager manager,
      ServerRegistry registry,
      Duration interval,
      Duration healthInterval,
      BiConsumer<ServerDefinition, ProbeResult> observer) {
    this.prober = prober;
    this.manager = manager;
    this.registry = registry;
    this.interval = interval;
    this.healthInterval = healthInterval;
    this.observer = observer;
  }

  /**
   * Watches just these servers from now on. One whose definition stays the same is left alone; the
   * others are stopped and started.
   *
   * @return what was added, changed and removed, in words; empty when nothing was
   */
  public List<String> watch(Collection<ServerDefinition> definitions) {
    var wanted = new HashMap<ServerId, ServerDefinition>();
    definitions.forEach(definition -> wanted.put(definition.id(), definition));
    var changes = new ArrayList<String>();
    var ended = new ArrayList<Watch>();
    var begun = new ArrayList<Watch>();
    synchronized (this) {
      for (var watch : List.copyOf(watches.values())) {
        var id = watch.definition.id();
        var definition = wanted.get(id);
        if (!watch.definition.equals(definition)) {
          changes.add(id + (definition == null ? " removed" : " changed"));
          watches.remove(id);
          ended.add(watch);
          // Nothing is found from here on, so nothing brings back what is dropped now.
          watch.end();
          gone.forEach(listener -> listener.accept(id));
          if (definition == null) {
            registry.remove(id);
          }
        }
      }
      for (var definition : wanted.values()) {
        if (!watches.containsKey(definition.id())) {
          if (!registry.contains(definition.id())) {
            changes.add(definition.id() + " added");
          }
          registry.define(definition);
          var watch = new Watch(definition);
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
      watch.schedule(START_GAP.multipliedBy(order++));
    }
    return changes;
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
    scheduler.shutdownNow();
    List<Watch> open;
    synchronized (this) {
      open = List.copyOf(watches.values());
      watches.clear();
    }
    open.forEach(Watch::end);
    closed(List.copyOf(ending));
    prober.close();
  }

  /** One server under watch. */
  private final class Watch implements AutoCloseable {
    private final ServerDefinition definition;
    private @Nullable TargetProbe probe;
    private @Nullable HealthCheck lastStored;
    private @Nullable Long placeNanos;
    private boolean closed;

    private Watch(ServerDefinition definition) {
      this.definition = definition;
    }

    private void schedule(Duration delay) {
      if (isEnded()) {
        return;
      }
      try {
        var ignored = scheduler.schedule(this::run, delay.toNanos(), TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException e) {
        log.debug("{} is not probed again: the monitor stops", definition.id());
      }
    }

    private void run() {
      TargetProbe opened;
      try {
        opened = open();
      } catch (RuntimeException e) {
        // Whatever it is, the next turn tries again.
        unusable(e);
        schedule(untilNext());
        return;
      }
      if (opened == null) {
        return;
      }
      var ignored =
          opened
              .run()
              .whenComplete(
                  (result, fault) -> {
                    try {
                      if (result != null) {
                        found(result);
                      } else if (!isEnded()) {
                        log.warn("the probe of {} failed", definition.id(), fault);
                      }
                    } catch (RuntimeException e) {
                      log.warn(
                          "what {} answered was not kept: {}", definition.id(), e.getMessage());
                    } finally {
                      schedule(untilNext());
                    }
                  });
    }

    private synchronized void unusable(RuntimeException fault) {
      if (!closed) {
        registry.problem(definition.id(), String.valueOf(fault.getMessage()));
      }
    }

    private synchronized boolean isEnded() {
      return closed;
    }

    private synchronized @Nullable TargetProbe open() {
      if (closed) {
        return null;
      }
      if (probe == null) {
        probe = prober.open(definition.resolve(), definition.options());
        registry.problem(definition.id(), null);
      }
      return probe;
    }

    /** Under the lock, so that what was found is told before the end or not at all. */
    private synchronized void found(ProbeResult result) {
      if (closed) {
        return;
      }
      observer.accept(definition, result);
      var check = result.toHealthCheck(definition.id());
      if (result.eraChanged()) {
        var unused = manager.processEventsAsync(List.of(eraChange(result)));
      }
      if (isDue(check)) {
        lastStored = check;
        var unused = manager.processHealthChecksAsync(List.of(check));
      }
      var unused =
          manager
              .collectMetricsAsync(List.of(result.toMetrics(definition.id())))
              .thenAccept(Monitor.this::stored);
    }

    private MonitoringEvent eraChange(ProbeResult result) {
      return MonitoringEvent.of(
          definition.id(),
          result.at(),
          EventType.ERA_CHANGE,
          Severity.WARNING,
          "%s speaks the %s era now (%s), and spoke the other before"
              .formatted(definition.id(), result.era(), result.protocolVersion()));
    }

    /** A health check is stored at its interval, and at once when the verdict changed. */
    private boolean isDue(HealthCheck check) {
      var last = lastStored;
      if (last == null
          || last.state() != check.state()
          || !Objects.equals(last.reason(), check.reason())) {
        return true;
      }
      Instant next = last.at().plus(healthInterval.multipliedBy(9).dividedBy(10));
      return !check.at().isBefore(next);
    }

    /**
     * Each server has a place of its own in the interval, drawn once and kept: probes do not bunch,
     * not after a pause either, and do not drift; a turn that its own probe overran is left out.
     */
    private synchronized Duration untilNext() {
      long now = System.nanoTime();
      long length = interval.toNanos();
      if (placeNanos == null) {
        placeNanos = now + ThreadLocalRandom.current().nextLong(length);
      }
      long into = Math.floorMod(now - placeNanos, length);
      return Duration.ofNanos(length - into);
    }

    /** Finds nothing any more. */
    private synchronized void end() {
      closed = true;
    }

    private synchronized @Nullable TargetProbe opened() {
      return probe;
    }

    /** Ends, with the server's process; waits for it. */
    @Override
    public void close() {
      end();
      var opened = opened();
      if (opened != null) {
        opened.close();
      }
    }
  }
}
