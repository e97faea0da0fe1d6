package io.mcprealtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.McpRealtimeException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PeriodicJobTest {
  @Test
  void job_goesOnAfterAFault_andEndsWithClose() {
    var runs = new AtomicInteger();
    var job =
        new PeriodicJob(
            "test-faults",
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
    await()
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().equals("test-faults")));
    assertThat(runs.get()).isEqualTo(after);
  }

  @Test
  void job_goesOnAfterAnError() {
    var runs = new AtomicInteger();
    try (var job =
        new PeriodicJob(
            "test-error",
            Duration.ofMillis(5),
            () -> {
              runs.incrementAndGet();
              throw new AssertionError("every run fails");
            })) {
      job.start();
      await().until(() -> runs.get() >= 3);
    }
  }

  @Test
  void close_letsARunEnd() throws InterruptedException {
    var running = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var ended = new AtomicBoolean();
    var job =
        new PeriodicJob(
            "test-run",
            Duration.ofHours(1),
            () -> {
              running.countDown();
              ended.set(awaited(goOn));
            });
    job.start();
    running.await();
    var closer = new Thread(job::close);
    closer.start();
    await().until(() -> closer.getState() == Thread.State.TIMED_WAITING);
    goOn.countDown();
    closer.join();
    assertThat(ended).isTrue();
  }

  @Test
  void close_interruptsARunThatDoesNotEnd() throws InterruptedException {
    var running = new CountDownLatch(1);
    var interrupted = new CountDownLatch(1);
    var job =
        new PeriodicJob(
            "test-stuck",
            Duration.ofHours(1),
            () -> {
              running.countDown();
              if (!awaited(new CountDownLatch(1))) {
                interrupted.countDown();
              }
            });
    job.start();
    running.await();
    job.close();
    assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void close_doesNotWaitForTheNextRun() {
    var runs = new AtomicInteger();
    var job = new PeriodicJob("test-next", Duration.ofHours(1), runs::incrementAndGet);
    job.start();
    await().until(() -> runs.get() == 1);
    job.close();
    // The thread tells that it has ended a moment before it has.
    await()
        .until(
            () ->
                Thread.getAllStackTraces().keySet().stream()
                    .noneMatch(thread -> thread.getName().equals("test-next")));
  }

  private static boolean awaited(CountDownLatch latch) {
    try {
      latch.await();
      return true;
    } catch (InterruptedException e) {
      return false;
    }
  }
}
