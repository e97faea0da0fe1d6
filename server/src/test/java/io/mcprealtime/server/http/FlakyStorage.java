package io.mcprealtime.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.storage.ForwardingStorage;
import io.mcprealtime.storage.InMemoryStorage;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.StorageException;
import io.mcprealtime.storage.StorageMaintenance;
import io.mcprealtime.storage.StorageUnavailableException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The heap, with a switch that takes it away. */
final class FlakyStorage extends ForwardingStorage {
  private volatile boolean away;
  private volatile CountDownLatch gate = new CountDownLatch(0);
  private volatile @Nullable RuntimeException fault;
  private final CountDownLatch firstCleanUp = new CountDownLatch(1);

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

  /** Until the clean-up is over that every start begins with. */
  void awaitFirstCleanUp() throws InterruptedException {
    assertThat(firstCleanUp.await(20, TimeUnit.SECONDS)).as("cleaned up at the start").isTrue();
  }

  @Override
  public StorageMaintenance maintenance() {
    var inner = super.maintenance();
    return (StorageMaintenance)
        Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {StorageMaintenance.class},
            (proxy, method, arguments) -> {
              try {
                return method.invoke(inner, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              } finally {
                if (method.getName().equals("exclusively") && arguments[0].equals("clean-up")) {
                  firstCleanUp.countDown();
                }
              }
            });
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
