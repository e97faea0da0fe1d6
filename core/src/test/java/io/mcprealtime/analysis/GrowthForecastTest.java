package io.mcprealtime.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;

class GrowthForecastTest {
  private static GrowthForecast hourly(int hours, IntToDoubleFunction amount) {
    var days = new double[hours + 1];
    var amounts = new double[hours + 1];
    for (int i = 0; i <= hours; i++) {
      days[i] = i / 24.0;
      amounts[i] = amount.applyAsDouble(i);
    }
    return GrowthForecast.ofHeld(days, amounts).orElseThrow();
  }

  @Test
  void steadyGrowth_leavesNoDoubt() {
    var forecast = hourly(168, hour -> 10.0 * hour);

    assertThat(forecast.perDay().median()).isCloseTo(240, within(1e-6));
    var days = forecast.daysUntil(2_400).orElseThrow();
    assertThat(days.low()).isCloseTo(10, within(1e-6));
    assertThat(days.high()).isCloseTo(10, within(1e-6));
    assertThat(forecast.growthIn(3).high()).isCloseTo(720, within(1e-6));
  }

  @Test
  void unevenDays_widenTheRangeBothWays_lessTheLongerTheyAreSeen() {
    IntToDoubleFunction uneven = hour -> 10.0 * hour + (hour / 24 % 2 == 0 ? 0 : 60);

    var days = hourly(168, uneven).daysUntil(2_400).orElseThrow();
    var early = hourly(30, uneven).daysUntil(2_400).orElseThrow();

    assertThat(days.low()).isBetween(5.0, 9.5);
    assertThat(days.high()).isBetween(10.5, 20.0);
    assertThat(early.low()).isLessThan(days.low());
  }

  @Test
  void cleanUp_makesItLaterOnly() {
    var steady = hourly(168, hour -> 10.0 * hour).daysUntil(2_400).orElseThrow();
    var cleaned =
        hourly(168, hour -> 10.0 * hour - (hour > 100 ? 300 : 0)).daysUntil(2_400).orElseThrow();

    assertThat(cleaned.low()).isGreaterThanOrEqualTo(steady.low() - 0.5);
    assertThat(cleaned.high()).isGreaterThan(1.5 * steady.high());
  }

  @Test
  void whatDoesNotGrow_mayStillGetThere_orNever() {
    var swinging = hourly(168, hour -> hour / 24 % 2 * 100.0);

    assertThat(swinging.daysUntil(500))
        .hasValueSatisfying(days -> assertThat(days.low()).isPositive());
    assertThat(hourly(168, hour -> -hour).daysUntil(1)).isEmpty();
    assertThat(hourly(168, hour -> -hour).daysUntil(0)).contains(new Range<>(0.0, 0.0, 0.0));
    assertThat(hourly(168, hour -> hour).daysUntil(240, 9)).isEmpty();
  }

  @Test
  void fewReadings_giveNoForecast() {
    assertThat(GrowthForecast.ofHeld(new double[0], new double[0])).isEmpty();
    assertThat(GrowthForecast.of(new double[] {0, 1, 2}, new double[] {0, 1, 2}, 1)).isEmpty();
    assertThat(GrowthForecast.of(new double[] {1, 1, 1, 1}, new double[4], 0)).isEmpty();
    assertThat(GrowthForecast.of(new double[] {0, 1, 2, 3}, new double[] {0, 1, 2, 3}, 1))
        .hasValueSatisfying(forecast -> assertThat(forecast.perDay().high()).isEqualTo(1));
  }
}
