package io.mcprealtime.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.mcprealtime.analysis.BandDetector.Side;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class UsualBandTest {
  @Test
  void ends_untilItForgets_areExactQuantiles() {
    var values = new Random(1).doubles(10_000).toArray();
    var band = new UsualBand();
    for (int i = 0; i < values.length; i++) {
      band.learn(values[i]);
      if (i % 997 == 0 || i == values.length - 1) {
        var sorted = Arrays.copyOf(values, i + 1);
        Arrays.sort(sorted);
        int beyond = (int) (0.002 * i);
        assertThat(band.low()).isEqualTo(sorted[beyond]);
        assertThat(band.high()).isEqualTo(sorted[i - beyond]);
      }
    }
  }

  @Test
  void ends_ofAnEndlessStream_stayNearTheQuantiles() {
    var random = new Random(2);
    var band = new UsualBand();
    double highs = 0;
    int checks = 0;
    for (int i = 0; i < 1_000_000; i++) {
      band.learn(random.nextDouble());
      if (i > 20_000 && i % 1000 == 0) {
        assertThat(band.high()).isBetween(0.99, 1.0);
        assertThat(band.low()).isBetween(0.0, 0.01);
        highs += band.high();
        checks++;
      }
    }
    assertThat(highs / checks).isCloseTo(0.998, within(0.001));
  }

  @Test
  void ends_ofAStreamThatShrank_followIt() {
    var random = new Random(3);
    var band = new UsualBand();
    for (int i = 0; i < 60_000; i++) {
      band.learn(random.nextDouble() * (i < 10_000 ? 100 : 1));
    }
    assertThat(band.high()).isLessThan(1);
  }

  @Test
  void excess_outside_isInDeviations() {
    var band = new UsualBand();
    for (int i = 0; i < 50; i++) {
      assertThat(band.excess(1000, 0, 0, Side.BOTH)).isZero();
      band.learn(i % 2 == 0 ? 0 : 6);
    }
    assertThat(band.excess(6, 0, 0, Side.BOTH)).isZero();
    assertThat(band.excess(8, 0, 0, Side.BOTH)).isEqualTo(2);
    assertThat(band.excess(-3, 0, 0, Side.BOTH)).isEqualTo(3);
    assertThat(band.excess(-3, 4, 0, Side.BOTH)).isZero();
  }
}
