package io.mcprealtime.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
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
  @ValueSource(doubles = {0, 0.5, 0.8})
  void stationaryNoise_makesNoShifts(double correlation) {
    int found = 0;
    for (int seed = 0; seed < 20; seed++) {
      var random = new Random(seed);
      var state = new double[1];
      found +=
          shifts(
                  5_760,
                  i -> {
                    state[0] = correlation * state[0] + random.nextGaussian();
                    return 100
                        * Math.exp(0.3 * state[0] * Math.sqrt(1 - correlation * correlation));
                  })
              .size();
    }
    // Twenty days of one server.
    assertThat(found).isLessThanOrEqualTo(2);
  }

  @Test
  void savedState_goesOnAlike() throws IOException {
    var random = new Random(4);
    var watch = new ShiftWatch();
    for (int i = 0; i < 500; i++) {
      watch.next(at(i), 100 + random.nextInt(20));
    }
    var bytes = new ByteArrayOutputStream();
    watch.save(new DataOutputStream(bytes));
    var other = new ShiftWatch();
    other.restore(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    for (int i = 500; i < 600; i++) {
      double millis = 150 + random.nextInt(20);
      assertThat(other.next(at(i), millis)).isEqualTo(watch.next(at(i), millis));
    }
  }
}
