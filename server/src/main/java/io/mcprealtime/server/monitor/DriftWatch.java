package io.mcprealtime.server.monitor;

import static java.util.Comparator.comparing;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.TimeSource;
import io.mcprealtime.catalog.Catalog;
import io.mcprealtime.catalog.CatalogDiff;
import io.mcprealtime.catalog.CatalogTooLargeException;
import io.mcprealtime.storage.CatalogStore;
import io.mcprealtime.storage.StorageUnavailableException;
import io.mcprealtime.storage.StoredCatalogs;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds what each server offers against what was approved, and tells of every change once. What is
 * seen first is approved by itself. The database is spoken to by a thread that ends when there is
 * nothing to do; while it is away, the newest catalog of each server waits.
 */
public final class DriftWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(DriftWatch.class);
  private static final Duration RETRY = Duration.ofSeconds(10);
  private static final Duration IDLE = Duration.ofSeconds(20);

  /** How often it is noted that a server is still there, and looked for those that are not. */
  private static final Duration TOUCH_INTERVAL = Duration.ofDays(1);

  private final CatalogStore store;
  private final Consumer<List<MonitoringEvent>> events;
  private final TimeSource time;
  private final Duration retry;
  private final Instant started;
  private final Map<ServerId, Watched> watched = new ConcurrentHashMap<>();
  private final ConcurrentLinkedQueue<Watched> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean draining = new AtomicBoolean();
  private final AtomicBoolean failing = new AtomicBoolean();
  private final List<BiConsumer<ServerId, Map<String, String>>> pinListeners =
      new CopyOnWriteArrayList<>();
  private final ScheduledThreadPoolExecutor executor;
  private @Nullable Instant swept;

  /**
   * @param events takes what is told; must return at once
   */
  public DriftWatch(CatalogStore store, Consumer<List<MonitoringEvent>> events, TimeSource time) {
    this(store, events, time, RETRY);
  }

  DriftWatch(
      CatalogStore store, Consumer<List<MonitoringEvent>> events, TimeSource time, Duration retry) {
    this.store = store;
    this.events = events;
    this.time = time;
    this.retry = retry;
    this.started = time.instant();
    this.executor =
        new ScheduledThreadPoolExecutor(
            1,
            runnable -> {
              var thread = new Thread(runnable, "mcp-drift");
              thread.setDaemon(true);
              return thread;
            });
    executor.setKeepAliveTime(IDLE.toSeconds(), TimeUnit.SECONDS);
    executor.allowCoreThreadTimeOut(true);
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** Takes what a server offers. Returns at once. */
  public void observe(ServerId server, Instant at, Catalog catalog) {
    var one = watched.computeIfAbsent(server, Watched::new);
    one.newest.set(new Seen(at, catalog));
    if (one.queued.compareAndSet(false, true)) {
      waiting.add(one);
    }
    drain(Duration.ZERO);
  }

  /** Lets go of a server that is not probed any more; what is stored of it stays. */
  public void forget(ServerId server) {
    watched.remove(server);
  }

  /** Calls back with the hash of each approved tool when a server's approved catalog is another. */
  public void onPins(BiConsumer<ServerId, Map<String, String>> listener) {
    pinListeners.add(listener);
  }

  /** The hash of each approved tool, by its name; empty before the first catalog. */
  public Map<String, String> pins(ServerId server) {
    return known(server).map(Known::pins).orElse(Map.of());
  }

  /**
   * The hash of each approved tool as it is stored, before the server's first catalog as well.
   * Blocks.
   *
   * @throws io.mcprealtime.storage.StorageException when it cannot be read
   */
  public Map<String, String> storedPins(ServerId server) {
    return store
        .find(server)
        .map(stored -> Known.of(server, stored, diff(stored)).pins())
        .orElse(Map.of());
  }

  /** The servers that offer something else than what is approved, by name, as last looked. */
  public List<Drift> drifts() {
    return watched.values().stream()
        .flatMap(one -> Optional.ofNullable(one.known).map(Known::drift).stream())
        .sorted(comparing(Drift::server))
        .toList();
  }

  /**
   * The catalogs of a server and how they differ. Blocks.
   *
   * @throws io.mcprealtime.storage.StorageException when they cannot be read
   */
  public DriftView view(ServerId server) {
    var one = watched.get(server);
    var stored = store.find(server).orElse(null);
    if (stored == null) {
      return new DriftView(server, null, null, one == null ? null : one.tooLarge);
    }
    var diff = diff(stored);
    if (one != null) {
      synchronized (one) {
        // Another process may have approved it.
        learn(one, stored, diff);
      }
    }
    return new DriftView(server, stored, diff, one == null ? null : one.tooLarge);
  }

  /**
   * Approves what a server offers now. Blocks.
   *
   * @param expectedHash {@link Catalog#hash()} of what is approved; null for whatever it offers
   * @throws DriftException when it offers something else by now, or nothing is known of it
   * @throws io.mcprealtime.storage.StorageException when it cannot be stored
   */
  public DriftView approve(ServerId server, @Nullable String expectedHash) {
    var one = watched.computeIfAbsent(server, Watched::new);
    synchronized (one) {
      var before =
          store
              .find(server)
              .orElseThrow(
                  () ->
                      new DriftException(
                          "no catalog of '%s' is stored yet: wait for its next probe"
                              .formatted(server)));
      var hash = expectedHash == null ? before.announced().hash() : expectedHash;
      boolean newest = one.notKept == null || hash.equals(one.notKept);
      if (newest && !before.isDrift() && before.announced().hash().equals(hash)) {
        return new DriftView(server, before, diff(before), one.tooLarge);
      }
      var stored =
          newest
              ? store.approve(server, hash, time.instant(), CatalogStore.APPROVED)
              : Optional.<StoredCatalogs>empty();
      if (stored.isEmpty()) {
        throw new DriftException(
            "'%s' does not offer the catalog %s any more: look at what it offers now, and approve that"
                .formatted(server, shortened(hash)));
      }
      events.accept(List.of(DriftEvents.approved(server, before, stored.get())));
      learn(one, stored.get(), diff(stored.get()));
      return new DriftView(server, stored.get(), diff(stored.get()), one.tooLarge);
    }
  }

  private static String shortened(String hash) {
    return hash.length() > 12 ? hash.substring(0, 12) + "…" : hash;
  }

  private static CatalogDiff diff(StoredCatalogs stored) {
    return CatalogDiff.between(stored.approved().catalog(), stored.announced().catalog());
  }

  private Optional<Known> known(ServerId server) {
    return Optional.ofNullable(watched.get(server)).map(one -> one.known);
  }

  private void drain(Duration delay) {
    if (draining.compareAndSet(false, true)) {
      try {
        var ignored = executor.schedule(this::run, delay.toNanos(), TimeUnit.NANOSECONDS);
      } catch (RejectedExecutionException e) {
        log.debug("catalogs are not compared any more: the monitor stops");
      }
    }
  }

  /** Works off what waits, each server's newest. */
  private void run() {
    var again = new ArrayList<Watched>();
    boolean away = false;
    for (var one = waiting.poll(); one != null; one = away ? null : waiting.poll()) {
      one.queued.set(false);
      var seen = one.newest.getAndSet(null);
      if (seen == null || watched.get(one.server) != one) {
        continue;
      }
      try {
        take(one, seen);
        if (failing.compareAndSet(true, false)) {
          log.info("catalogs are compared again");
        }
      } catch (RuntimeException | Error e) {
        // An Error too: who ended with it would compare nothing any more, and nobody would know.
        one.newest.compareAndSet(null, seen);
        again.add(one);
        away = e instanceof StorageUnavailableException;
        if (failing.compareAndSet(false, true)) {
          log.warn("the catalog of {} is compared later: {}", one.server, e.getMessage());
        }
      }
    }
    for (var one : again) {
      if (one.queued.compareAndSet(false, true)) {
        waiting.add(one);
      }
    }
    draining.set(false);
    if (!waiting.isEmpty()) {
      drain(again.isEmpty() ? Duration.ZERO : retry);
    }
  }

  private void take(Watched one, Seen seen) {
    var catalog = seen.catalog().lasting();
    var hash = catalog.hash();
    synchronized (one) {
      var known = one.known;
      if (known != null && known.newestHash().equals(hash)) {
        one.notKept = null;
        touch(one, seen.at());
        return;
      }
      if (one.tooLarge != null && hash.equals(one.notKept)) {
        return;
      }
      var stored = store.find(one.server).orElse(null);
      if (stored == null || !stored.announced().hash().equals(hash)) {
        one.notKept = hash;
        if (stored != null && isTooOften(one, stored, catalog, seen.at())) {
          learn(one, stored, diff(stored));
          return;
        }
        stored = announce(one, catalog, seen.at(), stored);
      }
      if (stored != null) {
        one.notKept = null;
        one.touched = seen.at();
        tell(one, stored);
      }
    }
    sweep();
  }

  private boolean isTooOften(Watched one, StoredCatalogs stored, Catalog now, Instant at) {
    boolean tooOften = one.pace.isTooOften(stored, now, at);
    if (one.pace.tellsNow()) {
      events.accept(List.of(DriftEvents.restless(one.server, at)));
    }
    return tooOften;
  }

  private @Nullable StoredCatalogs announce(
      Watched one, Catalog catalog, Instant at, @Nullable StoredCatalogs before) {
    try {
      var stored = store.announce(one.server, catalog, at);
      one.tooLarge = null;
      return stored;
    } catch (CatalogTooLargeException e) {
      var reason = String.valueOf(e.getMessage());
      if (!reason.equals(one.tooLarge)) {
        events.accept(List.of(DriftEvents.tooLarge(one.server, at, reason, before != null)));
      }
      one.tooLarge = reason;
      if (before != null) {
        learn(one, before, diff(before));
      }
      return null;
    }
  }

  /** What was told is noted after it was told: it may be told twice, and is stored once. */
  private void tell(Watched one, StoredCatalogs stored) {
    var diff = diff(stored);
    if (!stored.announced().told()) {
      var told = DriftEvents.of(one.server, stored, diff);
      if (!told.isEmpty()) {
        events.accept(told);
        one.pace.told(stored.announced().since(), diff);
      }
      store.told(one.server, stored.announced().hash());
    }
    learn(one, stored, diff);
  }

  private void learn(Watched one, StoredCatalogs stored, CatalogDiff diff) {
    var before = one.known;
    var known = Known.of(one.server, stored, diff);
    one.known = known;
    if (before == null || !before.approvedHash().equals(known.approvedHash())) {
      pinListeners.forEach(listener -> listener.accept(one.server, known.pins()));
    }
  }

  private void touch(Watched one, Instant at) {
    var last = one.touched;
    if (last == null || Duration.between(last, at).compareTo(TOUCH_INTERVAL) >= 0) {
      store.seen(one.server, at);
      one.touched = at;
      sweep();
    }
  }

  /** Not in the first day: servers that were away with this process have to be seen first. */
  private void sweep() {
    var now = time.instant();
    var last = swept == null ? started : swept;
    if (Duration.between(last, now).compareTo(TOUCH_INTERVAL) >= 0) {
      swept = now;
      store.dropUnseen(now.minus(CatalogStore.KEPT_UNSEEN));
    }
  }

  /** Ends its thread; what waits is seen again by whoever watches next. */
  @Override
  public void close() {
    executor.shutdown();
    waiting.clear();
    try {
      if (!executor.awaitTermination(1, TimeUnit.SECONDS)) {
        log.debug("a comparison of catalogs goes on");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** An approval cannot be given: something else is offered by now. */
  public static final class DriftException extends McpRealtimeException {
    private static final long serialVersionUID = 1;

    DriftException(String message) {
      super(message);
    }
  }

  /** What a server offered at an instant. */
  private record Seen(Instant at, Catalog catalog) {}

  /** One server; what is not atomic belongs to whoever holds its lock. */
  private static final class Watched {
    private final ServerId server;
    private final AtomicReference<@Nullable Seen> newest = new AtomicReference<>();
    private final AtomicBoolean queued = new AtomicBoolean();
    private final DriftPace pace = new DriftPace();
    private volatile @Nullable Known known;
    private volatile @Nullable String tooLarge;
    private @Nullable Instant touched;

    /** The hash of what it offers, where that is not stored. */
    private @Nullable String notKept;

    private Watched(ServerId server) {
      this.server = server;
    }
  }
}
