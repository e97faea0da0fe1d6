package io.mcprealtime.wire;

import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.CircuitState;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SampleReaderTest {
  private static final String PLAIN =
      "{\"server\":\"a\",\"at\":\"2026-11-22T09:30:00.5Z\",\"state\":\"HEALTHY\"}";

  private final Random random = new Random(7);

  @Test
  void read_whatWasWritten_asTheThoroughReaderReadsIt() {
    var samples = IntStream.range(0, 2_000).mapToObj(i -> randomSample()).toList();
    var texts = samples.stream().map(sample -> WireJson.toJson(sample).toString()).toList();

    assertThat(array("[" + String.join(",", texts) + "]")).isEqualTo(samples);
    assertThat(lines(String.join("\n", texts))).isEqualTo(samples);
    assertThat(lines(String.join("\r\n\r\n", texts) + "\r\n")).isEqualTo(samples);
    assertThat(texts.stream().map(WireJson::parse).map(WireJson::readMetrics).toList())
        .isEqualTo(samples);
  }

  @Test
  void readArray_oddInstants_areThoseOfTheThoroughReaderOrLeftToIt() {
    for (var instant :
        List.of(
            "2026-02-28T23:59:59Z",
            "2024-02-29T00:00:00.1Z",
            "2026-11-22T09:30:00.123456789Z",
            "2026-11-22T09:30:00.Z",
            "2026-11-22T24:00:00Z",
            "2026-02-29T00:00:00Z",
            "2026-11-22T09:30:60Z",
            "2026-11-22T09:30:00+01:00",
            "2026-11-22T09:30Z",
            "2026-1x-22T09:30:00Z",
            "2026-11-22T09:30:00.1234567890Z",
            "")) {
      var text = PLAIN.replace("2026-11-22T09:30:00.5Z", instant);
      var fast = array("[" + text + "]");
      if (fast != null) {
        assertThat(fast).containsExactly(WireJson.readMetrics(WireJson.parse(text)));
      }
    }
    assertThat(array("[" + PLAIN.replace("00.5Z", "00.123456789Z") + "]")).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1",
        "{}",
        "[{}]",
        "[1]",
        "[" + PLAIN,
        "[" + PLAIN + "] 1",
        "[" + PLAIN + ",]",
        "[{\"server\":\"a\",\"at\":\"2026-11-22T09:30:00Z\",\"state\":\"healthy\"}]",
        "[{\"server\":\"a\",\"at\":\"2026-11-22T09:30:00Z\",\"state\":null}]",
        "[{\"server\":\" a\",\"at\":\"2026-11-22T09:30:00Z\",\"state\":\"DOWN\"}]",
        "[{\"server\":\"a\",\"at\":1,\"state\":\"DOWN\"}]",
        "[{\"server\":\"a\",\"at\":\"2026-11-22T09:30:00Z\",\"state\":\"DOWN\",\"x\":1}]",
        "[{\"server\":\"a\",\"at\":\"2026-11-22T09:30:00Z\",\"state\":\"DOWN\",\"errorCount\":1.0}]",
        "[{\"server\":\"a\",\"at\":\"2026-11-22T09:30:00Z\",\"state\":\"DOWN\",\"errorCount\":-1}]",
        "[{\"server\":\"a\",\"at\":\"2026-11-22T09:30:00Z\",\"state\":\"DOWN\",\"errorRate\":1e999}]",
        "[{\"server\":\"a\",\"at\":\"2026-11-22T09:30:00Z\",\"state\":\"DOWN\",\"errorRate\":{}}]",
        "[{\"server\":\"a\",\"at\":\"2026-11-22T09:30:00Z\",\"state\":\"DOWN\",\"responseTimeMs\":-1}]",
        "[{\"server\":\"a\",\"at\":\"2026-11-22T09:30:00Z\",\"state\":\"DOWN\",\"uptimeSeconds\":1.5}]",
        "[{\"server\":\"a\",\"at\":\"2026-11-22T09:30:00Z\",\"state\":\"DOWN\",\"memoryBytes\":99999999999999999999}]"
      })
  void readArray_notPlain_isLeftToTheThoroughReader(String body) {
    assertThat(array(body)).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        PLAIN + PLAIN,
        PLAIN + " " + PLAIN,
        "[" + PLAIN + "]",
        "{\"server\":\"a\",\n\"at\":\"2026-11-22T09:30:00Z\",\"state\":\"DOWN\"}",
        PLAIN + "\n{",
        PLAIN + "\n" + "nonsense"
      })
  void readLines_notOneALine_isLeftToTheThoroughReader(String body) {
    assertThat(lines(body)).isNull();
  }

  @Test
  void read_anotherEncoding_isLeftToTheThoroughReader() {
    assertThat(SampleReader.readArray(("[" + PLAIN + "]").getBytes(UTF_16LE))).isNull();
    assertThat(SampleReader.readArray(("\uFEFF[" + PLAIN + "]").getBytes(UTF_8))).isNull();
    var broken = ("[" + PLAIN.replace("\"a\"", "\"a?b\"") + "]").getBytes(UTF_8);
    broken[13] = (byte) 0xff;
    assertThat(SampleReader.readArray(broken)).isNull();
  }

  private static @Nullable List<ServerMetrics> array(String body) {
    return SampleReader.readArray(body.getBytes(UTF_8));
  }

  private static @Nullable List<ServerMetrics> lines(String body) {
    return SampleReader.readLines(body.getBytes(UTF_8));
  }

  private ServerMetrics randomSample() {
    var states = ServerState.values();
    var circuits = CircuitState.values();
    long span = Duration.between(ServerMetrics.MIN_INSTANT, ServerMetrics.MAX_INSTANT).toMillis();
    return ServerMetrics.builder(
            ServerId.of("s" + text()),
            Instant.ofEpochMilli(
                ServerMetrics.MIN_INSTANT.toEpochMilli() + (long) (random.nextDouble() * span)),
            states[random.nextInt(states.length)])
        .responseTime(some() ? Duration.ofNanos(random.nextInt(1_800_000_000) * 1_000L) : null)
        .successRate(some() ? random.nextDouble() : null)
        .errorRate(some() ? (double) random.nextInt(2) : null)
        .requestCount(some() ? random.nextLong() >>> 1 + random.nextInt(62) : null)
        .errorCount(some() ? Long.MAX_VALUE : null)
        .uptime(some() ? Duration.ofSeconds(random.nextInt(Integer.MAX_VALUE)) : null)
        .memoryBytes(some() ? random.nextInt(1 << 30) * 4_096L : null)
        .circuit(circuits[random.nextInt(circuits.length)])
        .lastError(some() ? text() : null)
        .sessionId(some() ? text() : null)
        .build();
  }

  private boolean some() {
    return random.nextInt(4) > 0;
  }

  private String text() {
    return random
        .ints(random.nextInt(12), 33, 0x1F9FF)
        .filter(c -> !Character.isISOControl(c) && (c < 0xD800 || c > 0xDFFF))
        .mapToObj(Character::toString)
        .filter(c -> !c.isBlank())
        .collect(Collectors.joining());
  }
}
