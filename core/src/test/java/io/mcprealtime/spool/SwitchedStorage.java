package io.mcprealtime.spool;

import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.storage.ForwardingSampleStore;
import io.mcprealtime.storage.ForwardingStorage;
import io.mcprealtime.storage.InMemoryStorage;
import io.mcprealtime.storage.SampleStore;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.StorageException;
import io.mcprealtime.storage.StorageUnavailableException;
import io.mcprealtime.storage.TimeRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** The heap, with switches: away, hanging, and refusing samples of a server. */
final class SwitchedStorage extends ForwardingStorage {
  static final ServerId REFUSED = ServerId.of("refused");

  /** The storage dies of its samples, with another exception than its own. */
  static final ServerId POISON = ServerId.of("poison");

  static final TimeRange ALWAYS =
      new TimeRange(ServerMetrics.MIN_INSTANT, ServerMetrics.MAX_INSTANT);

  final List<ServerMetrics> inOrderOfArrival = new CopyOnWriteArrayList<>();
  final AtomicInteger calls = new AtomicInteger();
  private volatile boolean away;
  private volatile int mostAtOnce = Integer.MAX_VALUE;
  private volatile CountDownLatch gate = new CountDownLatch(0);

  SwitchedStorage() {
    super(new InMemoryStorage());
  }

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
    super.delegate().samples().forEach(ALWAYS, all::add);
    return all;
  }

  List<MonitoringEvent> storedEvents() {
    var all = new ArrayList<MonitoringEvent>();
    super.delegate().events().forEach(ALWAYS, all::add);
    return all;
  }

  @Override
  protected Storage delegate() {
    calls.incrementAndGet();
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException("interrupted", e);
    }
    check();
    return super.delegate();
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
    return new ForwardingSampleStore(super.samples()) {
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
        return super.insert(samples);
      }
    };
  }
}
