package io.mcprealtime;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/** Makes samples for the tests of this module. */
final class Samples {
  static final ServerId FILESYSTEM = ServerId.of("filesystem");
  static final ServerId GITHUB = ServerId.of("github");
  static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

  private Samples() {}

  static ServerMetrics healthy(ServerId server, Instant at, double millis) {
    return ServerMetrics.builder(server, at, ServerState.HEALTHY)
        .responseTime(Duration.ofNanos(Math.round(millis * 1e6)))
        .requestCount(3L)
        .errorCount(0L)
        .build();
  }

  static ServerMetrics down(ServerId server, Instant at) {
    return ServerMetrics.builder(server, at, ServerState.DOWN).lastError("refused").build();
  }

  /** One sample every 15 s that ends at an instant, with these response times. */
  static List<ServerMetrics> series(
      ServerId server, Instant end, int count, IntToDoubleFunction millis) {
    return IntStream.range(0, count)
        .mapToObj(
            i -> healthy(server, end.minusSeconds(15L * (count - 1 - i)), millis.applyAsDouble(i)))
        .toList();
  }
}
