package io.mcprealtime.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.CircuitState;
import io.mcprealtime.Era;
import io.mcprealtime.HealthCheck;
import io.mcprealtime.LatencySketch;
import io.mcprealtime.ProbeStage;
import io.mcprealtime.Rollup;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.StageResult;
import io.mcprealtime.Window;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RoundTripTest {
  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "3, 3", "70, 4", "240, 5", "500, 6", "3000, 7"})
  void samples_ofAnyKind_comeBackEqual(int count, long seed) {
    for (int round = 0; round < 8; round++) {
      var samples = new OddRecords(seed + 1_000L * round).samples(count);
      byte[] chunk = SampleCodec.encode(samples);
      assertThat(SampleCodec.decode(OddRecords.SERVER, chunk)).isEqualTo(samples);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "3, 3", "70, 4", "240, 5", "500, 6", "3000, 7"})
  void healthChecks_ofAnyKind_comeBackEqual(int count, long seed) {
    for (int round = 0; round < 8; round++) {
      var checks = new OddRecords(seed + 1_000L * round).checks(count);
      byte[] chunk = HealthCheckCodec.encode(checks);
      assertThat(HealthCheckCodec.decode(OddRecords.SERVER, chunk)).isEqualTo(checks);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "3, 3", "72, 4", "288, 5", "1000, 6"})
  void rollups_ofAnyKind_comeBackEqual(int count, long seed) {
    for (int round = 0; round < 4; round++) {
      var rollups = new OddRecords(seed + 1_000L * round).rollups(count);
      byte[] chunk = RollupCodec.encode(rollups);
      assertThat(RollupCodec.decode(OddRecords.SERVER, chunk)).isEqualTo(rollups);
    }
  }

  @Test
  void enumCodes_coverEveryValue() {
    assertThat(EnumCode.STATES.values()).contains(ServerState.values());
    assertThat(EnumCode.CIRCUITS.values()).contains(CircuitState.values());
    assertThat(EnumCode.ERAS.values()).contains(Era.values());
    assertThat(EnumCode.STAGES.values()).contains(ProbeStage.values());
    assertThat(EnumCode.VERDICTS.values()).contains(StageResult.Verdict.values());
  }

  @Test
  void encode_nothing_isRefused() {
    assertThatThrownBy(() -> SampleCodec.encode(List.of()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a chunk holds 1 to 100000 samples, not 0");
  }

  @Test
  void encode_outOfOrder_isRefused() {
    List<ServerMetrics> samples = new ArrayList<>(new OddRecords(1).samples(2));
    Collections.reverse(samples);
    assertThatThrownBy(() -> SampleCodec.encode(samples))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("samples of a chunk must ascend in time");
    List<HealthCheck> twice = new ArrayList<>(new OddRecords(1).checks(1));
    twice.add(twice.get(0));
    assertThatThrownBy(() -> HealthCheckCodec.encode(twice))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("must ascend in time");
  }

  @Test
  void encode_rollupOfAnotherWindow_isRefused() {
    var hour = Rollup.ofSamples(OddRecords.SERVER, Window.ONE_HOUR, Instant.EPOCH, List.of());
    assertThatThrownBy(() -> RollupCodec.encode(List.of(hour)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a chunk holds roll-ups of 5m, not of 1h");
  }

  @Test
  void rollups_withCountsThatNobodyCounts_comeBackEqual() {
    var random = new Random(3);
    var sketch = LatencySketch.builder().addToBin(7, 1L << 40).addZeros(5).build();
    var odd =
        new Rollup(
            OddRecords.SERVER,
            Window.FIVE_MINUTES,
            Instant.parse("2100-01-01T00:00:00Z"),
            Map.of(
                ServerState.HEALTHY,
                Integer.MAX_VALUE,
                ServerState.DOWN,
                1 << 30,
                ServerState.EMPTY,
                0),
            Long.MAX_VALUE,
            random.nextLong(1, 99),
            java.time.Duration.ofNanos(-1_234_567),
            java.time.Duration.ofNanos(7),
            java.time.Duration.ofDays(99_999),
            LatencySketch.decode(sketch.encode()));
    assertThat(RollupCodec.decode(OddRecords.SERVER, RollupCodec.encode(List.of(odd))))
        .containsExactly(odd);
  }
}
