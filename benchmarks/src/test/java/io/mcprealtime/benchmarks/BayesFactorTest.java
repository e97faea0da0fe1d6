package io.mcprealtime.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class BayesFactorTest {
  private static final int COUNT = 48;

  private final BayesFactor factor = new BayesFactor(COUNT);

  /** The mean over some series of the factor's logarithm. */
  private double mean(IntToDoubleFunction change) {
    var random = new Random(1);
    double sum = 0;
    for (int run = 0; run < 100; run++) {
      var values = new double[COUNT];
      for (int i = 0; i < COUNT; i++) {
        values[i] = change.applyAsDouble(i) + random.nextGaussian();
      }
      sum += factor.log(values);
    }
    return sum / 100;
  }

  @Test
  void stepAndLine_areLikelierThanPersistence() {
    assertThat(mean(i -> i < COUNT / 2 ? 0 : 3)).isGreaterThan(2);
    assertThat(mean(i -> 6.0 * i / COUNT)).isGreaterThan(2);
  }

  @Test
  void noise_isLikelierAsNoise() {
    var random = new Random(2);
    double persistent = 0;
    for (int run = 0; run < 100; run++) {
      persistent += factor.log(Noise.AR_08.series(random, COUNT)) / 100;
    }

    assertThat(persistent).isLessThan(-2);
    assertThat(mean(i -> 0)).isNegative();
  }

  @Test
  void levelAndScale_doNotMatter() {
    var values = Noise.AR_08.series(new Random(3), COUNT);
    var other = values.clone();
    for (int i = 0; i < COUNT; i++) {
      other[i] = 7 + 3 * values[i];
    }

    assertThat(factor.log(other)).isCloseTo(factor.log(values), Offset.offset(1e-6));
  }
}
