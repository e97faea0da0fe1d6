package io.mcprealtime.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.benchmarks.ErrorRateSimulation.Rise;
import io.mcprealtime.benchmarks.FailureAlarm.Kind;
import java.time.Instant;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The simulation of {@code benchmarks/run error-rates}, with fewer servers. */
class ErrorRateSimulationTest {
  @ParameterizedTest
  @ValueSource(doubles = {0.001, 0.01, 0.05, 0.2, 0.5})
  void steadyRate_isRarelyToldInTheFirstCalls(double rate) {
    for (int ofSample : new int[] {1, 4}) {
      var share = ErrorRateSimulation.toldAtFirst(Kind.LIVE, rate, ofSample, 400, 2);

      assertThat(share.value()).as("%s calls a sample", ofSample).isLessThan(0.03);
    }
  }

  @Test
  void rise_isToldSoonerThanByThePlainThreshold() {
    var rise = new Rise(0, 0.2);
    var live = ErrorRateSimulation.delays(Kind.LIVE, rise, 1, 1_000, 2_000, 50, 3);
    var plain = ErrorRateSimulation.delays(Kind.THRESHOLD, rise, 1, 1_000, 2_000, 50, 3);

    assertThat(live.share().value()).isEqualTo(1);
    assertThat(live.median()).isLessThan(plain.median());
  }

  @ParameterizedTest
  @EnumSource(Kind.class)
  void sameSeed_givesTheSame(Kind kind) {
    var once = ErrorRateSimulation.told(kind, 0.05, 100, 500, 8, 1);

    assertThat(ErrorRateSimulation.told(kind, 0.05, 100, 500, 8, 1)).isEqualTo(once);
  }

  @Test
  void threshold_beginsEachTimeThatTheLastCallsGoOverIt() {
    var alarm = Kind.THRESHOLD.alarm();
    long begun =
        IntStream.range(0, 600)
            .filter(call -> alarm.begins(Instant.EPOCH, 1, call % 300 >= 289 ? 1 : 0))
            .count();

    assertThat(begun).isEqualTo(2);
  }

  @Test
  void delays_areToldByMedianAndShare() {
    assertThat(Delays.of(3, 1, 2, -1).text()).isEqualTo("2 ±1.0 (3) 75.0 ±21.7 %");
    assertThat(Delays.of(-1, -1).text()).isEqualTo("none");
    assertThat(Average.of(1, 3).text()).isEqualTo("2.00 ±1.00");
  }
}
