package io.mcprealtime;

import io.mcprealtime.budget.Budget;
import io.mcprealtime.budget.Governor;
import io.mcprealtime.budget.Resource;
import io.mcprealtime.storage.Storage;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Once a minute: what was counted goes to the storage, and the pace is chosen by it. */
final class BudgetRun implements Runnable {
  private static final Logger log = LoggerFactory.getLogger(BudgetRun.class);

  /** What is held changes slowly, and counting keys is a billed command. */
  private static final Duration MEASURE_INTERVAL = Duration.ofMinutes(15);

  private final Budget budget;
  private final Governor governor;
  private final McpCacheManager cache;
  private final Storage storage;
  private final TimeSource time;
  private long measuredNanos;
  private boolean measured;

  BudgetRun(
      Budget budget, Governor governor, McpCacheManager cache, Storage storage, TimeSource time) {
    this.budget = budget;
    this.governor = governor;
    this.cache = cache;
    this.storage = storage;
    this.time = time;
  }

  @Override
  public void run() {
    budget.sync(storage.budget());
    if (!measured || time.nanoTime() - measuredNanos >= MEASURE_INTERVAL.toNanos()) {
      measured = true;
      measuredNanos = time.nanoTime();
      measure();
    }
    governor.evaluate();
  }

  private void measure() {
    cache.inspect().ifPresent(bytes -> budget.reconcile(Resource.REDIS_MEMORY, bytes));
    try {
      var bytes = storage.maintenance().usage().totalBytes();
      if (bytes != null) {
        budget.reconcile(Resource.DATABASE_SIZE, bytes);
      }
    } catch (McpRealtimeException e) {
      log.debug("the size of the database is not known: {}", e.getMessage());
    }
  }
}
