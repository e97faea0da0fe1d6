package io.mcprealtime.spool;

import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.budget.BudgetStore;
import io.mcprealtime.storage.EventStore;
import io.mcprealtime.storage.HealthCheckStore;
import io.mcprealtime.storage.InMemoryStorage;
import io.mcprealtime.storage.RollupStore;
import io.mcprealtime.storage.SampleStore;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.StorageException;
import io.mcprealtime.storage.StorageMaintenance;
import io.mcprealtime.storage.StorageUnavailableException;
import io.mcprealtime.storage.TimeRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** The heap, with switches: away, hanging, and refusing samples of a server. */
final class SwitchedStorage implements Storage {
  static final ServerId REFUSED = ServerId.of("refused");

  /** The storage dies of its samples, with another exception than its own. */
  static final ServerId POISON = ServerId.of("poison");

  static final TimeRange ALWAYS =
      new TimeRange(ServerMetrics.MIN_INSTANT, ServerMetrics.MAX_INSTANT);

  private final InMemoryStorage heap = new InMemoryStorage();
  final List<ServerMetrics> inOrderOfArrival = new CopyOnWriteArrayList<>();
  final AtomicInteger calls = new AtomicInteger();
  private volatile boolean away;
  private volatile int mostAtOnce = Integer.MAX_VALUE;
  private volatile CountDownLatch gate = new CountDownLatch(0);

  void goAway() {
    away = true;
  }

  void comeBack() {
    away = false;
  }

  /** Takes longer than it may for more samples than that. */
  void slowDown(int most) {
    mostAtOnce = most;
  }

  void hang() {
    gate = new CountDownLatch(1);
  }

  void goOn() {
    gate.countDown();
  }

  List<ServerMetrics> stored() {
    var all = new ArrayList<ServerMetrics>();
    heap.samples().forEach(ALWAYS, all::add);
    return all;
  }

  List<MonitoringEvent> storedEvents() {
    var all = new ArrayList<MonitoringEvent>();
    heap.events().forEach(ALWAYS, all::add);
    return all;
  }

  private InMemoryStorage reached() {
    calls.incrementAndGet();
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException("interrupted", e);
    }
    check();
    return heap;
  }

  @Override
  public String name() {
    return "switched";
  }

  @Override
  public void check() {
    if (away) {
      throw new StorageUnavailableException("the database is away", null);
    }
  }

  @Override
  public SampleStore samples() {
    var store = reached().samples();
    return new SampleStore() {
      @Override
      public int insert(Collection<ServerMetrics> samples) {
        if (samples.stream().anyMatch(sample -> sample.server().equals(REFUSED))) {
          throw new StorageException("a sample is refused", null);
        }
        if (samples.stream().anyMatch(sample -> sample.server().equals(POISON))) {
          throw new IllegalArgumentException("a sample is poison");
        }
        if (samples.size() > mostAtOnce) {
          throw new StorageUnavailableException("the database is too slow", null);
        }
        inOrderOfArrival.addAll(samples);
        return store.insert(samples);
      }

      @Override
      public void forEach(ServerId server, TimeRange range, Consumer<? super ServerMetrics> sink) {
        store.forEach(server, range, sink);
      }

      @Override
      public void forEach(TimeRange range, Consumer<? super ServerMetrics> sink) {
        store.forEach(range, sink);
      }

      @Override
      public List<ServerMetrics> recent(ServerId server, int limit) {
        return store.recent(server, limit);
      }

      @Override
      public Optional<ServerMetrics> latest(ServerId server) {
        return store.latest(server);
      }

      @Override
      public List<ServerMetrics> latest() {
        return store.latest();
      }
    };
  }

  @Override
  public HealthCheckStore healthChecks() {
    return reached().healthChecks();
  }

  @Override
  public EventStore events() {
    return reached().events();
  }

  @Override
  public RollupStore rollups() {
    return reached().rollups();
  }

  @Override
  public StorageMaintenance maintenance() {
    return reached().maintenance();
  }

  @Override
  public BudgetStore budget() {
    return reached().budget();
  }

  @Override
  public void close() {
    heap.close();
  }
}
