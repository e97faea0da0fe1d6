package io.mcprealtime.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MannWhitneyTest {
  @Test
  void higher_ofGroupsApart_isSignificant() {
    var before = DoubleStream.iterate(1, x -> x + 1).limit(10).toArray();
    var after = DoubleStream.iterate(11, x -> x + 1).limit(10).toArray();

    // U = 100, mean 50, deviation 13.23, with the half for continuity.
    assertThat(MannWhitney.higher(before, after).pValue()).isCloseTo(9.13e-5, within(1e-6));
    assertThat(MannWhitney.higher(after, before).pValue()).isGreaterThan(0.9999);
  }

  @Test
  void higher_ofTheSameValue_isNot() {
    var same = DoubleStream.generate(() -> 7).limit(12).toArray();

    assertThat(MannWhitney.higher(same, same).pValue()).isEqualTo(1);
  }

  @Test
  void higher_ofNoise_isSignificantAsOftenAsItsLevelSays() {
    var random = new Random(20261122);
    long found =
        IntStream.range(0, 4_000)
            .filter(
                i -> {
                  var before = random.doubles(20).map(x -> Math.floor(x * 10)).toArray();
                  var after = random.doubles(8).map(x -> Math.floor(x * 10)).toArray();
                  return MannWhitney.higher(before, after).pValue() < 0.05;
                })
            .count();

    assertThat(found / 4_000.0).isBetween(0.03, 0.06);
  }

  private static double[] persistent(Random random, double correlation, int count) {
    double white = Math.sqrt(1 - correlation * correlation);
    var values = new double[count];
    double state = random.nextGaussian();
    for (int i = 0; i < count; i++) {
      values[i] = 1 + 0.4 * state;
      state = correlation * state + white * random.nextGaussian();
    }
    return values;
  }

  /** The share of series without a change that are taken for a fifth slower, p &lt; 0.001. */
  private static double falsePositives(double correlation, int before, int after) {
    var random = new Random(20261123);
    int found = 0;
    for (int i = 0; i < 4_000; i++) {
      var series = persistent(random, correlation, before + after);
      var old = Arrays.copyOfRange(series, 0, before);
      var now = Arrays.copyOfRange(series, before, series.length);
      boolean slower = MannKendall.median(now) >= 1.2 * MannKendall.median(old);
      found += slower && MannWhitney.higherSince(old, now).pValue() < 0.001 ? 1 : 0;
    }
    return found / 4_000.0;
  }

  @Test
  void higherSince_ofNeighboursThatAreAlike_isSeldomSignificant() {
    assertThat(falsePositives(0.8, 36, 36)).isLessThan(0.01);
    assertThat(falsePositives(0.8, 36, 12)).isLessThan(0.01);
    assertThat(falsePositives(0.8, 12, 8)).isLessThan(0.01);
    assertThat(falsePositives(0.5, 36, 36)).isLessThan(0.01);
    assertThat(falsePositives(0, 36, 36)).isLessThan(0.003);
  }

  @Test
  void higherSince_ofAStepInNoise_isSignificant() {
    var random = new Random(20261124);
    int found = 0;
    for (int i = 0; i < 500; i++) {
      var before = persistent(random, 0, 36);
      var after = Arrays.stream(persistent(random, 0, 12)).map(x -> x + 1.2).toArray();
      found += MannWhitney.higherSince(before, after).pValue() < 0.001 ? 1 : 0;
    }

    assertThat(found).isGreaterThan(475);
  }

  @Test
  void higher_ofTooFew_isRefused() {
    assertThatThrownBy(() -> MannWhitney.higher(new double[3], new double[9]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("each group needs 4 values, they have 3 and 9");
  }
}
