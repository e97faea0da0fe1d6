package io.mcprealtime.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mcprealtime.McpRealtime;
import io.mcprealtime.MetricsResult.Source;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.TimeSource;
import io.mcprealtime.cache.CacheBackend;
import io.mcprealtime.cache.CacheCodec;
import io.mcprealtime.cache.CacheTier;
import io.mcprealtime.cache.CacheValue;
import io.mcprealtime.redis.RedisCache;
import io.mcprealtime.testkit.UpstashStandIn;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Reads of one server's latest sample. The yardstick is redis-benchmark's GET of the same bytes: of
 * one connection for one thread, of 50 for several. All take turns in each round.
 */
final class CacheReads {
  private static final int SERVERS = 50;
  private static final int THREADS = 16;
  private static final int MANY_CONNECTIONS = 50;
  private static final String PLAIN_KEY = "sample";
  private static final Duration KEPT = Duration.ofHours(1);
  private static final String TOKEN = "benchmark";

  private CacheReads() {}

  /** One way to read; the yardsticks are their own. */
  private record Way(String name, String yardstick, Function<Duration, Rate> measure) {}

  static void run(LocalRedis redis, Settings settings) {
    int rounds = settings.number("rounds", 5);
    var length = Duration.ofSeconds(settings.number("seconds", 2));
    var now = TimeSource.system().instant();
    var samples =
        new SampleFeed(SERVERS, SampleFeed.range(now, 1)).batches(SERVERS, SERVERS).get(0);
    var server = samples.get(0).server();
    var values = values(samples, now.plus(KEPT));
    var bytes = CacheCodec.encode(values.get(0));
    redis.cli("SET", PLAIN_KEY, new String(bytes, UTF_8));
    if (!redis.cli("STRLEN", PLAIN_KEY).equals(Integer.toString(bytes.length))) {
      throw new IllegalStateException("Redis holds other bytes than were set");
    }
    try (var resp = RedisCache.redis(redis.url()).build();
        var standIn = UpstashStandIn.start(redis.port(), TOKEN);
        var rest = RedisCache.upstash(standIn.url(), TOKEN).build();
        var mcp = McpRealtime.create()) {
      resp.put(values);
      var one = "redis-benchmark GET, 1 connection";
      var many = "redis-benchmark GET, %d connections".formatted(MANY_CONNECTIONS);
      var ways = new ArrayList<Way>();
      ways.add(new Way(one, one, new RedisBenchmark(redis, 1, "GET", PLAIN_KEY)::measure));
      ways.add(
          new Way(
              many, many, new RedisBenchmark(redis, MANY_CONNECTIONS, "GET", PLAIN_KEY)::measure));
      for (int threads : new int[] {1, THREADS}) {
        var yardstick = threads == 1 ? one : many;
        ways.add(way("RedisCache.get, RESP", threads, yardstick, reading(resp, server)));
        ways.add(way("RedisCache.get, REST", threads, yardstick, reading(rest, server)));
        ways.add(way("bare POST of a GET", threads, yardstick, posting(standIn)));
      }
      for (int threads : new int[] {1, 2}) {
        var way =
            way("getMetrics, in process", threads, threads == 1 ? one : many, reading(mcp, server));
        ways.add(
            new Way(
                way.name,
                way.yardstick,
                time -> {
                  collect(mcp, samples);
                  return way.measure.apply(time);
                }));
      }
      System.out.printf(
          "%nreads of one sample, %d bytes; medians of %d rounds of %d s%n",
          bytes.length, rounds, length.toSeconds());
      print(ways, measure(ways, rounds, length));
    }
  }

  private static List<CacheValue<ServerMetrics>> values(
      List<ServerMetrics> samples, Instant expiresAt) {
    return samples.stream()
        .map(one -> new CacheValue<>(CacheTier.METRICS, one.server().value(), one, expiresAt))
        .toList();
  }

  private static Way way(String name, int threads, String yardstick, Runnable read) {
    var label = "%s, %d thread%s".formatted(name, threads, threads == 1 ? "" : "s");
    return new Way(label, yardstick, length -> Rate.of(threads, length, read));
  }

  private static Runnable reading(CacheBackend cache, ServerId server) {
    var keys = List.of(server.value());
    return () -> {
      if (cache.get(CacheTier.METRICS, keys).size() != 1) {
        throw new IllegalStateException(cache.name() + " did not have the sample");
      }
    };
  }

  /** What the stand-in itself costs: the JDK's client sends it the least that there is. */
  private static Runnable posting(UpstashStandIn standIn) {
    var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    var request =
        HttpRequest.newBuilder(standIn.url())
            .header("Authorization", "Bearer " + TOKEN)
            .POST(HttpRequest.BodyPublishers.ofString("[\"GET\",\"%s\"]".formatted(PLAIN_KEY)))
            .build();
    return () -> {
      try {
        var answer = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (answer.statusCode() != 200) {
          throw new IllegalStateException("the stand-in answered " + answer.statusCode());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    };
  }

  private static Runnable reading(McpRealtime mcp, ServerId server) {
    return () -> {
      var source = mcp.manager().getMetrics(server).source();
      if (source != Source.CACHE) {
        throw new IllegalStateException("the sample came from " + source);
      }
    };
  }

  /** Lets the process have heard of them just now, as it does every cycle. */
  private static void collect(McpRealtime mcp, List<ServerMetrics> samples) {
    var now = TimeSource.system().instant();
    mcp.manager()
        .collectMetrics(
            samples.stream()
                .map(
                    one ->
                        ServerMetrics.builder(one.server(), now, one.state())
                            .responseTime(one.responseTime())
                            .build())
                .toList());
  }

  private static Map<String, List<Rate>> measure(List<Way> ways, int rounds, Duration length) {
    var rates = new LinkedHashMap<String, List<Rate>>();
    for (int round = 0; round <= rounds; round++) {
      for (var way : ways) {
        var rate = way.measure.apply(length);
        if (round > 0) {
          rates.computeIfAbsent(way.name, name -> new ArrayList<>()).add(rate);
        }
      }
    }
    return rates;
  }

  private static void print(List<Way> ways, Map<String, List<Rate>> rates) {
    System.out.printf(
        "%-40s %10s %8s %9s %9s  %s%n",
        "", "reads/s", "ratio", "p50 µs", "p99 µs", "least to most");
    for (var way : ways) {
      var own = rates.getOrDefault(way.name, List.of());
      var yardstick = rates.getOrDefault(way.yardstick, List.of());
      var sorted = own.stream().mapToDouble(Rate::perSecond).sorted().toArray();
      System.out.printf(
          "%-40s %,10.0f %8.2f %,9.1f %,9.1f  %,.0f to %,.0f%n",
          way.name,
          median(own, Rate::perSecond),
          median(own, Rate::perSecond) / median(yardstick, Rate::perSecond),
          median(own, Rate::p50Micros),
          median(own, Rate::p99Micros),
          sorted[0],
          sorted[sorted.length - 1]);
    }
  }

  private static double median(List<Rate> rates, ToDoubleFunction<Rate> figure) {
    return Ingest.median(rates.stream().mapToDouble(figure).toArray());
  }
}
