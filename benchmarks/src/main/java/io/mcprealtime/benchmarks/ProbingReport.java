package io.mcprealtime.benchmarks;

import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** What the product says of its probes, and what its samples show of their times. */
final class ProbingReport {
  /** Samples that the API gives of each server at most. */
  private static final int RECENT = 60;

  private static final double MICROS_PER_MILLI = 1e3;

  private final ServerUnderTest product;
  private final Duration interval;

  ProbingReport(ServerUnderTest product, Duration interval) {
    this.product = product;
    this.interval = interval;
  }

  /** How many servers are in each state. */
  static Map<String, Integer> states(ServerUnderTest product)
      throws IOException, InterruptedException {
    return states(get(product, "/api/v1/servers"));
  }

  private static Map<String, Integer> states(JsonNode answer) {
    var states = new TreeMap<String, Integer>();
    for (var server : answer.path("servers")) {
      states.merge(server.path("state").stringValue("none"), 1, Integer::sum);
    }
    return states;
  }

  private static JsonNode get(ServerUnderTest product, String path)
      throws IOException, InterruptedException {
    return WireJson.parse(product.get(path).body());
  }

  void print(int targets, Instant from, Instant to) throws IOException, InterruptedException {
    var servers = get(product, "/api/v1/servers?recent=" + RECENT);
    System.out.printf("%-52s %s%n", "states at the end", states(servers));
    samples(servers, targets, from, to);
    var probing = get(product, "/api/v1/stats").path("probing");
    told("lateness of probes, by the product", probing.path("lateness"));
    System.out.printf(
        "%-52s %d%n",
        "turns missed since the start, by the product", probing.path("missed").longValue());
    told("time that probing adds, by the product", probing.path("overhead"));
  }

  /** Probes in that time, and how far the gaps between two of a server are off the interval. */
  private void samples(JsonNode servers, int targets, Instant from, Instant to) {
    var off = new Latencies();
    long count = 0;
    long notHealthy = 0;
    for (var server : servers.path("servers")) {
      Instant previous = null;
      for (var sample : server.path("recent")) {
        var at = Instant.parse(sample.path("at").stringValue());
        if (at.isBefore(from) || at.isAfter(to)) {
          continue;
        }
        count++;
        notHealthy += sample.path("state").stringValue("").equals("HEALTHY") ? 0 : 1;
        if (previous != null) {
          off.add(Duration.between(previous, at).minus(interval).abs().toNanos());
        }
        previous = at;
      }
    }
    double due = targets * (double) Duration.between(from, to).toNanos() / interval.toNanos();
    System.out.printf(
        "%-52s %,d of %,.0f due, %,d not healthy%n", "probes", count, due, notHealthy);
    if (off.count() > 0) {
      System.out.printf(
          "%-52s p50 %.1f ms, p99 %.1f ms, most %.1f ms%n",
          "gap between probes of a server, off the interval by",
          off.micros(0.5) / MICROS_PER_MILLI,
          off.micros(0.99) / MICROS_PER_MILLI,
          off.micros(1) / MICROS_PER_MILLI);
    }
  }

  private static void told(String what, JsonNode figures) {
    if (!figures.isObject()) {
      System.out.printf("%-52s not reported%n", what);
      return;
    }
    System.out.printf("%-52s", what);
    for (var name : new String[] {"p50Millis", "p99Millis", "maxMillis", "count"}) {
      if (figures.path(name).isNumber()) {
        System.out.printf(" %s %s", name.replace("Millis", " ms"), figures.path(name).asString());
      }
    }
    System.out.println();
  }
}
