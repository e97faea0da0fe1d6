package io.mcprealtime.server.monitor;

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
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The live view of every server: those of the configuration and those that send their metrics. */
public final class ServerRegistry implements LiveFeed.Listener {
  /** Samples kept for each server's sparkline. */
  public static final int RECENT = 60;

  /** A server that is not in the configuration and was silent for so long is not shown. */
  private static final Duration FORGOTTEN_AFTER = Duration.ofDays(1);

  private final TimeSource time;
  private final Duration staleAfter;
  private final Map<ServerId, Entry> entries = new ConcurrentSkipListMap<>();
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  /**
   * @param staleAfter age of the newest sample at which a state is not known any more
   */
  public ServerRegistry(TimeSource time, Duration staleAfter) {
    this.time = time;
    this.staleAfter = staleAfter;
  }

  /** Calls back whenever a server comes or goes. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  public List<ServerView> views() {
    var forgotten = time.instant().minus(FORGOTTEN_AFTER);
    return entries.values().stream()
        .map(Entry::view)
        .filter(view -> view.definition() != null || view.isNewerThan(forgotten))
        .toList();
  }

  public Optional<ServerView> view(ServerId id) {
    return Optional.ofNullable(entries.get(id)).map(Entry::view);
  }

  /** Servers known. */
  public int size() {
    return entries.size();
  }

  public boolean contains(ServerId id) {
    return entries.containsKey(id);
  }

  void define(ServerDefinition definition) {
    entry(definition.id()).define(definition);
    changed();
  }

  void remove(ServerId id) {
    entries.remove(id);
    changed();
  }

  /** Notes why a server cannot be probed; null when it can. */
  void problem(ServerId id, @Nullable String problem) {
    if (entry(id).problem(problem)) {
      changed();
    }
  }

  /** Takes what is stored of a server from before this process. */
  public void history(ServerId id, List<ServerMetrics> oldestFirst) {
    entry(id).history(oldestFirst);
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
    metrics.forEach(sample -> entry(sample.server()).sample(sample));
    if (entries.size() != before) {
      changed();
    }
  }

  @Override
  public void onHealthChecks(List<HealthCheck> checks) {
    checks.forEach(check -> entry(check.server()).check(check));
  }

  private Entry entry(ServerId id) {
    return entries.computeIfAbsent(id, Entry::new);
  }

  private void changed() {
    listeners.forEach(Runnable::run);
  }

  private final class Entry {
    private final ServerId id;
    private final Deque<ServerMetrics> recent = new ArrayDeque<>();
    private @Nullable ServerDefinition definition;
    private @Nullable HealthCheck lastCheck;
    private @Nullable Instant since;
    private @Nullable String problem;

    private Entry(ServerId id) {
      this.id = id;
    }

    private synchronized ServerView view() {
      var newest = recent.peekLast();
      boolean silent = newest != null && newest.at().isBefore(time.instant().minus(staleAfter));
      return new ServerView(
          id,
          definition,
          lastCheck,
          newest,
          since,
          problem,
          silent ? newest.at() : null,
          List.copyOf(recent));
    }

    private synchronized void define(ServerDefinition value) {
      definition = value;
      problem = null;
    }

    private synchronized boolean problem(@Nullable String value) {
      boolean changed = !Objects.equals(problem, value);
      problem = value;
      return changed;
    }

    private synchronized void check(HealthCheck check) {
      if (lastCheck == null || check.at().isAfter(lastCheck.at())) {
        lastCheck = check;
      }
    }

    private synchronized void sample(ServerMetrics sample) {
      var newest = recent.peekLast();
      if (newest != null && !sample.at().isAfter(newest.at())) {
        return;
      }
      if (newest == null || newest.state() != sample.state()) {
        since = sample.at();
      }
      recent.addLast(sample);
      if (recent.size() > RECENT) {
        recent.removeFirst();
      }
    }

    private synchronized void history(List<ServerMetrics> oldestFirst) {
      var live = List.copyOf(recent);
      recent.clear();
      since = null;
      oldestFirst.forEach(this::sample);
      live.forEach(this::sample);
    }
  }
}
