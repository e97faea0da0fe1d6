package io.mcprealtime.benchmarks;

import io.mcprealtime.analysis.BandDetector;
import java.lang.management.ManagementFactory;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** What judging costs: time of a value and of a sample, a series' bytes in the heap and saved. */
final class DetectorCost {
  private static final int DETECTORS = 10_000;
  private static final int VALUES = 200;
  private static final int MANY_VALUES = 1_000_000;

  private DetectorCost() {}

  static void run() {
    var detectors = new BandDetector[DETECTORS];
    var values = DetectorTime.values();
    long before = usedHeap();
    for (int i = 0; i < DETECTORS; i++) {
      detectors[i] = new BandDetector();
      for (int j = 0; j < VALUES; j++) {
        detectors[i].next(DetectorTime.at(j), values[j]);
      }
    }
    long heap = usedHeap() - before;
    var old = detectors[0];
    for (int j = VALUES; j < MANY_VALUES; j++) {
      old.next(DetectorTime.at(j), values[j % values.length]);
    }
    System.out.printf(
        "heap of a detector %,d bytes (of %,d of them), saved %,d bytes after %,d values%n",
        heap / DETECTORS, detectors.length, old.save().length, old.count());
    measure(
        new OptionsBuilder()
            .include(DetectorTime.class.getName())
            .forks(1)
            .warmupIterations(3)
            .warmupTime(TimeValue.seconds(2))
            .measurementIterations(5)
            .measurementTime(TimeValue.seconds(2))
            .build());
    measure(
        new OptionsBuilder()
            .include(SampleTime.class.getName())
            .forks(1)
            .warmupIterations(5)
            .measurementIterations(10)
            .build());
  }

  private static void measure(Options options) {
    try {
      new Runner(options).run();
    } catch (RunnerException e) {
      throw new IllegalStateException("JMH did not run: " + e.getMessage(), e);
    }
  }

  private static long usedHeap() {
    var memory = ManagementFactory.getMemoryMXBean();
    memory.gc();
    memory.gc();
    return memory.getHeapMemoryUsage().getUsed();
  }
}
