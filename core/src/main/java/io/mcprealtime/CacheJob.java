package io.mcprealtime;

import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes to the shared cache once in a write interval. */
final class CacheJob implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(CacheJob.class);

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
  }

  void start() {
    schedule();
  }

  private void schedule() {
    try {
      var ignored =
          executor.schedule(
              () -> {
                flush();
                schedule();
              },
              cache.writeInterval().toMillis(),
              TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      log.debug("closed");
    }
  }

  private void flush() {
    try {
      cache.flush();
    } catch (Throwable e) {
      // An Error too: without the next run nothing would ever be written again.
      log.warn("the shared cache could not be written: {}", e.toString(), e);
    }
  }

  /** Writes what still waits, within a bound. */
  @Override
  public void close() {
    executor.execute(this::flush);
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
