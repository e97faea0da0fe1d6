package io.mcprealtime.internal;

import java.time.Duration;
import java.util.Collection;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Closes parts that do not depend on each other at the same time. A part that takes longer than it
 * may is left to end by itself, on a thread that holds up nothing.
 */
public final class Closing {
  private static final Logger log = LoggerFactory.getLogger(Closing.class);

  private static final int MAX_THREADS = 32;

  private final CountDownLatch open;

  private Closing(int parts) {
    this.open = new CountDownLatch(parts);
  }

  /** Begins to close them all, and returns at once. */
  public static Closing begin(Collection<? extends AutoCloseable> parts) {
    var closing = new Closing(parts.size());
    var threads =
        Executors.newFixedThreadPool(
            Math.max(1, Math.min(MAX_THREADS, parts.size())),
            runnable -> {
              var thread = new Thread(runnable, "mcp-close");
              thread.setDaemon(true);
              return thread;
            });
    parts.forEach(part -> threads.execute(() -> closing.close(part)));
    threads.shutdown();
    return closing;
  }

  private void close(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception | Error e) {
      log.warn("{} did not close in order: {}", part.getClass().getSimpleName(), e.toString());
    } finally {
      open.countDown();
    }
  }

  /**
   * Waits until all are closed.
   *
   * @return whether they are; false when that took longer than the bound, or on an interrupt
   */
  public boolean await(Duration bound) {
    try {
      return open.await(Math.max(0, bound.toNanos()), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
