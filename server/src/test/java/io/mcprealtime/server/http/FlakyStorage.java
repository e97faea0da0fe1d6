package io.mcprealtime.server.http;

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
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** The heap, with a switch that takes it away. */
final class FlakyStorage implements Storage {
  private final InMemoryStorage heap = new InMemoryStorage();
  private volatile boolean away;
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private volatile @Nullable RuntimeException fault;

  void goAway() {
    away = true;
  }

  void comeBack() {
    away = false;
  }

  /** From now on whoever asks waits. */
  void hang() {
    gate = new CountDownLatch(1);
  }

  /** Ends the waiting. */
  void goOn() {
    gate.countDown();
  }

  /** From now on this is thrown at whoever asks. */
  void breakWith(RuntimeException value) {
    fault = value;
  }

  private InMemoryStorage reached() {
    try {
      gate.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StorageException("interrupted", e);
    }
    var broken = fault;
    if (broken != null) {
      throw broken;
    }
    check();
    return heap;
  }

  @Override
  public String name() {
    return heap.name();
  }

  @Override
  public void check() {
    if (away) {
      throw new StorageUnavailableException("the database at db.example is away", null);
    }
  }

  @Override
  public SampleStore samples() {
    return reached().samples();
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
