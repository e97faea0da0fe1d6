package io.mcprealtime.testkit;

import io.mcprealtime.CircuitState;
import io.mcprealtime.Era;
import io.mcprealtime.EventType;
import io.mcprealtime.HealthCheck;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ProbeStage;
import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.Severity;
import io.mcprealtime.StageResult;
import io.mcprealtime.StageResult.Verdict;
import io.mcprealtime.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Makes records for tests. */
public final class TestData {
  public static final ServerId FILESYSTEM = ServerId.of("filesystem");
  public static final ServerId GITHUB = ServerId.of("github");

  /** Noon of a day in the middle of the tests' time. */
  public static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

  private TestData() {}

  /** A healthy sample with every field set. */
  public static ServerMetrics sample(ServerId server, Instant at) {
    return ServerMetrics.builder(server, at, ServerState.HEALTHY)
        .responseTime(Duration.ofNanos(12_345_000))
        .successRate(0.975)
        .errorRate(0.025)
        .requestCount(40L)
        .errorCount(1L)
        .uptime(Duration.ofHours(30))
        .memoryBytes(123_456_789L)
        .circuit(CircuitState.HALF_OPEN)
        .lastError("Zeitüberschreitung \"nach\" 5 s\n\t✓ \\N")
        .sessionId("session-1")
        .build();
  }

  /** A sample with only what it must have. */
  public static ServerMetrics bareSample(ServerId server, Instant at) {
    return ServerMetrics.builder(server, at, ServerState.DOWN).build();
  }

  /** That many samples of a server, one every interval. */
  public static List<ServerMetrics> samples(
      ServerId server, Instant from, Duration interval, int count) {
    return IntStream.range(0, count)
        .mapToObj(
            i ->
                sample(server, from.plus(interval.multipliedBy(i))).toBuilder()
                    .responseTime(Duration.ofMillis(10 + i % 90))
                    .build())
        .toList();
  }

  /** A failed health check with every field set. */
  public static HealthCheck healthCheck(ServerId server, Instant at) {
    return new HealthCheck(
        server,
        at,
        ServerState.DEGRADED,
        Duration.ofMillis(42),
        "two lines on stdout are not JSON",
        List.of(
            new StageResult(ProbeStage.START, Verdict.PASSED, Duration.ofMillis(30), null),
            new StageResult(
                ProbeStage.HANDSHAKE, Verdict.WARNING, Duration.ofMillis(12), "noise: \"hello\""),
            new StageResult(ProbeStage.CANARY, Verdict.SKIPPED, null, "none configured")),
        Era.LEGACY,
        "2025-11-25",
        "filesystem 1.2.3",
        14);
  }

  /** A warning about a server, with details. */
  public static MonitoringEvent event(ServerId server, Instant at) {
    return MonitoringEvent.of(
            server, at, EventType.STATUS_CHANGE, Severity.WARNING, "filesystem is down: refused")
        .withDetails(Map.of("from", "HEALTHY", "to", "DOWN"));
  }

  /** The roll-up of a bucket full of samples at 15 s. */
  public static Rollup rollup(ServerId server, Window window, Instant start) {
    return Rollup.ofSamples(
        server, window, start, samples(server, start, Duration.ofSeconds(15), 20));
  }
}
