package io.mcprealtime.benchmarks;

import io.mcprealtime.ServerId;
import io.mcprealtime.TimeSource;
import io.mcprealtime.budget.Meter;
import io.mcprealtime.budget.Resource;
import io.mcprealtime.cache.CacheTier;
import io.mcprealtime.cache.CacheValue;
import io.mcprealtime.redis.RedisCache;
import io.mcprealtime.redis.RedisCacheBuilder;
import io.mcprealtime.storage.TimeRange;
import io.mcprealtime.testkit.RealisticSeries;
import io.mcprealtime.testkit.RealisticSeries.Schedule;
import io.mcprealtime.testkit.UpstashStandIn;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * What the writes of {@value #CYCLES} cycles cost: their time, the bytes on the wire, and the
 * commands that Redis counted. A cycle's write carries the latest sample of every server, and every
 * second one their health checks as well. Connecting and the hash's expiry are counted too.
 */
final class CacheWrites {
  private static final int CYCLES = 100;
  private static final int[] SERVERS = {5, 50, 500};
  private static final String TOKEN = "benchmark";

  private CacheWrites() {}

  static void run(LocalRedis redis) {
    System.out.printf(
        "%nwrites of %d cycles%n%-42s %9s %9s %10s %10s %10s  %s%n",
        CYCLES, "", "p50 µs", "p99 µs", "bytes", "a server", "Redis in", "commands");
    try (var standIn = UpstashStandIn.start(redis.port(), TOKEN)) {
      for (var content : Content.values()) {
        for (int servers : SERVERS) {
          var cycles = cycles(servers, content);
          measure(
              "RESP, %d × %s".formatted(servers, content.words),
              redis,
              servers,
              cycles,
              RedisCache.redis(redis.url()));
          measure(
              "REST, %d × %s".formatted(servers, content.words),
              redis,
              servers,
              cycles,
              RedisCache.upstash(standIn.url(), TOKEN));
        }
      }
    }
  }

  /** What a cycle writes. */
  private enum Content {
    SAMPLES("sample"),
    SAMPLES_AND_CHECKS("sample, health check every 2nd");

    private final String words;

    Content(String words) {
      this.words = words;
    }
  }

  private static List<List<CacheValue<?>>> cycles(int servers, Content content) {
    var now = TimeSource.system().instant();
    var range = SampleFeed.range(now, CYCLES);
    var expiresAt = range.to();
    var cycles = new ArrayList<List<CacheValue<?>>>();
    for (var batch : new SampleFeed(servers, range).batches(servers * CYCLES, servers)) {
      var cycle = new ArrayList<CacheValue<?>>();
      batch.forEach(
          one ->
              cycle.add(new CacheValue<>(CacheTier.METRICS, one.server().value(), one, expiresAt)));
      cycles.add(cycle);
    }
    if (content == Content.SAMPLES_AND_CHECKS) {
      for (var server : cycles.get(0).stream().map(CacheValue::key).toList()) {
        addChecks(cycles, server, range);
      }
    }
    return cycles;
  }

  private static void addChecks(List<List<CacheValue<?>>> cycles, String server, TimeRange range) {
    var checks =
        new RealisticSeries(ServerId.of(server), server.hashCode(), Schedule.TIMER)
            .healthChecks(range)
            .iterator();
    for (int i = 0; i < cycles.size(); i += 2) {
      cycles.get(i).add(new CacheValue<>(CacheTier.HEALTH, server, checks.next(), range.to()));
    }
  }

  private static void measure(
      String name,
      LocalRedis redis,
      int servers,
      List<List<CacheValue<?>>> cycles,
      RedisCacheBuilder builder) {
    write(cycles, builder);
    redis.cli("FLUSHALL");
    redis.resetStats();
    var bytes = new AtomicLong();
    var times = write(cycles, builder.meter(counting(bytes)));
    double input = (double) redis.bytesIn() / CYCLES;
    var commands =
        redis.commands().entrySet().stream()
            .map(one -> one.getKey() + " " + one.getValue())
            .collect(Collectors.joining(", "));
    double each = (double) bytes.get() / CYCLES;
    System.out.printf(
        "%-42s %,9.0f %,9.0f %,10.0f %,10.1f %,10.0f  %s%n",
        name, times.micros(0.5), times.micros(0.99), each, each / servers, input, commands);
  }

  private static Latencies write(List<List<CacheValue<?>>> cycles, RedisCacheBuilder builder) {
    var times = new Latencies();
    try (var cache = builder.build()) {
      for (var cycle : cycles) {
        long start = System.nanoTime();
        cache.put(cycle);
        times.add(System.nanoTime() - start);
      }
    }
    return times;
  }

  private static Meter counting(AtomicLong bytes) {
    return new Meter() {
      @Override
      public void count(Resource resource, long amount) {
        if (resource == Resource.REDIS_TRAFFIC) {
          bytes.addAndGet(amount);
        }
      }

      @Override
      public void reconcile(Resource resource, long used) {}
    };
  }
}
