package io.mcprealtime;

import static io.mcprealtime.Samples.FILESYSTEM;
import static io.mcprealtime.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.storage.DataKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DomainTest {
  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a\nb", " a", "a "})
  void serverId_refusesWhatIsNoName(String value) {
    assertThatThrownBy(() -> ServerId.of(value))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("server id");
  }

  @Test
  void halfACharacter_isRefusedInNamesAndReplacedInTexts() {
    assertThatThrownBy(() -> ServerId.of("a\ud800")).hasMessageContaining("half a character");
    assertThatThrownBy(
            () ->
                ServerMetrics.builder(FILESYSTEM, NOON, ServerState.DOWN)
                    .sessionId("\udc00")
                    .build())
        .hasMessageContaining("half characters");
    assertThat(
            ServerMetrics.builder(FILESYSTEM, NOON, ServerState.DOWN)
                .lastError("a\ud800b 😀")
                .build()
                .lastError())
        .isEqualTo("a\ufffdb 😀");
  }

  @Test
  void serverId_refusesTooLong() {
    assertThatThrownBy(() -> ServerId.of("x".repeat(201))).hasMessageContaining("has 201");
  }

  @ParameterizedTest
  @CsvSource({
    "5m, 2026-11-20T12:05:00Z",
    "15m, 2026-11-20T12:00:00Z",
    "1h, 2026-11-20T12:00:00Z",
    "24h, 2026-11-20T00:00:00Z"
  })
  void window_alignsBucketsToTheEpoch(String label, String start) {
    assertThat(Window.ofLabel(label).bucketOf(Instant.parse("2026-11-20T12:07:59.999Z")))
        .isEqualTo(start);
  }

  @Test
  void window_ofUnknownLabel_namesTheChoices() {
    assertThatThrownBy(() -> Window.ofLabel("2h")).hasMessageContaining("5m, 15m, 1h or 24h");
  }

  @Test
  void sample_cutsTimesToWhatIsStored() {
    var sample =
        ServerMetrics.builder(FILESYSTEM, NOON.plusNanos(1_999_999), ServerState.HEALTHY)
            .responseTime(Duration.ofNanos(1_999))
            .uptime(Duration.ofMillis(1_999))
            .build();

    assertThat(sample.at()).isEqualTo(NOON.plusMillis(1));
    assertThat(sample.responseTime()).isEqualTo(Duration.ofNanos(1_000));
    assertThat(sample.uptime()).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void sample_refusesWhatCannotBe() {
    var sample = ServerMetrics.builder(FILESYSTEM, NOON, ServerState.HEALTHY);

    assertThatThrownBy(() -> sample.successRate(Double.NaN).build())
        .hasMessage("successRate must lie between 0 and 1, is NaN");
    sample.successRate(null);
    assertThatThrownBy(() -> sample.errorCount(-1L).build())
        .hasMessage("errorCount must not be negative, is -1");
    sample.errorCount(null);
    assertThatThrownBy(() -> sample.responseTime(Duration.ofHours(1)).build())
        .hasMessageContaining("is PT1H");
    sample.responseTime(null);
    assertThatThrownBy(() -> sample.uptime(Duration.ofSeconds(-1)).build())
        .hasMessageContaining("uptime");
    sample.uptime(null);
    assertThatThrownBy(() -> sample.sessionId("x".repeat(201)).build())
        .hasMessageContaining("sessionId");
    assertThatThrownBy(() -> sample.sessionId("a\0b").build()).hasMessageContaining("NUL");
    assertThatThrownBy(
            () -> ServerMetrics.builder(FILESYSTEM, Instant.EPOCH, ServerState.DOWN).build())
        .hasMessageContaining("1970");
  }

  @Test
  void sample_boundsAnErrorText() {
    var sample =
        ServerMetrics.builder(FILESYSTEM, NOON, ServerState.DOWN)
            .lastError("a\0b" + "x".repeat(3_000))
            .build();

    assertThat(sample.lastError()).hasSize(2_000).startsWith("abx").endsWith("x…");
  }

  @Test
  void sample_doesNotCutACharacterInHalf() {
    var sample =
        ServerMetrics.builder(FILESYSTEM, NOON, ServerState.DOWN)
            .lastError("x".repeat(1_998) + "😀😀")
            .build();

    assertThat(sample.lastError()).isEqualTo("x".repeat(1_998) + "…");
  }

  @Test
  void healthCheck_findsTheFirstFailedStage() {
    var check =
        new HealthCheck(
            FILESYSTEM,
            NOON,
            ServerState.DOWN,
            null,
            "refused",
            List.of(
                new StageResult(ProbeStage.RESOLVE, StageResult.Verdict.PASSED, null, null),
                new StageResult(ProbeStage.CONNECT, StageResult.Verdict.FAILED, null, "refused"),
                new StageResult(ProbeStage.TLS, StageResult.Verdict.SKIPPED, null, null)),
            null,
            null,
            null,
            null);

    assertThat(check.failedStage().orElseThrow().stage()).isEqualTo(ProbeStage.CONNECT);
  }

  @Test
  void event_boundsItsDetails() {
    var many = new java.util.HashMap<String, String>();
    for (int i = 0; i <= MonitoringEvent.MAX_DETAILS; i++) {
      many.put("key" + i, "value");
    }
    var event =
        MonitoringEvent.of(FILESYSTEM, NOON, EventType.RECOVERY, Severity.INFO, "it is back");

    assertThatThrownBy(() -> event.withDetails(many)).hasMessageContaining("has 51");
    assertThat(event.withDetails(Map.of("a", "b")).details()).containsEntry("a", "b");
    assertThat(EventType.ofWireName("status_change")).isEqualTo(EventType.STATUS_CHANGE);
  }

  @Test
  void sketch_isWithinOnePercentAndMerges() {
    var low = LatencySketch.builder();
    var high = LatencySketch.builder();
    for (int millis = 1; millis <= 500; millis++) {
      low.add(Duration.ofMillis(millis));
      high.add(Duration.ofMillis(500 + millis));
    }

    var all =
        LatencySketch.decode(
            LatencySketch.builder().merge(low.build()).merge(high.build()).build().encode());

    assertThat(all.count()).isEqualTo(1_000);
    assertThat(all.quantile(0.95).orElseThrow().toNanos() / 950e6).isBetween(0.989, 1.011);
    assertThat(LatencySketch.builder().build().quantile(0.5)).isEmpty();
    assertThat(all)
        .hasToString(
            "LatencySketch[count=1000, p50=%s]".formatted(all.quantile(0.5).orElseThrow()));
  }

  @Test
  void sketch_ofGarbage_isRefused() {
    assertThatThrownBy(() -> LatencySketch.decode(new byte[] {1, 2, 3, 4, 5}))
        .isInstanceOf(McpRealtimeException.class)
        .hasMessageContaining("5 bytes");
  }

  @Test
  void rollup_refusesAStartThatIsNotAligned() {
    assertThatThrownBy(
            () -> Rollup.ofSamples(FILESYSTEM, Window.ONE_HOUR, NOON.plusSeconds(1), List.of()))
        .hasMessageContaining("is not aligned to 1h");
  }

  @Test
  void config_refusesWhatCannotWork() {
    var tooShort = McpRealtimeConfig.builder().packInterval(Duration.ZERO);

    assertThatThrownBy(tooShort::build)
        .hasMessageContaining("packInterval must be positive, is PT0S");
    var noRetention = McpRealtimeConfig.builder().retention(DataKind.EVENTS, Duration.ZERO);
    assertThatThrownBy(noRetention::build).hasMessageContaining("retention of events");
  }

  @Test
  void config_keepsNoFloorOverItsRetention() {
    var config =
        McpRealtimeConfig.builder().retention(DataKind.EVENTS, Duration.ofHours(3)).build();

    assertThat(config.floor(DataKind.EVENTS)).isEqualTo(Duration.ofHours(3));
    assertThat(config.floor(DataKind.METRICS)).isEqualTo(Duration.ofDays(1));
    assertThat(config.toBuilder().build()).isEqualTo(config);
  }

  @Test
  void healthCheckAndEvent_ofAnImpossibleInstant_areRefused() {
    var far = Instant.parse("2300-01-01T00:00:00Z");
    for (var at : List.of(Instant.EPOCH, far)) {
      assertThatThrownBy(
              () ->
                  new HealthCheck(
                      FILESYSTEM,
                      at,
                      ServerState.DOWN,
                      null,
                      null,
                      List.of(),
                      null,
                      null,
                      null,
                      null))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("at must lie between", at.toString());
      assertThatThrownBy(() -> MonitoringEvent.ofMonitor(at, EventType.STORAGE, Severity.INFO, "x"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContainingAll("at must lie between", at.toString());
    }
  }
}
