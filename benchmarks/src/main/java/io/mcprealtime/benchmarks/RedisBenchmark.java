package io.mcprealtime.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What Redis's own load generator reaches with one command. */
final class RedisBenchmark {
  private static final double FIRST_GUESS = 10_000;

  private final LocalRedis redis;
  private final int connections;
  private final List<String> command;
  private double perSecond = FIRST_GUESS;

  RedisBenchmark(LocalRedis redis, int connections, String... command) {
    this.redis = redis;
    this.connections = connections;
    this.command = List.of(command);
  }

  /** About so long, by what the last run reached: it takes a number of requests, no time. */
  Rate measure(Duration length) {
    long requests = Math.max(1, Math.round(perSecond * length.toNanos() / 1e9));
    var arguments =
        new ArrayList<>(
            List.of("-c", Integer.toString(connections), "-n", Long.toString(requests), "--csv"));
    arguments.addAll(command);
    var printed = redis.tool("redis-benchmark", arguments.toArray(String[]::new));
    var lines =
        Arrays.stream(printed.split("\n", -1)).filter(line -> line.startsWith("\"")).toList();
    if (lines.size() != 2) {
      throw new IllegalStateException("redis-benchmark printed no figures: " + printed);
    }
    var names = cells(lines.get(0));
    var values = cells(lines.get(1));
    perSecond = number(names, values, "rps");
    return new Rate(
        perSecond,
        number(names, values, "p50_latency_ms") * 1e3,
        number(names, values, "p99_latency_ms") * 1e3);
  }

  private static List<String> cells(String line) {
    return List.of(line.substring(1, line.lastIndexOf('"')).split("\",\"", -1));
  }

  private static double number(List<String> names, List<String> values, String name) {
    return Double.parseDouble(values.get(names.indexOf(name)));
  }
}
