package io.mcprealtime.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.benchmarks.ShiftAlarm.Kind;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The simulation of {@code benchmarks/run shifts}, with fewer servers. */
class ShiftSimulationTest {
  private static final ResponseTimes NOISE = new ResponseTimes("noise", 0.3, 0.5);

  private static int falseShifts(Kind kind) {
    return IntStream.of(ShiftSimulation.told(kind, NOISE, sample -> 1, 0, 5_760, 10)).sum();
  }

  @Test
  void noise_isRarelyAShift_butOftenToThePlainRule() {
    assertThat(falseShifts(Kind.LIVE)).isLessThanOrEqualTo(1);
    assertThat(falseShifts(Kind.MEAN)).isGreaterThan(100);
  }

  @Test
  void stepAndReturn_areToldByTheirSign() {
    var change = ShiftSimulation.burst(300, 80, 6);
    var rise = ShiftSimulation.delays(Kind.LIVE, NOISE, change, 300, 80, 1, 20);
    var fall = ShiftSimulation.delays(Kind.LIVE, NOISE, change, 380, 200, -1, 20);

    assertThat(rise.share().value()).isGreaterThan(0.9);
    assertThat(rise.median()).isBetween(10, 40);
    assertThat(fall.share().value()).isGreaterThan(0.9);
  }
}
