package io.mcprealtime.mcp.sample;

import io.mcprealtime.TimeSource;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries out a plan, and keeps what it did and when. Thread-safe. */
public final class FaultInjector implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FaultInjector.class);

  private static final long STOP_SECONDS = 2;

  private final Control control;
  private final TimeSource time;
  private final ScheduledThreadPoolExecutor executor;
  private final Map<FaultPlan.Planned, InjectedFault> injected = new LinkedHashMap<>();

  /** Tells a server to misbehave; null to behave again. */
  @FunctionalInterface
  public interface Control {
    void inject(String server, @Nullable SampleFault fault);
  }

  public FaultInjector(Control control, TimeSource time) {
    this.control = control;
    this.time = time;
    this.executor =
        new ScheduledThreadPoolExecutor(
            1,
            task -> {
              var thread = new Thread(task, "sample-faults");
              thread.setDaemon(true);
              return thread;
            });
  }

  /** Begins; the plan's times count from now. */
  public void start(FaultPlan plan) {
    for (var planned : plan.faults()) {
      schedule(() -> begin(planned), planned.after().toMillis());
      schedule(() -> end(planned), planned.end().toMillis());
    }
  }

  private void schedule(Runnable task, long millis) {
    var unused =
        executor.schedule(
            () -> {
              try {
                task.run();
              } catch (RuntimeException e) {
                log.warn("a fault could not be injected or ended: {}", e.toString());
              }
            },
            millis,
            TimeUnit.MILLISECONDS);
  }

  private void begin(FaultPlan.Planned planned) {
    var at = now();
    control.inject(planned.server(), planned.fault());
    put(planned, at, null);
    log.debug("{} misbehaves: {}", planned.server(), planned.fault());
  }

  private void end(FaultPlan.Planned planned) {
    InjectedFault open;
    synchronized (this) {
      open = injected.get(planned);
    }
    if (open != null) {
      control.inject(planned.server(), null);
      put(planned, open.from(), now());
      log.debug("{} behaves again", planned.server());
    }
  }

  private Instant now() {
    return time.instant().truncatedTo(ChronoUnit.MILLIS);
  }

  private synchronized void put(FaultPlan.Planned planned, Instant from, @Nullable Instant until) {
    injected.put(planned, new InjectedFault(planned.server(), planned.fault(), from, until));
  }

  /** What was done until now, the first one first. */
  public synchronized List<InjectedFault> injected() {
    return new ArrayList<>(injected.values());
  }

  /** Begins no more; what goes on is left to go on. */
  @Override
  public void close() {
    executor.shutdownNow();
    try {
      // One that is being injected would be written where everything is taken away soon.
      if (!executor.awaitTermination(STOP_SECONDS, TimeUnit.SECONDS)) {
        log.warn("the injection of a fault did not end within {} s", STOP_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
