package io.mcprealtime.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.ManualTime;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReadinessTest {
  private final ManualTime time = ManualTime.startingAt("2026-11-20T12:00:00Z");
  private final FlakyStorage storage = new FlakyStorage();
  private final AtomicInteger asked = new AtomicInteger();
  private final Readiness readiness =
      new Readiness(
          storage,
          task -> {
            asked.incrementAndGet();
            task.run();
          },
          time);

  @Test
  void check_asksOnceASecond() {
    assertThat(readiness.check().join()).isEmpty();
    storage.goAway();
    time.advance(Duration.ofMillis(999));
    assertThat(readiness.check().join()).isEmpty();
    assertThat(asked.get()).isEqualTo(1);
    time.advance(Duration.ofMillis(1));
    assertThat(readiness.check().join()).hasValue("the database at db.example is away");
    assertThat(asked.get()).isEqualTo(2);
  }

  @Test
  void check_joinsTheOneUnderWay() {
    var slow = new Readiness(storage, task -> asked.incrementAndGet(), time);
    var first = slow.check();
    time.advance(Duration.ofHours(1));
    assertThat(slow.check()).isNotDone();
    assertThat(first).isNotDone();
    assertThat(asked.get()).isEqualTo(1);
  }
}
