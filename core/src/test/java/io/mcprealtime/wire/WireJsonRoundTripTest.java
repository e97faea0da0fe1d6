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
import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.Severity;
import io.mcprealtime.StageResult;
import io.mcprealtime.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/** Random records of every shape survive the way to text and back. The seed is fixed. */
class WireJsonRoundTripTest {
  private static final int ROUNDS = 2_000;
  private static final String ALPHABET = "aZ0 \"\\\n\t,;é한😀\u2028\u007f\u0001/";

  private final Random random = new Random(20261122);

  @Test
  void metrics_ofAnyContent_comeBackEqual() {
    for (int i = 0; i < ROUNDS; i++) {
      var sample = sample(ServerId.of("s" + random.nextInt(9)), instant());
      assertThat(again(WireJson.toJson(sample), WireJson::readMetrics)).isEqualTo(sample);
    }
  }

  @Test
  void healthChecks_ofAnyContent_comeBackEqual() {
    for (int i = 0; i < ROUNDS; i++) {
      var check = healthCheck();
      assertThat(again(WireJson.toJson(check), WireJson::readHealthCheck)).isEqualTo(check);
    }
  }

  @Test
  void events_ofAnyContent_comeBackEqual() {
    for (int i = 0; i < ROUNDS; i++) {
      var event = event();
      assertThat(again(WireJson.toJson(event), WireJson::readEvent)).isEqualTo(event);
    }
  }

  @Test
  void rollups_ofAnyContent_comeBackEqualWithTheirQuantiles() {
    for (int i = 0; i < ROUNDS / 10; i++) {
      var rollup = rollup();
      var read = again(WireJson.toJson(rollup), WireJson::readRollup);
      assertThat(read).isEqualTo(rollup);
      for (double q : new double[] {0, 0.5, 0.95, 0.99, 1}) {
        assertThat(read.latency().quantile(q)).isEqualTo(rollup.latency().quantile(q));
      }
      assertThat(Rollup.widen(Window.ONE_HOUR, List.of(read)))
          .isEqualTo(Rollup.widen(Window.ONE_HOUR, List.of(rollup)));
    }
  }

  static Stream<Arguments> unreadable() {
    Function<JsonNode, Object> check = WireJson::readHealthCheck;
    Function<JsonNode, Object> event = WireJson::readEvent;
    Function<JsonNode, Object> rollup = WireJson::readRollup;
    String head = "{\"server\":\"a\",\"at\":\"2026-11-20T12:00:00Z\",\"state\":\"DOWN\",";
    String id = "{\"id\":\"4f0c0b3e-0000-4000-8000-000000000001\",\"at\":\"2026-11-20T12:00:00Z\",";
    String some = id + "\"type\":\"config\",\"severity\":\"info\",\"message\":\"m\",";
    String five =
        "{\"server\":\"a\",\"window\":\"5m\",\"start\":\"2026-11-20T12:00:00Z\","
            + "\"requestCount\":1,\"errorCount\":0,\"responseTimeSumMs\":1.0,";
    return Stream.of(
        arguments(check, "7", "a health check must be a JSON object"),
        arguments(check, head + "\"stages\":{}}", "'stages' must be an array, is {}"),
        arguments(check, head + "\"stages\":[]," + "\"toolCount\":3000000000}", "'toolCount'"),
        arguments(
            check, head + "\"stages\":[{\"stage\":\"sing\"}]}", "'stage' must be one of [START"),
        arguments(check, head + "\"responseTimeMs\":1e300,\"stages\":[]}", "must be at most"),
        arguments(check, head + "\"mood\":1}", "unknown field 'mood'"),
        arguments(event, "{\"id\":\"7\"}", "'id' must be a UUID, is '7'"),
        arguments(event, some + "\"details\":{\"n\":1}}", "'details.n' must be a string, is 1"),
        arguments(event, some + "\"details\":[]}", "'details' must be an object, is []"),
        arguments(event, id + "\"type\":\"party\"}", "'type' must be one of"),
        arguments(rollup, five.replace("5m", "7m") + "\"states\":{}}", "window '7m' is not known"),
        arguments(rollup, five + "\"states\":{\"HEALTHY\":1.5}}", "'states.HEALTHY' must be a"),
        arguments(
            rollup,
            five + "\"states\":{},\"latencySketch\":\"AAAA\"}",
            "'latencySketch' is not a sketch of ours"));
  }

  @ParameterizedTest
  @MethodSource("unreadable")
  void record_thatCannotBeRead_namesFieldAndValue(
      Function<JsonNode, Object> reader, String json, String reason) {
    assertThatThrownBy(() -> reader.apply(WireJson.parse(json)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(reason);
  }

  private static <T> T again(JsonNode json, Function<JsonNode, T> reader) {
    return reader.apply(WireJson.parse(json.toString()));
  }

  private ServerMetrics sample(ServerId server, Instant at) {
    Double rate = maybe(random::nextDouble);
    return ServerMetrics.builder(server, at, any(ServerState.values()))
        .responseTime(maybe(() -> micros(1_800_000_000L)))
        .successRate(rate)
        .errorRate(rate == null ? null : 1 - rate)
        .requestCount(maybe(() -> random.nextLong() >>> 1))
        .errorCount(maybe(() -> random.nextLong() >>> 1))
        .uptime(maybe(() -> Duration.ofSeconds(random.nextInt(Integer.MAX_VALUE))))
        .memoryBytes(maybe(() -> random.nextLong() >>> 1))
        .circuit(any(CircuitState.values()))
        .lastError(maybe(() -> text(60)))
        .sessionId(maybe(() -> text(20)))
        .build();
  }

  private HealthCheck healthCheck() {
    var stages = new ArrayList<StageResult>();
    for (int i = random.nextInt(9); i > 0; i--) {
      stages.add(
          new StageResult(
              any(ProbeStage.values()),
              any(StageResult.Verdict.values()),
              maybe(() -> micros(1L << random.nextInt(1, 51))),
              maybe(() -> text(50))));
    }
    return new HealthCheck(
        ServerId.of("s"),
        instant(),
        any(ServerState.values()),
        maybe(() -> micros(1L << random.nextInt(1, 51))),
        maybe(() -> text(100)),
        stages,
        maybe(() -> any(Era.values())),
        maybe(() -> text(20)),
        maybe(() -> text(20)),
        maybe(random::nextInt));
  }

  private MonitoringEvent event() {
    var details = new HashMap<String, String>();
    for (int i = random.nextInt(4); i > 0; i--) {
      details.put(text(8), text(20));
    }
    return new MonitoringEvent(
        new UUID(random.nextLong(), random.nextLong()),
        maybe(() -> ServerId.of("서버 😀")),
        instant(),
        any(EventType.values()),
        any(Severity.values()),
        text(100),
        details);
  }

  private Rollup rollup() {
    var server = ServerId.of("s");
    var start = Window.FIVE_MINUTES.bucketOf(instant());
    var samples = new ArrayList<ServerMetrics>();
    for (int i = random.nextInt(60); i > 0; i--) {
      var sample = sample(server, start.plusMillis(random.nextInt(300_000)));
      samples.add(sample.toBuilder().requestCount(random.nextLong() >>> 20).errorCount(1L).build());
    }
    return Rollup.ofSamples(server, Window.FIVE_MINUTES, start, samples);
  }

  private Instant instant() {
    return Instant.ofEpochMilli(random.nextLong(946_684_800_000L, 4_000_000_000_000L));
  }

  private Duration micros(long bound) {
    return Duration.ofNanos(random.nextLong(bound) * 1_000);
  }

  private String text(int maxLength) {
    int[] letters = ALPHABET.codePoints().toArray();
    var text = new StringBuilder();
    for (int i = random.nextInt(maxLength); i > 0; i--) {
      text.appendCodePoint(letters[random.nextInt(letters.length)]);
    }
    return text.toString();
  }

  private <T> T any(T[] values) {
    return values[random.nextInt(values.length)];
  }

  private <T> @Nullable T maybe(Supplier<T> value) {
    return random.nextInt(4) == 0 ? null : value.get();
  }
}
