package io.mcprealtime;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes to the shared cache once in a write interval, and looks at its memory now and then. */
final class CacheJob implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CacheJob.class);

  /** Counting the keys is a billed command. */
  private static final Duration INSPECT_INTERVAL = Duration.ofMinutes(15);

  private static final Duration STOP_BOUND = Duration.ofSeconds(3);

  private final McpCacheManager cache;
  private final ScheduledThreadPoolExecutor executor;

  CacheJob(McpCacheManager cache) {
    this.cache = cache;
    this.executor =
        new ScheduledThreadPoolExecutor(
            1,
            runnable -> {
              var thread = new Thread(runnable, "mcp-cache");
              thread.setDaemon(true);
              return thread;
            });
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    executor.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
  }

  void start() {
    schedule();
    var ignored =
        executor.scheduleWithFixedDelay(
            () -> safely(cache::inspect), 0, INSPECT_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void schedule() {
    try {
      var ignored =
          executor.schedule(
              () -> {
                safely(cache::flush);
                schedule();
              },
              cache.writeInterval().toMillis(),
              TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("closed");
    }
  }

  private static void safely(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      log.warn("the cache's work failed: {}", e.toString(), e);
    }
  }

  /** Writes what still waits, within a bound. */
  @Override
  public void close() {
    executor.execute(() -> safely(cache::flush));
    executor.shutdown();
    try {
      if (!executor.awaitTermination(STOP_BOUND.toMillis(), TimeUnit.MILLISECONDS)) {
        executor.shutdownNow();
      }
    } catch (InterruptedException e) {
      executor.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
