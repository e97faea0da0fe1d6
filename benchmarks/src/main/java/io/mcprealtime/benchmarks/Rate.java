package io.mcprealtime.benchmarks;

import java.time.Duration;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * How often something was done in a second, and how long it took.
 *
 * @param p50Micros half of the times were no longer
 * @param p99Micros 99 % of the times were no longer
 */
record Rate(double perSecond, double p50Micros, double p99Micros) {
  /** Lets threads do something again and again, each as soon as it was done. */
  static Rate of(int threads, Duration length, Runnable something) {
    var all = new Latencies();
    var barrier = new CyclicBarrier(threads);
    var pool = Executors.newFixedThreadPool(threads);
    try {
      long start = System.nanoTime();
      var loops =
          IntStream.range(0, threads)
              .mapToObj(
                  i -> CompletableFuture.supplyAsync(() -> loop(barrier, length, something), pool))
              .toList();
      loops.forEach(loop -> all.add(loop.join()));
      double seconds = (System.nanoTime() - start) / 1e9;
      return new Rate(all.count() / seconds, all.micros(0.5), all.micros(0.99));
    } finally {
      pool.shutdownNow();
    }
  }

  /** The end of one is the start of the next, so that the clock is read once for each. */
  private static Latencies loop(CyclicBarrier barrier, Duration length, Runnable something) {
    var own = new Latencies();
    try {
      barrier.await();
    } catch (InterruptedException | BrokenBarrierException e) {
      throw new IllegalStateException("the threads did not start together", e);
    }
    long before = System.nanoTime();
    long end = before + length.toNanos();
    while (before < end) {
      something.run();
      long after = System.nanoTime();
      own.add(after - before);
      before = after;
    }
    return own;
  }
}
