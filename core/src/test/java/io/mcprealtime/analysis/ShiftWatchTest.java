package io.mcprealtime.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ShiftWatchTest {
  private static final Instant START = Instant.parse("2026-11-20T12:00:00Z");
  private static final int DAY = 5_760;

  private static Instant at(int sample) {
    return START.plusSeconds(15L * sample);
  }

  private static List<Shift> shifts(int count, IntToDoubleFunction millis) {
    var watch = new ShiftWatch();
    var found = new ArrayList<Shift>();
    for (int i = 0; i < count; i++) {
      watch.next(at(i), millis.applyAsDouble(i)).ifPresent(found::add);
    }
    return found;
  }

  @ParameterizedTest
  @CsvSource({"100, 150, 0.05", "100, 300, 0.3", "12, 40, 0.1", "900, 600, 0.1"})
  void step_isFoundOnceWithBothLevels(double before, double after, double noise) {
    var random = new Random(11);

    var found =
        shifts(3_000, i -> (i < 1_000 ? before : after) * Math.exp(noise * random.nextGaussian()));

    assertThat(found).hasSize(1);
    var shift = found.get(0);
    assertThat(shift.since()).isBetween(at(970), at(1_000));
    assertThat(shift.seenAt()).isBefore(at(1_060));
    assertThat(shift.beforeMillis()).isCloseTo(before, within(before * 0.05));
    assertThat(shift.afterMillis()).isCloseTo(after, within(after * 0.2));
    assertThat(shift.isSlower()).isEqualTo(after > before);
    assertThat(shift.sentence()).contains(after > before ? "rose from" : "fell from");
  }

  @Test
  void constantsSpikesAndSmallSteps_areNoShift() {
    assertThat(shifts(5_000, i -> 42)).isEmpty();
    assertThat(shifts(5_000, i -> i % 400 == 399 ? 30_000 : 42)).isEmpty();
    assertThat(shifts(5_000, i -> i < 2_000 ? 100 : 110)).isEmpty();
    assertThat(shifts(5_000, i -> i < 2_000 ? 0.4 : 0.9)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "0.5, 0", "0.8, 1", "0.95, 1", "0.99, 4"})
  void stationaryNoise_makesNoShifts(double correlation, int most) {
    int found = 0;
    for (int seed = 0; seed < 20; seed++) {
      found += shifts(DAY, correlated(new Random(seed), 0.25, correlation)).size();
    }
    // Twenty days of one server.
    assertThat(found).isLessThanOrEqualTo(most);
  }

  /** Of a level of 100 ms, with noise of that deviation on its logarithm. */
  private static IntToDoubleFunction correlated(
      Random random, double deviation, double correlation) {
    var state = new double[] {random.nextGaussian()};
    return i -> {
      state[0] =
          correlation * state[0] + random.nextGaussian() * Math.sqrt(1 - correlation * correlation);
      return 100 * Math.exp(deviation * state[0]);
    };
  }

  @ParameterizedTest
  @CsvSource({"0, 1.5, 60", "0.5, 2, 60", "0.8, 2, 150", "0.95, 2, 600"})
  void stepInNoise_isFoundTheLaterTheMoreCorrelated(
      double correlation, double factor, int mostSamples) {
    int found = 0;
    for (int seed = 0; seed < 20; seed++) {
      var noise = correlated(new Random(seed), 0.25, correlation);
      found +=
          shifts(3_000 + mostSamples, i -> noise.applyAsDouble(i) * (i < 3_000 ? 1 : factor))
              .size();
    }
    assertThat(found).isBetween(18, 22);
  }

  @ParameterizedTest
  @ValueSource(ints = {60, 100, 150, 300})
  void stepInYoungLevel_isFoundAndSoIsTheReturn(int learnt) {
    for (int seed = 0; seed < 20; seed++) {
      var noise = correlated(new Random(seed), 0.1, 0);
      var found =
          shifts(
              learnt + 400, i -> noise.applyAsDouble(i) * (i >= learnt && i < learnt + 80 ? 6 : 1));

      assertThat(found).extracting(Shift::isSlower).containsExactly(true, false);
      assertThat(found.get(0).seenAt()).isBetween(at(learnt + 15), at(learnt + 25));
      assertThat(found.get(0).afterMillis()).isBetween(540.0, 660.0);
      assertThat(found.get(1).seenAt()).isBetween(at(learnt + 95), at(learnt + 105));
      assertThat(found.get(1).afterMillis()).isBetween(90.0, 110.0);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 8})
  void fewSlowSamples_areNoLastingChange(int slow) {
    for (int seed = 0; seed < 20; seed++) {
      var noise = correlated(new Random(seed), 0.1, 0);
      assertThat(
              shifts(4_000, i -> noise.applyAsDouble(i) * (i >= 2_020 && i < 2_020 + slow ? 6 : 1)))
          .isEmpty();
    }
  }

  private static boolean isOfficeHour(int sample) {
    int hour = at(sample).atOffset(ZoneOffset.UTC).getHour();
    return hour >= 9 && hour < 17;
  }

  @Test
  void officeHours_areToldOnTheFirstDayOnly() {
    for (int seed = 0; seed < 5; seed++) {
      var noise = correlated(new Random(seed), 0.15, 0);
      var found = shifts(8 * DAY, i -> noise.applyAsDouble(i) * (isOfficeHour(i) ? 2 : 1));

      // It starts at noon: the evening, and the morning after.
      assertThat(found).hasSizeLessThanOrEqualTo(3);
      assertThat(found).allSatisfy(shift -> assertThat(shift.seenAt()).isBefore(at(2 * DAY)));
    }
  }

  @Test
  void lastingChangeOfServerWithOfficeHours_isToldInRealTimes() {
    var noise = correlated(new Random(3), 0.15, 0);
    // From eight in the evening on.
    int from = 4 * DAY + DAY / 3;
    var found =
        shifts(
            8 * DAY, i -> noise.applyAsDouble(i) * (isOfficeHour(i) ? 2 : 1) * (i < from ? 1 : 3));

    assertThat(found)
        .filteredOn(shift -> shift.seenAt().isAfter(at(2 * DAY)))
        .singleElement()
        .satisfies(
            shift -> {
              assertThat(shift.seenAt()).isBetween(at(from), at(from + 40));
              assertThat(shift.afterMillis()).isBetween(270.0, 330.0);
              assertThat(shift.beforeMillis()).isBetween(90.0, 140.0);
            });
  }

  @Test
  void onceSlowOnTheFirstDay_isNoHabit() {
    var noise = correlated(new Random(5), 0.15, 0);
    var found = shifts(5 * DAY, i -> noise.applyAsDouble(i) * (i >= 2_400 && i < 2_880 ? 3 : 1));

    assertThat(found).extracting(Shift::isSlower).containsExactly(true, false);
    assertThat(found.get(1).seenAt()).isBefore(at(2_920));
  }

  @Test
  void savedState_goesOnAlike() throws IOException {
    var random = new Random(4);
    var watch = new ShiftWatch();
    int saved = DAY + 500;
    for (int i = 0; i < saved; i++) {
      // The last samples are held back.
      watch.next(at(i), (i < saved - 10 ? 100 : 150) + random.nextInt(20));
    }
    var bytes = new ByteArrayOutputStream();
    watch.save(new DataOutputStream(bytes));
    var other = new ShiftWatch();
    other.restore(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    int shifts = 0;
    for (int i = saved; i < saved + 600; i++) {
      double millis = (i < saved + 300 ? 150 : 100) + random.nextInt(20);
      var found = watch.next(at(i), millis);
      shifts += found.isPresent() ? 1 : 0;
      assertThat(other.next(at(i), millis)).isEqualTo(found);
    }
    assertThat(shifts).isEqualTo(2);
  }
}
