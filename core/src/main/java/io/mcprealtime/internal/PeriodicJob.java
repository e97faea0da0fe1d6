package io.mcprealtime.internal;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a task again and again, one run at a time, with jitter; survives whatever it throws. */
public final class PeriodicJob implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(PeriodicJob.class);
  private static final double JITTER = 0.1;
  private static final Duration STOP_BOUND = Duration.ofSeconds(5);

  private final String name;
  private final Duration interval;
  private final Runnable task;
  private final ScheduledExecutorService executor;
  private boolean failing;

  public PeriodicJob(String name, Duration interval, Runnable task) {
    this.name = name;
    this.interval = interval;
    this.task = task;
    this.executor =
        Executors.newSingleThreadScheduledExecutor(
            runnable -> {
              var thread = new Thread(runnable, name);
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Begins, with a first run at once. */
  public void start() {
    executor.execute(this::runThenSchedule);
  }

  private void runThenSchedule() {
    try {
      task.run();
      failing = false;
    } catch (RuntimeException e) {
      if (!failing) {
        log.warn("{} failed and is tried again every {}: {}", name, interval, e.getMessage());
        log.debug("{} failed", name, e);
      }
      failing = true;
    }
    if (!executor.isShutdown()) {
      double factor = 1 + JITTER * (ThreadLocalRandom.current().nextDouble() - 0.5);
      var ignored =
          executor.schedule(
              this::runThenSchedule,
              Math.round(interval.toMillis() * factor),
              TimeUnit.MILLISECONDS);
    }
  }

  /** Lets a run that is under way end, within a bound. */
  @Override
  public void close() {
    executor.shutdownNow();
    try {
      if (!executor.awaitTermination(STOP_BOUND.toMillis(), TimeUnit.MILLISECONDS)) {
        log.warn("{} did not end within {}", name, STOP_BOUND);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
