package io.mcprealtime.pack;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.CircuitState;
import io.mcprealtime.Era;
import io.mcprealtime.HealthCheck;
import io.mcprealtime.ProbeStage;
import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.StageResult;
import io.mcprealtime.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Chunks as version 1 wrote them, of records made by a rule: databases are full of such chunks, so
 * whatever is written next, these must be read as they were.
 */
class OldChunkTest {
  private static final ServerId SERVER = ServerId.of("filesystem");
  private static final Instant START = Instant.parse("2026-11-20T12:00:00.250Z");

  private static final String SAMPLES =
      "AbilDecAFGMUx9cAAaH40+r6//ZVOQFfTC22f6wLN9l/mShenn7nyMDcutux2pbnmFF529b2IZUu"
          + "3z/XnyHmrtJMVXRfh5CUPx7+RGNm9o5bJwkB7IEKmIFrMvGMW5O+jfM1uCj1eKMZGw1ArFq7Px00"
          + "y9Ap8ItBrlhvP1r4T2ADFslqQO3Bs8hIz4zWfobQvy59loFuz3ai6rvTNbClXf53bcOkdlP7SYvq"
          + "mmT8ETtrZaQtoi3EnphYIYY1GCQyqzbIPOxdAxlX2RqDVG0F98hJtuu6xMhTrBay6jYSbSlZDUIH"
          + "wk6WDiH1IEO/NQ1TQXb0IhhgUXFe2vouLgoXcWjFPbavk+PD6oTjY8Ii6jvE1ns=";

  private static final String HEALTH_CHECKS =
      "AfM7PggACmEUv+sAAND8afV9f//2+rcfUlE8nDoWFrZcxaI1oD3pUbQVqnsBd+yiJIvHCuNGZndz"
          + "DGAtscMn4xmyFYfeCy/NDgPtJsiDp/1kdq3k1RlB7XRrC8uHyc9t";

  private static final String ROLLUPS =
      "AeAMwAgAAVnk9/0AAA0Pxp9QB/697f//v//sr7UEof8DzGUUFKsDj3/Nf1lBylS2e21q4mqhopoQ" + "oTgAswvd";

  private static List<ServerMetrics> samples() {
    return IntStream.range(0, 40)
        .mapToObj(
            i -> {
              var at = START.plusSeconds(15L * i).plusMillis(i % 7);
              if (i % 13 == 12) {
                return ServerMetrics.builder(SERVER, at, ServerState.DOWN)
                    .successRate(0.0)
                    .errorRate(1.0)
                    .circuit(CircuitState.OPEN)
                    .lastError("refused (“%d”)".formatted(i / 26))
                    .build();
              }
              return ServerMetrics.builder(
                      SERVER, at, i % 9 == 8 ? ServerState.DEGRADED : ServerState.HEALTHY)
                  .responseTime(Duration.ofNanos(1_000L * (12_000 + i * 7_919L % 5_000)))
                  .successRate(0.75 + i / 1_000.0)
                  .errorRate(0.25 - i / 1_000.0)
                  .requestCount(100L + i)
                  .errorCount(i % 3L)
                  .uptime(Duration.ofSeconds(86_400 + 15L * i))
                  .memoryBytes(100_000_000L + i * 104_729L)
                  .sessionId(i < 20 ? "one" : "two")
                  .build();
            })
        .toList();
  }

  private static List<HealthCheck> healthChecks() {
    return IntStream.range(0, 20)
        .mapToObj(
            i ->
                new HealthCheck(
                    SERVER,
                    START.plusSeconds(30L * i),
                    i % 8 == 7 ? ServerState.DOWN : ServerState.HEALTHY,
                    i % 8 == 7 ? null : Duration.ofNanos(1_000L * (9_000 + i * 13)),
                    i % 8 == 7 ? "it does not answer" : null,
                    List.of(
                        new StageResult(
                            ProbeStage.CONNECT,
                            StageResult.Verdict.PASSED,
                            Duration.ofNanos(1_000L * (400 + i)),
                            null),
                        new StageResult(
                            ProbeStage.LIST,
                            i % 8 == 7 ? StageResult.Verdict.FAILED : StageResult.Verdict.PASSED,
                            Duration.ofMillis(2),
                            i % 8 == 7 ? "no answer" : "9 tools"),
                        new StageResult(
                            ProbeStage.CANARY, StageResult.Verdict.SKIPPED, null, null)),
                    i % 2 == 0 ? Era.MODERN : Era.LEGACY,
                    "2026-07-28",
                    "memory 1.0",
                    9))
        .toList();
  }

  private static List<Rollup> rollups() {
    var samples = samples();
    return List.of(
        Rollup.ofSamples(
            SERVER,
            Window.FIVE_MINUTES,
            Instant.parse("2026-11-20T12:00:00Z"),
            samples.subList(0, 20)),
        Rollup.ofSamples(
            SERVER,
            Window.FIVE_MINUTES,
            Instant.parse("2026-11-20T12:05:00Z"),
            samples.subList(20, 40)));
  }

  private static byte[] bytes(String base64) {
    return Base64.getDecoder().decode(base64);
  }

  @Test
  void samplesOfVersion1_areReadAsTheyWere() {
    assertThat(SampleCodec.decode(SERVER, bytes(SAMPLES))).isEqualTo(samples());
  }

  @Test
  void healthChecksOfVersion1_areReadAsTheyWere() {
    assertThat(HealthCheckCodec.decode(SERVER, bytes(HEALTH_CHECKS))).isEqualTo(healthChecks());
  }

  @Test
  void rollupsOfVersion1_areReadAsTheyWere() {
    assertThat(RollupCodec.decode(SERVER, bytes(ROLLUPS))).isEqualTo(rollups());
  }
}
