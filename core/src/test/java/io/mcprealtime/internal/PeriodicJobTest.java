package io.mcprealtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.McpRealtimeException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PeriodicJobTest {
  @Test
  void job_goesOnAfterAFault_andEndsWithClose() {
    var runs = new AtomicInteger();
    var job =
        new PeriodicJob(
            "test",
            Duration.ofMillis(5),
            () -> {
              if (runs.incrementAndGet() % 2 == 0) {
                throw new McpRealtimeException("every second run fails");
              }
            });
    job.start();
    await().until(() -> runs.get() >= 5);

    job.close();

    int after = runs.get();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().equals("test") && thread.isAlive());
    assertThat(runs.get()).isEqualTo(after);
  }
}
