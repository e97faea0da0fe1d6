package io.mcprealtime.storage;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.Window;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Keeps everything in the heap: for tests and for applications that want no history on disk. */
public final class InMemoryStorage implements Storage {
  private final Series<ServerMetrics> samples = new Series<>();
  private final Series<HealthCheck> checks = new Series<>();
  private final Map<UUID, MonitoringEvent> events = new TreeMap<>();
  private final Map<Window, Series<Rollup>> rollups = new TreeMap<>();

  public InMemoryStorage() {
    for (var window : Window.values()) {
      rollups.put(window, new Series<>());
    }
  }

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
  }

  private final class Rollups implements RollupStore {
    @Override
    public void put(Collection<Rollup> batch) {
      for (var rollup : batch) {
        series(rollup.window()).of(rollup.server()).put(rollup.start(), rollup);
      }
    }

    @Override
    public List<Rollup> query(ServerId server, Window window, TimeRange range) {
      return series(window).range(server, range).toList();
    }

    @Override
    public List<Rollup> query(Window window, TimeRange range) {
      return series(window).range(range).toList();
    }

    @Override
    public Optional<Instant> newest(Window window) {
      return series(window).byServer.values().stream()
          .filter(series -> !series.isEmpty())
          .map(NavigableMap::lastKey)
          .max(Comparator.naturalOrder());
    }

    private Series<Rollup> series(Window window) {
      return java.util.Objects.requireNonNull(rollups.get(window));
    }
  }

  private final class Maintenance implements StorageMaintenance {
    @Override
    public StorageUsage usage() {
      var relations = new ArrayList<StorageUsage.Relation>();
      for (var kind : DataKind.values()) {
        relations.add(new StorageUsage.Relation(kind, kind.label(), null, rows(kind)));
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
        case ROLLUPS -> rollups.values().stream().mapToLong(Series::size).sum();
      };
    }

    @Override
    public void prepareUntil(Instant instant) {
      // The heap needs no partitions.
    }

    @Override
    public DropResult dropBefore(DataKind kind, Instant instant) {
      long rows =
          switch (kind) {
            case METRICS -> samples.dropBefore(instant);
            case HEALTH_CHECKS -> checks.dropBefore(instant);
            case EVENTS -> {
              synchronized (events) {
                long before = events.size();
                events.values().removeIf(event -> event.at().isBefore(instant));
                yield before - events.size();
              }
            }
            case ROLLUPS ->
                rollups.values().stream().mapToLong(series -> series.dropBefore(instant)).sum();
          };
      return new DropResult(rows > 0 ? 1 : 0, rows, 0);
    }
  }
}
