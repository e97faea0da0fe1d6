package io.mcprealtime.server.monitor;

import static java.util.Comparator.comparing;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.LiveFeed;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.TimeSource;
import io.mcprealtime.mcp.config.ServerDefinition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The live view of every server: those of the configuration and those that send their metrics. */
public final class ServerRegistry implements LiveFeed.Listener {
  /** Samples kept for each server's sparkline. */
  public static final int RECENT = 60;

  /** A server that is not in the configuration and was silent for so long is not shown. */
  private static final Duration FORGOTTEN_AFTER = Duration.ofDays(1);

  /** How often it is looked for such servers, if nobody asks for the list. */
  private static final Duration LOOK_INTERVAL = Duration.ofMinutes(1);

  private final TimeSource time;
  private final Duration staleAfter;
  private final Map<ServerId, Entry> entries = new ConcurrentHashMap<>();
  private volatile long lookedNanos;
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  /**
   * @param staleAfter age of the newest sample at which a state is not known any more
   */
  public ServerRegistry(TimeSource time, Duration staleAfter) {
    this.time = time;
    this.staleAfter = staleAfter;
    this.lookedNanos = time.nanoTime();
  }

  /** Calls back whenever a server comes or goes. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  public List<ServerView> views() {
    evict();
    return entries.values().stream().map(Entry::view).sorted(comparing(ServerView::id)).toList();
  }

  /** Lets go of servers that nobody defines and that are silent. */
  private void evict() {
    var forgotten = time.instant().minus(FORGOTTEN_AFTER);
    lookedNanos = time.nanoTime();
    entries.values().forEach(entry -> entry.evictIfOlderThan(forgotten));
  }

  public Optional<ServerView> view(ServerId id) {
    return Optional.ofNullable(entries.get(id)).map(Entry::view);
  }

  /** Whether the configuration defines that server. */
  public boolean isDefined(ServerId id) {
    var entry = entries.get(id);
    return entry != null && entry.isDefined();
  }

  /** Servers known. */
  public int size() {
    return entries.size();
  }

  public boolean contains(ServerId id) {
    return entries.containsKey(id);
  }

  void define(ServerDefinition definition) {
    update(definition.id(), entry -> entry.define(definition));
    changed();
  }

  void remove(ServerId id) {
    entries.remove(id);
    changed();
  }

  /** Notes why a server cannot be probed; null when it can. */
  void problem(ServerId id, @Nullable String problem) {
    var different = new AtomicBoolean();
    update(id, entry -> different.set(entry.problem(problem)));
    if (different.get()) {
      changed();
    }
  }

  /** Notes what a server's watch knows. */
  void watched(ServerId id, WatchView view) {
    update(id, entry -> entry.watched(view));
  }

  /** Takes what is stored of a server from before this process. */
  public void history(ServerId id, List<ServerMetrics> oldestFirst) {
    update(id, entry -> entry.history(oldestFirst));
  }

  /** Takes servers that the storage knows and that were heard of lately. */
  public void known(Collection<ServerMetrics> latest) {
    var forgotten = time.instant().minus(FORGOTTEN_AFTER);
    latest.stream()
        .filter(sample -> sample.at().isAfter(forgotten))
        .forEach(sample -> history(sample.server(), List.of(sample)));
    changed();
  }

  @Override
  public void onMetrics(List<ServerMetrics> metrics) {
    int before = entries.size();
    if (time.nanoTime() - lookedNanos > LOOK_INTERVAL.toNanos()) {
      evict();
    }
    metrics.forEach(sample -> update(sample.server(), entry -> entry.sample(sample)));
    if (entries.size() != before) {
      changed();
    }
  }

  @Override
  public void onHealthChecks(List<HealthCheck> checks) {
    checks.forEach(check -> update(check.server(), entry -> entry.check(check)));
  }

  /** Changes an entry, or a new one if it was let go of at the same time. */
  private void update(ServerId id, Consumer<Entry> change) {
    while (true) {
      var known = entries.get(id);
      var entry = known == null ? entries.computeIfAbsent(id, Entry::new) : known;
      synchronized (entry) {
        if (!entry.evicted) {
          change.accept(entry);
          return;
        }
      }
    }
  }

  private void changed() {
    listeners.forEach(Runnable::run);
  }

  private final class Entry {
    private final ServerId id;
    private final Instant created = time.instant();
    private final Deque<ServerView.Point> recent = new ArrayDeque<>();
    private boolean evicted;
    private @Nullable ServerDefinition definition;
    private @Nullable ServerMetrics newest;
    private @Nullable HealthCheck lastCheck;
    private @Nullable Instant since;
    private @Nullable String problem;
    private @Nullable WatchView watch;

    private Entry(ServerId id) {
      this.id = id;
    }

    private synchronized ServerView view() {
      var last = newest;
      var stale = time.instant().minus(staleAfter);
      var silentSince = last != null && last.at().isBefore(stale) ? last.at() : null;
      return new ServerView(
          id, definition, lastCheck, last, since, problem, silentSince, watch, List.copyOf(recent));
    }

    private synchronized boolean isDefined() {
      return definition != null;
    }

    private synchronized void define(ServerDefinition value) {
      definition = value;
      problem = null;
      watch = null;
    }

    private synchronized boolean problem(@Nullable String value) {
      boolean changed = !Objects.equals(problem, value);
      problem = value;
      return changed;
    }

    private synchronized void watched(WatchView view) {
      watch = view;
    }

    private synchronized void check(HealthCheck check) {
      if (lastCheck == null || check.at().isAfter(lastCheck.at())) {
        lastCheck = check;
      }
    }

    private synchronized void sample(ServerMetrics sample) {
      if (add(ServerView.Point.of(sample))) {
        newest = sample;
      }
    }

    private boolean add(ServerView.Point point) {
      var last = recent.peekLast();
      if (last != null && !point.at().isAfter(last.at())) {
        return false;
      }
      if (last == null || last.state() != point.state()) {
        since = point.at();
      }
      recent.addLast(point);
      if (recent.size() > RECENT) {
        recent.removeFirst();
      }
      return true;
    }

    private synchronized void history(List<ServerMetrics> oldestFirst) {
      var live = List.copyOf(recent);
      var liveNewest = newest;
      recent.clear();
      since = null;
      oldestFirst.forEach(this::sample);
      live.forEach(this::add);
      var last = recent.peekLast();
      if (liveNewest != null && last != null && liveNewest.at().equals(last.at())) {
        newest = liveNewest;
      }
    }

    private synchronized void evictIfOlderThan(Instant forgotten) {
      var heard = newest == null ? created : newest.at();
      if (definition == null && !heard.isAfter(forgotten)) {
        evicted = true;
        entries.remove(id, this);
      }
    }
  }
}
