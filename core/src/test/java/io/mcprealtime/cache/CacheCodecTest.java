package io.mcprealtime.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.CircuitState;
import io.mcprealtime.EventType;
import io.mcprealtime.HealthCheck;
import io.mcprealtime.LatencySketch;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ProbeStage;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.ServerSummary;
import io.mcprealtime.Severity;
import io.mcprealtime.StageResult;
import io.mcprealtime.Window;
import io.mcprealtime.analysis.Trend;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CacheCodecTest {
  private static final ServerId FILESYSTEM = ServerId.of("filesystem");
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00.123Z");
  private static final Instant LATER = NOON.plusSeconds(45);

  private static <T> void assertReadsBack(CacheTier<T> tier, T value) {
    var cached = new CacheValue<>(tier, "key", value, LATER);

    assertThat(CacheCodec.decode(tier, "key", CacheCodec.encode(cached))).isEqualTo(cached);
  }

  @Test
  void metrics_areReadableByOthers() {
    var sample =
        ServerMetrics.builder(FILESYSTEM, NOON, ServerState.HEALTHY)
            .responseTime(Duration.ofNanos(12_345_000))
            .requestCount(4L)
            .build();

    var bytes = CacheCodec.encode(new CacheValue<>(CacheTier.METRICS, "filesystem", sample, LATER));

    assertThat(new String(bytes, StandardCharsets.UTF_8))
        .isEqualTo(
            "{\"x\":1795348845123,\"v\":{\"t\":1795348800123,\"n\":\"filesystem\",\"s\":\"HEALTHY\",\"ms\":12.345,\"rq\":4}}");
  }

  @Test
  void metrics_withEverything_readBack() {
    assertReadsBack(
        CacheTier.METRICS,
        ServerMetrics.builder(FILESYSTEM, NOON, ServerState.DOWN)
            .responseTime(Duration.ofNanos(1_000))
            .successRate(0.1)
            .errorRate(0.9)
            .requestCount(Long.MAX_VALUE)
            .errorCount(0L)
            .uptime(Duration.ofDays(3))
            .memoryBytes(1L << 40)
            .circuit(CircuitState.OPEN)
            .lastError("“refused” \n")
            .sessionId("s")
            .build());
  }

  @Test
  void healthCheck_readsBack() {
    assertReadsBack(
        CacheTier.HEALTH,
        new HealthCheck(
            FILESYSTEM,
            NOON,
            ServerState.DEGRADED,
            null,
            "slow",
            List.of(
                new StageResult(
                    ProbeStage.CONNECT, StageResult.Verdict.PASSED, Duration.ofMillis(2), null)),
            null,
            "2025-11-25",
            null,
            3));
  }

  @Test
  void events_overAKilobyte_areCompressedAndReadBack() {
    var events =
        new CacheTier.RecentEvents(
            IntStream.range(0, 50)
                .mapToObj(
                    i ->
                        MonitoringEvent.of(
                                FILESYSTEM,
                                NOON.minusSeconds(i),
                                EventType.STATUS_CHANGE,
                                Severity.WARNING,
                                "went down")
                            .withDetails(Map.of("from", "HEALTHY")))
                .toList());

    var bytes = CacheCodec.encode(new CacheValue<>(CacheTier.EVENTS, "*", events, LATER));

    assertThat(bytes[0]).isEqualTo((byte) 0x1f);
    assertThat(bytes.length).isLessThan(CacheCodec.PLAIN * 5);
    assertReadsBack(CacheTier.EVENTS, events);
  }

  @Test
  void longValue_thatCompressionDoesNotMakeSmaller_staysPlain() {
    var random = new java.util.Random(5);
    var noise = new StringBuilder();
    random.ints(1_900, 0x4e00, 0x9fff).forEach(noise::appendCodePoint);
    var sample =
        ServerMetrics.builder(FILESYSTEM, NOON, ServerState.DOWN)
            .lastError(noise.toString())
            .build();

    var bytes = CacheCodec.encode(new CacheValue<>(CacheTier.METRICS, "filesystem", sample, LATER));

    assertThat(bytes.length).isGreaterThan(CacheCodec.PLAIN);
    assertReadsBack(CacheTier.METRICS, sample);
  }

  @Test
  void verdicts_readBack() {
    var latency = LatencySketch.builder().add(Duration.ofMillis(5)).build();
    assertReadsBack(
        CacheTier.SUMMARY,
        new ServerSummary(
            FILESYSTEM,
            NOON,
            NOON.plusSeconds(3600),
            Map.of(ServerState.HEALTHY, 7, ServerState.DOWN, 1),
            null,
            2L,
            latency));
    assertReadsBack(
        CacheTier.TRENDS,
        new Trend(
            FILESYSTEM,
            Window.ONE_HOUR,
            Trend.Direction.DEGRADING,
            240,
            48,
            12.5,
            19.25,
            19.5,
            6.75,
            5.25,
            8.0,
            0.001,
            true,
            null));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "{}",
        "[1,2]",
        "null",
        "{\"x\":\"soon\",\"v\":{}}",
        "{\"x\":1,\"v\":{\"t\":1}}",
        "{\"x\":1,\"v\":{\"t\":\"a\",\"n\":\"b\",\"s\":\"HEALTHY\"}}",
        "{\"x\":1,\"v\":{\"t\":1,\"n\":\"b\",\"s\":\"WELL\"}}",
        "{\"x\":9223372036854775807,\"v\":{\"t\":9223372036854775807,\"n\":\"b\",\"s\":\"DOWN\"}}",
        "\u001f\u008b nonsense"
      })
  void bytes_thatAreNoneOfOurs_areRefused(String text) {
    var bytes = text.getBytes(StandardCharsets.ISO_8859_1);

    for (var tier : CacheTier.ALL) {
      assertThatThrownBy(() -> CacheCodec.decode(tier, "key", bytes))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
