package io.mcprealtime.benchmarks;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.ManualTime;
import io.mcprealtime.McpRealtime;
import io.mcprealtime.ServerId;
import io.mcprealtime.redis.RedisCache;
import io.mcprealtime.storage.InMemoryStorage;
import io.mcprealtime.storage.TimeRange;
import io.mcprealtime.testkit.RealisticSeries;
import io.mcprealtime.testkit.RealisticSeries.Schedule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * How many reads the caches answer in an hour of {@value #SERVERS} servers, by a clock that jumps.
 * Two processes have the same readers, described at {@link CacheReaders}: one collects, the other
 * only reads, and shares the Redis and the storage. Both begin with nothing in the cache.
 */
final class CacheHits {
  private static final int SERVERS = 50;
  private static final Duration HOUR = Duration.ofHours(1);
  private static final int CYCLE_SECONDS = 15;
  private static final int CHECK_SECONDS = 30;

  /** The write goes out by a timer of its own: about the middle of a cycle. */
  private static final int WRITE_AFTER_SECONDS = 7;

  private static final String START = "2026-11-20T12:00:00Z";

  private CacheHits() {}

  static void run(LocalRedis redis) {
    redis.cli("FLUSHALL");
    var time = ManualTime.startingAt(START);
    var range = TimeRange.startingAt(time.instant(), HOUR.plusMinutes(10));
    var samples =
        new SampleFeed(SERVERS, range)
            .batches(SERVERS * (int) (HOUR.toSeconds() / CYCLE_SECONDS), SERVERS)
            .iterator();
    var checks = checks(range);
    var ids = checks.stream().map(one -> one.id).toList();
    try (var storage = new InMemoryStorage();
        var ownRedis = RedisCache.redis(redis.url()).time(time).build();
        var othersRedis = RedisCache.redis(redis.url()).time(time).build();
        var collecting =
            McpRealtime.builder().storage(storage).cache(ownRedis).time(time).start()) {
      collecting.manager().collectMetrics(samples.next());
      try (var reading =
          McpRealtime.builder().storage(storage).cache(othersRedis).time(time).start()) {
        var here = new CacheReaders(collecting, ids);
        var there = new CacheReaders(reading, ids);
        for (int second = 0; second < HOUR.toSeconds(); second++) {
          if (second % CYCLE_SECONDS == 0 && second > 0) {
            collecting.manager().collectMetrics(samples.next());
          }
          if (second % CHECK_SECONDS == 0) {
            collecting.manager().processHealthChecks(checks.stream().map(Checks::next).toList());
          }
          if (second % CYCLE_SECONDS == WRITE_AFTER_SECONDS) {
            collecting.cache().flush();
            reading.cache().flush();
          }
          here.read(second);
          there.read(second);
          time.advance(Duration.ofSeconds(1));
        }
        System.out.printf(
            "%nhits in an hour of %d servers, %d s a cycle%n", SERVERS, CYCLE_SECONDS);
        here.print("the process that collects");
        there.print("a process that only reads");
      }
    }
  }

  private static List<Checks> checks(TimeRange range) {
    var all = new ArrayList<Checks>();
    for (int i = 0; i < SERVERS; i++) {
      var id = ServerId.of("server-%04d".formatted(i));
      all.add(
          new Checks(
              id, new RealisticSeries(id, i, Schedule.TIMER).healthChecks(range).iterator()));
    }
    return all;
  }

  private record Checks(ServerId id, Iterator<HealthCheck> series) {
    private HealthCheck next() {
      return series.next();
    }
  }
}
