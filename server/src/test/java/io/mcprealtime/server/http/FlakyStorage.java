package io.mcprealtime.server.http;

import io.mcprealtime.storage.ForwardingStorage;
import io.mcprealtime.storage.InMemoryStorage;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.StorageException;
import io.mcprealtime.storage.StorageUnavailableException;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** The heap, with a switch that takes it away. */
final class FlakyStorage extends ForwardingStorage {
  private volatile boolean away;
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private volatile @Nullable RuntimeException fault;

  FlakyStorage() {
    super(new InMemoryStorage());
  }

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

  @Override
  protected Storage delegate() {
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
    return super.delegate();
  }

  @Override
  public void check() {
    if (away) {
      throw new StorageUnavailableException("the database at db.example is away", null);
    }
  }
}
