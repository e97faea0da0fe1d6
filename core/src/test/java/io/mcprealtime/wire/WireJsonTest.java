package io.mcprealtime.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.mcprealtime.CircuitState;
import io.mcprealtime.Era;
import io.mcprealtime.EventType;
import io.mcprealtime.HealthCheck;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ProbeStage;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.Severity;
import io.mcprealtime.StageResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class WireJsonTest {
  private static final Instant AT = Instant.parse("2026-11-20T12:00:00.123Z");
  private static final ServerId SERVER = ServerId.of("filesystem");

  @Test
  void metrics_survivesTheWayThere_andBack() {
    var sample =
        ServerMetrics.builder(SERVER, AT, ServerState.DEGRADED)
            .responseTime(Duration.ofNanos(12_345_000))
            .successRate(1 / 3.0)
            .errorRate(2 / 3.0)
            .requestCount(3L)
            .errorCount(2L)
            .uptime(Duration.ofHours(1))
            .memoryBytes(Long.MAX_VALUE)
            .circuit(CircuitState.OPEN)
            .lastError("\"quoted\"\n")
            .sessionId("s")
            .build();
    var bare = ServerMetrics.builder(SERVER, AT, ServerState.DOWN).build();

    assertThat(read(WireJson.toJson(sample).toString())).isEqualTo(sample);
    assertThat(read(WireJson.toJson(bare).toString())).isEqualTo(bare);
  }

  static Stream<Arguments> unreadable() {
    String sample = "{\"server\":\"a\",\"at\":\"2026-11-20T12:00:00Z\",\"state\":\"DOWN\",";
    return Stream.of(
        arguments("[]", "a sample must be a JSON object"),
        arguments("{}", "'server' is missing"),
        arguments("{\"server\":\"a\",\"state\":\"DOWN\"}", "'at' is missing"),
        arguments("{\"server\":1}", "'server' must be a string, is 1"),
        arguments("{\"server\":\"a\",\"at\":\"yesterday\"}", "is 'yesterday'"),
        arguments(sample.replace("DOWN", "FINE") + "\"circuit\":null}", "one of [HEALTHY"),
        arguments(
            sample + "\"requestCount\":1.5}", "'requestCount' must be a whole number, is 1.5"),
        arguments(sample + "\"responseTimeMs\":\"fast\"}", "'responseTimeMs' must be a number"),
        arguments(sample + "\"responseTimeMs\":-1}", "must not be negative"),
        arguments(sample + "\"latency\":1}", "unknown field 'latency'"),
        arguments("nonsense", "not JSON"));
  }

  @ParameterizedTest
  @MethodSource("unreadable")
  void metrics_thatCannotBeRead_namesFieldAndValue(String json, String reason) {
    assertThatThrownBy(() -> read(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }

  @Test
  void healthCheck_hasItsStages() {
    var check =
        new HealthCheck(
            SERVER,
            AT,
            ServerState.DOWN,
            null,
            "refused",
            List.of(
                new StageResult(
                    ProbeStage.CONNECT,
                    StageResult.Verdict.FAILED,
                    Duration.ofMillis(2),
                    "refused")),
            Era.MODERN,
            null,
            null,
            null);

    assertThat(WireJson.toJson(check).toString())
        .contains(
            "\"stages\":[{\"stage\":\"connect\",\"verdict\":\"FAILED\",\"timeMs\":2.0,\"detail\":\"refused\"}]")
        .contains("\"era\":\"MODERN\"")
        .contains("\"responseTimeMs\":null");
  }

  @Test
  void event_hasItsDetails() {
    var event =
        MonitoringEvent.of(SERVER, AT, EventType.STATUS_CHANGE, Severity.ERROR, "down")
            .withDetails(Map.of("to", "DOWN"));

    assertThat(WireJson.toJson(event).toString())
        .contains("\"type\":\"status_change\"", "\"severity\":\"error\"", "{\"to\":\"DOWN\"}");
  }

  private static ServerMetrics read(String json) {
    return WireJson.readMetrics(WireJson.parse(json));
  }
}
