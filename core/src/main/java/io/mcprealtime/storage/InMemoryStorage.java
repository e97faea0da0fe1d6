package io.mcprealtime.storage;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.Window;
import io.mcprealtime.budget.BudgetStore;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Keeps everything in the heap: for tests and for applications that want no history on disk. */
public final class InMemoryStorage implements Storage {
  private static final Duration USAGE_KEPT = Duration.ofDays(30);

  private final Series<ServerMetrics> samples = new Series<>();
  private final Series<HealthCheck> checks = new Series<>();
  private final Map<UUID, MonitoringEvent> events = new TreeMap<>();

  /** 5-minute roll-ups of samples that are dropped. */
  private final Series<Rollup> rollups = new Series<>();

  private final BudgetStore budget = new InMemoryBudget();
  private final CatalogStore catalogs = new InMemoryCatalogs();
  private final Map<String, Lock> tasks = new ConcurrentHashMap<>();
  private final NavigableMap<Instant, StorageMaintenance.UsagePoint> usage =
      new ConcurrentSkipListMap<>();

  @Override
  public String name() {
    return "in-memory";
  }

  @Override
  public void check() {
    // The heap always answers.
  }

  @Override
  public SampleStore samples() {
    return new Samples();
  }

  @Override
  public HealthCheckStore healthChecks() {
    return new HealthChecks();
  }

  @Override
  public EventStore events() {
    return new Events();
  }

  @Override
  public RollupStore rollups() {
    return new Rollups();
  }

  @Override
  public StorageMaintenance maintenance() {
    return new Maintenance();
  }

  @Override
  public BudgetStore budget() {
    return budget;
  }

  @Override
  public CatalogStore catalogs() {
    return catalogs;
  }

  @Override
  public void close() {
    // Nothing was opened.
  }

  /** One kind of record, by server and instant. */
  private static final class Series<T> {
    private final Map<ServerId, NavigableMap<Instant, T>> byServer = new ConcurrentSkipListMap<>();

    private NavigableMap<Instant, T> of(ServerId server) {
      return byServer.computeIfAbsent(server, id -> new ConcurrentSkipListMap<>());
    }

    private boolean addIfAbsent(ServerId server, Instant at, T value) {
      return of(server).putIfAbsent(at, value) == null;
    }

    private Stream<T> range(ServerId server, TimeRange range) {
      return of(server).subMap(range.from(), true, range.to(), false).values().stream();
    }

    private Stream<T> range(TimeRange range) {
      return byServer.keySet().stream().flatMap(server -> range(server, range));
    }

    private List<T> newest(ServerId server, TimeRange range, int limit) {
      return of(server)
          .subMap(range.from(), true, range.to(), false)
          .descendingMap()
          .values()
          .stream()
          .limit(limit)
          .toList();
    }

    private long size() {
      return byServer.values().stream().mapToLong(Map::size).sum();
    }

    private long countBefore(Instant instant) {
      return byServer.values().stream()
          .mapToLong(series -> series.headMap(instant, false).size())
          .sum();
    }

    private long dropBefore(Instant instant) {
      long dropped = 0;
      for (var series : byServer.values()) {
        var old = series.headMap(instant, false);
        dropped += old.size();
        old.clear();
      }
      return dropped;
    }
  }

  private final class Samples implements SampleStore {
    @Override
    public int insert(Collection<ServerMetrics> batch) {
      int added = 0;
      for (var sample : batch) {
        added += samples.addIfAbsent(sample.server(), sample.at(), sample) ? 1 : 0;
      }
      return added;
    }

    @Override
    public void forEach(ServerId server, TimeRange range, Consumer<? super ServerMetrics> sink) {
      samples.range(server, range).forEach(sink);
    }

    @Override
    public void forEach(TimeRange range, Consumer<? super ServerMetrics> sink) {
      samples.range(range).forEach(sink);
    }

    @Override
    public List<ServerMetrics> recent(ServerId server, int limit) {
      return samples.of(server).descendingMap().values().stream().limit(limit).toList();
    }

    @Override
    public Optional<ServerMetrics> latest(ServerId server) {
      var newest = samples.of(server).lastEntry();
      return newest == null ? Optional.empty() : Optional.of(newest.getValue());
    }

    @Override
    public List<ServerMetrics> latest() {
      return samples.byServer.keySet().stream().flatMap(id -> latest(id).stream()).toList();
    }
  }

  private final class HealthChecks implements HealthCheckStore {
    @Override
    public int insert(Collection<HealthCheck> batch) {
      int added = 0;
      for (var check : batch) {
        added += checks.addIfAbsent(check.server(), check.at(), check) ? 1 : 0;
      }
      return added;
    }

    @Override
    public List<HealthCheck> query(ServerId server, TimeRange range, int limit) {
      return checks.newest(server, range, limit);
    }

    @Override
    public void forEach(TimeRange range, Consumer<? super HealthCheck> sink) {
      checks.range(range).forEach(sink);
    }
  }

  private final class Events implements EventStore {
    @Override
    public int insert(Collection<MonitoringEvent> batch) {
      int added = 0;
      synchronized (events) {
        for (var event : batch) {
          added += events.putIfAbsent(event.id(), event) == null ? 1 : 0;
        }
      }
      return added;
    }

    @Override
    public List<MonitoringEvent> query(@Nullable ServerId server, TimeRange range, int limit) {
      synchronized (events) {
        return events.values().stream()
            .filter(event -> server == null || server.equals(event.server()))
            .filter(event -> range.contains(event.at()))
            .sorted(
                Comparator.comparing(MonitoringEvent::at)
                    .reversed()
                    .thenComparing(MonitoringEvent::id))
            .limit(limit)
            .toList();
      }
    }

    @Override
    public void forEach(TimeRange range, Consumer<? super MonitoringEvent> sink) {
      var newestFirst = new ArrayList<>(query(null, range, Integer.MAX_VALUE));
      Collections.reverse(newestFirst);
      newestFirst.forEach(sink);
    }
  }

  private final class Rollups implements RollupStore {
    @Override
    public List<Rollup> query(ServerId server, Window window, TimeRange range) {
      return Rollup.widen(window, fiveMinutes(server, ofBuckets(window, range)));
    }

    /** The span of all whole buckets that begin in the range. */
    private static TimeRange ofBuckets(Window window, TimeRange range) {
      var justBefore = Duration.ofMillis(1);
      var from = window.bucketOf(range.from().minus(justBefore)).plus(window.length());
      var to = window.bucketOf(range.to().minus(justBefore)).plus(window.length());
      return new TimeRange(from, to.isBefore(from) ? from : to);
    }

    @Override
    public void forEach(TimeRange range, Consumer<? super Rollup> sink) {
      var servers = new TreeSet<>(samples.byServer.keySet());
      servers.addAll(rollups.byServer.keySet());
      for (var server : servers) {
        fiveMinutes(server, ofBuckets(Window.FIVE_MINUTES, range)).forEach(sink);
      }
    }

    @Override
    public int restore(Collection<Rollup> batch) {
      for (var rollup : batch) {
        if (rollup.window() != Window.FIVE_MINUTES) {
          throw new IllegalArgumentException(
              "only 5m roll-ups can be restored, not one of " + rollup.window().label());
        }
      }
      int added = 0;
      for (var rollup : batch) {
        var bucket = TimeRange.startingAt(rollup.start(), rollup.window().length());
        if (fiveMinutes(rollup.server(), bucket).isEmpty()) {
          added += rollups.addIfAbsent(rollup.server(), rollup.start(), rollup) ? 1 : 0;
        }
      }
      return added;
    }

    private List<Rollup> fiveMinutes(ServerId server, TimeRange buckets) {
      var found = new TreeMap<Instant, Rollup>();
      rollups.range(server, buckets).forEach(rollup -> found.put(rollup.start(), rollup));
      var window = Window.FIVE_MINUTES;
      samples
          .range(server, buckets)
          .collect(Collectors.groupingBy(sample -> window.bucketOf(sample.at())))
          .forEach(
              (start, some) -> found.put(start, Rollup.ofSamples(server, window, start, some)));
      return List.copyOf(found.values());
    }
  }

  private final class Maintenance implements StorageMaintenance {
    @Override
    public StorageUsage usage() {
      var relations = new ArrayList<StorageUsage.Relation>();
      for (var kind : DataKind.values()) {
        relations.add(new StorageUsage.Relation(kind, kind.label(), null, null, rows(kind), null));
      }
      return new StorageUsage(null, relations);
    }

    private long rows(DataKind kind) {
      return switch (kind) {
        case METRICS -> samples.size();
        case HEALTH_CHECKS -> checks.size();
        case EVENTS -> {
          synchronized (events) {
            yield events.size();
          }
        }
        case ROLLUPS -> rollups.size();
      };
    }

    @Override
    public void prepare() {
      // The heap needs no partitions.
    }

    @Override
    public PackResult pack(Instant before, Duration atMost) {
      return PackResult.NOTHING;
    }

    @Override
    public boolean exclusively(String task, Runnable work) {
      var lock = tasks.computeIfAbsent(task, t -> new ReentrantLock());
      if (!lock.tryLock()) {
        return false;
      }
      try {
        work.run();
        return true;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void recordUsage(UsagePoint point) {
      usage.put(point.at(), point);
      usage.headMap(point.at().minus(USAGE_KEPT)).clear();
    }

    @Override
    public List<UsagePoint> usageSince(Instant instant) {
      return List.copyOf(usage.tailMap(instant).values());
    }

    @Override
    public DropResult droppable(DataKind kind, Instant instant) {
      long rows =
          switch (kind) {
            case METRICS -> samples.countBefore(Window.FIVE_MINUTES.bucketOf(instant));
            case HEALTH_CHECKS -> checks.countBefore(instant);
            case EVENTS -> {
              synchronized (events) {
                yield events.values().stream().filter(e -> e.at().isBefore(instant)).count();
              }
            }
            case ROLLUPS -> rollups.countBefore(instant);
          };
      return new DropResult(rows > 0 ? 1 : 0, rows, 0);
    }

    @Override
    public DropResult dropBefore(DataKind kind, Instant instant) {
      long rows =
          switch (kind) {
            case METRICS -> dropSamples(Window.FIVE_MINUTES.bucketOf(instant));
            case HEALTH_CHECKS -> checks.dropBefore(instant);
            case EVENTS -> {
              synchronized (events) {
                long before = events.size();
                events.values().removeIf(event -> event.at().isBefore(instant));
                yield before - events.size();
              }
            }
            case ROLLUPS -> rollups.dropBefore(instant);
          };
      return new DropResult(rows > 0 ? 1 : 0, rows, 0);
    }

    /** Whole buckets go, so that none is left with a part of its samples. */
    private long dropSamples(Instant bucket) {
      new Rollups()
          .forEach(
              new TimeRange(ServerMetrics.MIN_INSTANT, bucket),
              rollup -> rollups.of(rollup.server()).put(rollup.start(), rollup));
      return samples.dropBefore(bucket);
    }
  }
}
