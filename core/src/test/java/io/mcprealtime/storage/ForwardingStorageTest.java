package io.mcprealtime.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ForwardingStorageTest {
  private final AtomicInteger closed = new AtomicInteger();
  private final Storage behind =
      new ForwardingStorage(new InMemoryStorage()) {
        @Override
        public void close() {
          super.close();
          closed.incrementAndGet();
        }
      };

  @Test
  void delegate_isAskedByEveryRoleAndTheCheck_butNotByNameAndClose() {
    var away =
        new ForwardingStorage(behind) {
          @Override
          protected Storage delegate() {
            throw new StorageUnavailableException("the database is away", null);
          }
        };
    for (Consumer<Storage> call :
        List.<Consumer<Storage>>of(
            Storage::check,
            Storage::samples,
            Storage::healthChecks,
            Storage::events,
            Storage::rollups,
            Storage::maintenance)) {
      assertThatThrownBy(() -> call.accept(away))
          .isInstanceOf(StorageUnavailableException.class)
          .hasMessage("the database is away");
    }
    assertThat(away.name()).isEqualTo("in-memory");
    away.close();
    assertThat(closed).hasValue(1);
  }
}
