package io.mcprealtime.benchmarks;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Batches of samples in the order in which they come in: every server, then the next time. */
final class SampleFeed {
  static final Duration INTERVAL = Duration.ofSeconds(15);
  private static final long PAGE = 4096;

  private final List<Source> sources = new ArrayList<>();
  private Instant next;

  SampleFeed(int servers, Instant from) {
    for (int i = 0; i < servers; i++) {
      sources.add(new Source("server-%04d".formatted(i), i));
    }
    next = from;
  }

  List<ServerId> servers() {
    return sources.stream().map(source -> source.server).toList();
  }

  /** The next samples, in batches of that size. */
  List<List<ServerMetrics>> batches(int rows, int size) {
    var batches = new ArrayList<List<ServerMetrics>>();
    var batch = new ArrayList<ServerMetrics>(size);
    for (int made = 0; made < rows; next = next.plus(INTERVAL)) {
      for (int i = 0; i < sources.size() && made < rows; i++, made++) {
        batch.add(sources.get(i).sample(next));
        if (batch.size() == size) {
          batches.add(List.copyOf(batch));
          batch.clear();
        }
      }
    }
    if (!batch.isEmpty()) {
      batches.add(List.copyOf(batch));
    }
    return batches;
  }

  private static final class Source {
    private final ServerId server;
    private final SplittableRandom random;
    private final double medianMicros;
    private long pages;
    private long uptime;
    private int failing;

    private Source(String name, int seed) {
      server = ServerId.of(name);
      random = new SplittableRandom(seed);
      medianMicros = 5_000 * Math.exp(random.nextDouble() * 3.7);
      pages = 20_000 + random.nextInt(100_000);
      uptime = random.nextInt(1_000_000);
    }

    private ServerMetrics sample(Instant at) {
      if (failing > 0) {
        failing--;
      } else if (random.nextInt(1_000) == 0) {
        failing = 1 + random.nextInt(10);
      }
      long requests = Math.max(1, Math.round(40 + 6.3 * random.nextGaussian()));
      long errors = failing > 0 ? random.nextLong(requests + 1) : 0;
      pages = Math.max(10_000, pages + random.nextInt(-40, 41));
      uptime += INTERVAL.toSeconds();
      long micros = Math.round(medianMicros * Math.exp(0.4 * random.nextGaussian()));
      return ServerMetrics.builder(
              server,
              at.plusMillis(random.nextInt(40)),
              failing > 0 ? ServerState.DEGRADED : ServerState.HEALTHY)
          .responseTime(Duration.ofNanos(micros * 1_000))
          .requestCount(requests)
          .errorCount(errors)
          .successRate((double) (requests - errors) / requests)
          .errorRate((double) errors / requests)
          .uptime(Duration.ofSeconds(uptime))
          .memoryBytes(pages * PAGE)
          .lastError(errors > 0 ? "upstream answered 503 to " + errors + " requests" : null)
          .sessionId("collector-7")
          .build();
    }
  }
}
