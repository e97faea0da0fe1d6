package io.mcprealtime.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

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

  @Test
  void higher_ofTooFew_isRefused() {
    assertThatThrownBy(() -> MannWhitney.higher(new double[3], new double[9]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("each group needs 4 values, they have 3 and 9");
  }
}
