package io.mcprealtime.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/**
 * From the start of the process to the first verdict: cold (an empty data directory) and warm. The
 * yardstick is a JVM that starts and ends.
 */
final class FirstVerdict {
  private static final int WARM_RUNS = 5;

  private FirstVerdict() {}

  static void run(Path jar, Path directory) throws IOException, InterruptedException {
    long yardstick = median(WARM_RUNS, FirstVerdict::bareJvm);
    print("a JVM that starts and ends", yardstick, yardstick);
    print("first verdict, cold", once(jar, directory), yardstick);
    print("first verdict, warm", median(WARM_RUNS, () -> once(jar, directory)), yardstick);
  }

  private static long once(Path jar, Path directory) throws IOException, InterruptedException {
    try (var server = ServerUnderTest.start(jar, directory)) {
      return server.awaitFirstVerdict().toMillis();
    }
  }

  private static long bareJvm() throws IOException, InterruptedException {
    long start = System.nanoTime();
    new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-version")
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
    return Duration.ofNanos(System.nanoTime() - start).toMillis();
  }

  private static void print(String what, long millis, long yardstick) {
    System.out.printf("%-32s %,7d ms  %5.1f×%n", what, millis, (double) millis / yardstick);
  }

  private static long median(int runs, Run run) throws IOException, InterruptedException {
    var times = new long[runs];
    for (int i = 0; i < runs; i++) {
      times[i] = run.millis();
    }
    Arrays.sort(times);
    return times[runs / 2];
  }

  private interface Run {
    long millis() throws IOException, InterruptedException;
  }
}
