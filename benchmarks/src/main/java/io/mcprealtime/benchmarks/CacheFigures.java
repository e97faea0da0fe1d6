package io.mcprealtime.benchmarks;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;

/** What the cache costs and saves, against Redis's own load generator on the same Redis. */
final class CacheFigures {
  private CacheFigures() {}

  static void run(Path directory, Settings settings) throws IOException, InterruptedException {
    try (var redis = LocalRedis.start(directory)) {
      System.out.printf("Redis %s on this machine, load average %.2f%n", redis.version(), load());
      CacheReads.run(redis, settings);
      CacheWrites.run(redis);
      CacheHits.run(redis);
      System.out.printf("%nload average %.2f at the end%n", load());
    }
  }

  /** What else runs on the machine is in it, too: figures of a busy one are to be read so. */
  private static double load() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }
}
