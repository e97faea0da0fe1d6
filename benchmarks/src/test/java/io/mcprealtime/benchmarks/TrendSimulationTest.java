package io.mcprealtime.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.Window;
import io.mcprealtime.benchmarks.ForecastSimulation.Growth;
import io.mcprealtime.benchmarks.TrendSimulation.Sampled;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The simulation of {@code benchmarks/run trends}, with fewer runs and bounds that allow that. */
class TrendSimulationTest {
  private static final int RUNS = 300;
  private static final double ALLOWED = 0.05;

  /** A correct share is exceeded by so many standard errors in one case of some thousand. */
  private static final double STANDARD_ERRORS = 3.2;

  private static final List<Sampled> FEW_TO_MANY =
      List.of(
          new Sampled(Window.FIVE_MINUTES, Duration.ofSeconds(15)),
          new Sampled(Window.FIFTEEN_MINUTES, Duration.ofSeconds(15)),
          new Sampled(Window.FIFTEEN_MINUTES, Duration.ofSeconds(60)),
          new Sampled(Window.ONE_HOUR, Duration.ofSeconds(15)));

  private static double slack(double share, int runs) {
    return STANDARD_ERRORS * Math.sqrt(share * (1 - share) / runs);
  }

  @ParameterizedTest
  @EnumSource(
      value = Noise.class,
      mode = EnumSource.Mode.MATCH_NONE,
      names = "AR_09_WHITE_.*|AR_095_WHITE_.*")
  void noise_isRarelyTakenForATrend(Noise noise) {
    for (var sampled : FEW_TO_MANY) {
      assertThat(TrendSimulation.falsePositives(noise, sampled, RUNS, 1).value())
          .as("%s, %s", noise.label(), sampled.label())
          .isLessThanOrEqualTo(ALLOWED + slack(ALLOWED, RUNS));
    }
  }

  /** Known to be beyond what few samples tell; docs/trends.md has the figures. */
  @ParameterizedTest
  @CsvSource({
    "AR_09_WHITE_05, 0.12",
    "AR_09_WHITE_1, 0.12",
    "AR_09_WHITE_2, 0.12",
    "AR_095_WHITE_05, 0.21",
    "AR_095_WHITE_1, 0.21",
    "AR_095_WHITE_2, 0.21"
  })
  void longMemoryUnderWhiteNoise_isTakenForATrend_asOftenAsStated(Noise noise, double stated) {
    for (var sampled : FEW_TO_MANY) {
      assertThat(TrendSimulation.falsePositives(noise, sampled, RUNS, 1).value())
          .as("%s, %s", noise.label(), sampled.label())
          .isLessThanOrEqualTo(stated + slack(stated, RUNS));
    }
  }

  /** The same memory in seconds, over four times the window. */
  @ParameterizedTest
  @EnumSource(
      value = Noise.class,
      mode = EnumSource.Mode.MATCH_ANY,
      names = "AR_09_WHITE_.*|AR_095_WHITE_.*")
  void longMemoryUnderWhiteNoise_overAnHour_isRarelyTakenForATrend(Noise noise) {
    var hour = new Sampled(Window.ONE_HOUR, Duration.ofSeconds(15));

    assertThat(TrendSimulation.falsePositives(noise, hour, RUNS, 1).value())
        .isLessThanOrEqualTo(ALLOWED + slack(ALLOWED, RUNS));
  }

  @Test
  void day_ofNoise_isRarelyTakenForATrend() {
    var day = new Sampled(Window.ONE_DAY, Duration.ofSeconds(60));

    assertThat(TrendSimulation.falsePositives(Noise.AR_09, day, 100, 1).value())
        .isLessThanOrEqualTo(ALLOWED + slack(ALLOWED, 100));
  }

  @Test
  void shiftAndRampOfAFifth_areFoundInAnHour() {
    var hour = new Sampled(Window.ONE_HOUR, Duration.ofSeconds(15));

    assertThat(TrendSimulation.found(TrendSimulation::shift, 0.1, hour, RUNS, 2).value())
        .isGreaterThan(0.95);
    assertThat(TrendSimulation.found(TrendSimulation::ramp, 0.1, hour, RUNS, 2).value())
        .isGreaterThan(0.95);
    assertThat(TrendSimulation.found(TrendSimulation::ramp, 0.2, hour, RUNS, 2).value())
        .isGreaterThan(0.5);
  }

  @ParameterizedTest
  @EnumSource(Growth.class)
  void forecast_afterAWeek_holdsTheTrueDayAboutAsOftenAsItSays(Growth growth) {
    for (int daysLeft : new int[] {2, 10}) {
      assertThat(ForecastSimulation.within(growth, Duration.ofDays(7), daysLeft, RUNS, 3).value())
          .as("%s, %d days left", growth.label(), daysLeft)
          .isBetween(0.62, 0.97);
    }
  }
}
