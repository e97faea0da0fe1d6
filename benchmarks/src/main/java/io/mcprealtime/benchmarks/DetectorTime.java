package io.mcprealtime.benchmarks;

import io.mcprealtime.analysis.BandDetector;
import io.mcprealtime.analysis.Verdict;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Time of one verdict of a detector that has seen much, on noise with spikes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class DetectorTime {
  private static final int VALUES = 1 << 16;
  private static final int SECONDS = 15;
  private static final int SPIKE_EVERY = 1000;

  private final BandDetector detector = new BandDetector();
  private final double[] values = values();
  private int next;

  static double[] values() {
    var random = new Random(1);
    var values = new double[VALUES];
    for (int i = 0; i < VALUES; i++) {
      values[i] = Math.exp(random.nextGaussian()) * (i % SPIKE_EVERY == 0 ? SPIKE_EVERY : 1);
    }
    return values;
  }

  static Instant at(long i) {
    return Instant.ofEpochSecond(SECONDS * i);
  }

  /** The measured call. */
  @Benchmark
  public Verdict next() {
    next++;
    return detector.next(at(next), values[next % VALUES]);
  }
}
