package io.mcprealtime.internal;

import io.mcprealtime.McpRealtimeException;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a task again and again, one run at a time, with jitter; survives whatever it throws. */
public final class PeriodicJob implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PeriodicJob.class);
  private static final double JITTER = 0.1;
  private static final Duration STOP_BOUND = Duration.ofSeconds(2);
  private static final Duration INTERRUPT_BOUND = Duration.ofMillis(500);

  private final String name;
  private final Duration interval;
  private final Runnable task;
  private final ScheduledThreadPoolExecutor executor;
  private boolean failing;

  public PeriodicJob(String name, Duration interval, Runnable task) {
    this.name = name;
    this.interval = interval;
    this.task = task;
    this.executor =
        new ScheduledThreadPoolExecutor(
            1,
            runnable -> {
              var thread = new Thread(runnable, name);
              thread.setDaemon(true);
              return thread;
            });
    // Otherwise a shutdown would wait for the next run.
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** Begins, with a first run at once. */
  public void start() {
    executor.execute(this::runThenSchedule);
  }

  private void runThenSchedule() {
    try {
      task.run();
      failing = false;
    } catch (Throwable e) {
      // An Error too: a job that ended with it would never be missed.
      if (!failing) {
        var why = e instanceof McpRealtimeException ? e.getMessage() : e.toString();
        log.warn("{} failed and is tried again every {}: {}", name, interval, why);
        log.debug("{} failed", name, e);
      }
      failing = true;
    } finally {
      schedule();
    }
  }

  private void schedule() {
    double factor = 1 + JITTER * (ThreadLocalRandom.current().nextDouble() - 0.5);
    try {
      var ignored =
          executor.schedule(
              this::runThenSchedule,
              Math.round(interval.toMillis() * factor),
              TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("{} is closed", name);
    }
  }

  /** Lets a run that is under way end, and interrupts it when that takes too long. */
  @Override
  public void close() {
    executor.shutdown();
    try {
      if (executor.awaitTermination(STOP_BOUND.toMillis(), TimeUnit.MILLISECONDS)) {
        return;
      }
      executor.shutdownNow();
      if (!executor.awaitTermination(INTERRUPT_BOUND.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("{} did not end within {}", name, STOP_BOUND.plus(INTERRUPT_BOUND));
      }
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
