package io.mcprealtime.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ClosingTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @Test
  void parts_areClosedAtTheSameTime() {
    var both = new CyclicBarrier(2);
    AutoCloseable part = () -> both.await(20, TimeUnit.SECONDS);
    assertThat(Closing.begin(List.of(part, part)).await(PATIENCE)).isTrue();
  }

  @Test
  void partThatFails_isNotWaitedFor() {
    AutoCloseable part =
        () -> {
          throw new IllegalStateException("cannot be closed");
        };
    assertThat(Closing.begin(List.of(part)).await(PATIENCE)).isTrue();
  }

  @Test
  void partThatHangs_isLeftBehind() {
    var end = new CountDownLatch(1);
    var closing = Closing.begin(List.<AutoCloseable>of(end::await));
    assertThat(closing.await(Duration.ofMillis(20))).isFalse();
    end.countDown();
    assertThat(closing.await(PATIENCE)).isTrue();
  }
}
