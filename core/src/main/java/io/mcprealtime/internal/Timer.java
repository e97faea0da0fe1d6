package io.mcprealtime.internal;

import io.mcprealtime.LatencySketch;
import io.mcprealtime.TimeSource;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/** Measures how long a kind of call takes, since the process started; thread-safe. */
public final class Timer {
  private final TimeSource time;
  private final LongAdder failures = new LongAdder();
  private final LatencySketch.Builder sketch = LatencySketch.builder();
  private long totalNanos;

  public Timer(TimeSource time) {
    this.time = time;
  }

  /** Runs a call and counts its time, and its failure where it throws. */
  public <T> T measure(Supplier<T> call) {
    long start = time.nanoTime();
    try {
      return call.get();
    } catch (RuntimeException e) {
      failures.increment();
      throw e;
    } finally {
      record(Duration.ofNanos(time.nanoTime() - start));
    }
  }

  /** Runs a call without a result and counts its time. */
  public void measure(Runnable call) {
    this.<Boolean>measure(
        () -> {
          call.run();
          return true;
        });
  }

  private synchronized void record(Duration elapsed) {
    sketch.add(elapsed);
    totalNanos += elapsed.toNanos();
  }

  /** What was measured so far. */
  public Timings timings() {
    LatencySketch latency;
    long total;
    synchronized (this) {
      latency = sketch.build();
      total = totalNanos;
    }
    long count = latency.count();
    return new Timings(
        count,
        failures.sum(),
        count == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(total / count)),
        latency.quantile(0.5),
        latency.quantile(0.95),
        latency.quantile(0.99));
  }

  /**
   * How long a kind of call took; times are absent before the first.
   *
   * @param failures calls that threw
   */
  public record Timings(
      long count,
      long failures,
      Optional<Duration> mean,
      Optional<Duration> p50,
      Optional<Duration> p95,
      Optional<Duration> p99) {
    /** Before the first call. */
    public static final Timings NONE =
        new Timings(0, 0, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }
}
