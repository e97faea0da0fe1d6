package io.mcprealtime.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.Severity;
import io.mcprealtime.analysis.ErrorRateWatch.Change;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorRateWatchTest {
  private static final Instant START = Instant.parse("2026-11-20T12:00:00Z");

  private ErrorRateWatch watch = new ErrorRateWatch();
  private int calls;

  private Change next(long newCalls, long failures) {
    return watch.next(START.plusSeconds(15L * calls++), newCalls, failures);
  }

  @Test
  void oneFailureOfTwoCalls_isNoAnomaly() {
    assertThat(next(2, 1)).isEqualTo(Change.NONE);
    assertThat(watch.isActive()).isFalse();
  }

  @Test
  void failuresInARow_areOneAnomalyWithItsEnd() {
    for (int i = 0; i < 500; i++) {
      assertThat(next(1, 0)).isEqualTo(Change.NONE);
    }
    int untilFound = 0;
    while (next(1, 1) != Change.BEGAN) {
      untilFound++;
    }
    assertThat(untilFound).isLessThan(6);
    for (int i = 0; i < 30; i++) {
      assertThat(next(1, i % 2)).isEqualTo(Change.NONE);
    }
    int untilOver = 0;
    while (next(1, 0) != Change.ENDED) {
      untilOver++;
    }
    assertThat(untilOver).isLessThan(15);
    var anomaly = watch.anomaly(START);
    assertThat(anomaly.since()).isEqualTo(START.plusSeconds(15 * 500));
    assertThat(anomaly.severity()).isEqualTo(Severity.CRITICAL);
    assertThat(anomaly.value()).isGreaterThan(anomaly.expectedHigh());
    assertThat(anomaly.score()).isGreaterThan(1);
    assertThat(anomaly.sentence()).contains("calls failed where 0.10 % is usual");
  }

  /** Alarms that those calls give. */
  private int begun(Random random, int samples, int callsOfEach, double rate) {
    int begun = 0;
    for (int i = 0; i < samples; i++) {
      int failures = 0;
      for (int call = 0; call < callsOfEach; call++) {
        failures += random.nextDouble() < rate ? 1 : 0;
      }
      begun += next(callsOfEach, failures) == Change.BEGAN ? 1 : 0;
    }
    return begun;
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.001, 0.02, 0.03, 0.05, 0.1, 0.25, 0.4})
  void steadyFailures_areUsualFromTheFirstCallOn(double rate) {
    int begun = 0;
    for (int seed = 0; seed < 30; seed++) {
      watch = new ErrorRateWatch();
      begun += begun(new Random(seed), 2_000, 4, rate);
    }
    assertThat(begun).isLessThanOrEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.97, 1})
  void serverThatAlwaysFails_isToldOnceAtTheStart(double rate) {
    assertThat(begun(new Random(1), 5, 10, rate)).isEqualTo(1);
    assertThat(begun(new Random(2), 30_000, 10, rate)).isZero();
    assertThat(watch.isActive()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.02, 0.05, 0.1, 0.2})
  void failureOfTheFirstCalls_isNoMeasureOfWhatIsUsual(double rate) {
    int begun = 0;
    for (int seed = 0; seed < 30; seed++) {
      watch = new ErrorRateWatch();
      assertThat(begun(new Random(seed), 25, 1, 1)).isEqualTo(1);
      begun += begun(new Random(seed), 2_000, 1, rate);
    }
    assertThat(begun).isLessThanOrEqualTo(1);
  }

  @Test
  void briefBursts_areToldOfEachTime() {
    var random = new Random(6);
    assertThat(begun(random, 300, 1, 0)).isZero();
    int begun = 0;
    for (int burst = 0; burst < 50; burst++) {
      begun += begun(random, 40, 1, 0.4);
      assertThat(begun(random, 200, 1, 0)).isZero();
    }
    assertThat(begun).isGreaterThanOrEqualTo(48);
    assertThat(watch.usualRate()).isLessThan(0.01);
  }

  @Test
  void serverThatBeginsToFailForEver_isToldOnce() {
    var random = new Random(1);
    assertThat(begun(random, 5_000, 10, 0.002)).isZero();
    assertThat(begun(random, 20_000, 10, 0.97)).isEqualTo(1);
  }

  @Test
  void smallRiseOfBusyServer_isFound() {
    var random = new Random(4);
    assertThat(begun(random, 200, 1_500, 0.001)).isZero();
    assertThat(begun(random, 5, 1_500, 0.012)).isEqualTo(1);
    assertThat(watch.anomaly(null).sentence())
        .contains(" % is usual (binomial probability of such a span ")
        .endsWith("; evidence, not a test's p).");
    assertThat(begun(random, 10, 1_500, 0.001)).isZero();
    assertThat(watch.isActive()).isFalse();
  }

  @Test
  void raisedRateThatStays_isTheUsualOneInTheEnd() {
    var random = new Random(5);
    int begun = 0;
    int ended = 0;
    for (int i = 0; i < 100_000; i++) {
      var change = next(1, random.nextDouble() < (i < 1_000 ? 0.01 : 0.3) ? 1 : 0);
      begun += change == Change.BEGAN ? 1 : 0;
      ended += change == Change.ENDED ? 1 : 0;
    }
    // A long run of calls that happen to go well ends it before.
    assertThat(begun).isBetween(1, 6);
    assertThat(ended).isEqualTo(begun);
    assertThat(watch.usualRate()).isBetween(0.25, 0.35);
  }

  @Test
  void countsThatCannotBe_areIgnored() {
    assertThat(next(0, 0)).isEqualTo(Change.NONE);
    assertThat(next(3, 4)).isEqualTo(Change.NONE);
    assertThat(next(3, -1)).isEqualTo(Change.NONE);
    assertThat(next(Long.MAX_VALUE / 4, 0)).isEqualTo(Change.NONE);
    assertThat(next(10, 0)).isEqualTo(Change.NONE);
  }

  @Test
  void hugeCounts_areScaledDown() {
    for (int i = 0; i < 10; i++) {
      next(100, 0);
    }
    assertThat(next(Long.MAX_VALUE, 1)).isEqualTo(Change.NONE);
    assertThat(next(Long.MAX_VALUE, Long.MAX_VALUE / 50)).isEqualTo(Change.BEGAN);

    var anomaly = watch.anomaly(null);

    assertThat(anomaly.value()).isBetween(0.019, 0.021);
    assertThat(anomaly.sentence()).contains(" of 1000000 calls failed");
    assertThat(watch.anomaly(null)).isSameAs(anomaly);
    for (int i = 0; i < 100; i++) {
      next(Long.MAX_VALUE, Long.MAX_VALUE / 2);
      assertThat(watch.usualRate()).isBetween(0.001, 0.9);
    }
  }

  @Test
  void endedAnomaly_differsByItsEndOnly() {
    begun(new Random(1), 500, 1, 0);
    begun(new Random(1), 20, 1, 1);
    var open = watch.anomaly(null);
    var ended = watch.anomaly(START);

    assertThat(ended.until()).isEqualTo(START);
    assertThat(ended).usingRecursiveComparison().ignoringFields("until").isEqualTo(open);
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 4_000, 4_030})
  void savedState_goesOnAlike(int samples) throws IOException {
    var random = new Random(3);
    for (int i = 0; i < samples; i++) {
      next(2, i >= 4_000 || random.nextInt(20) == 0 ? 1 : 0);
    }
    var bytes = new ByteArrayOutputStream();
    watch.save(new DataOutputStream(bytes));
    var other = new ErrorRateWatch();
    other.restore(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    for (int i = 0; i < 300; i++) {
      var at = START.plusSeconds(100_000L + i);
      int failures = i < 150 ? i % 3 : 0;
      assertThat(other.next(at, 2, failures)).isEqualTo(watch.next(at, 2, failures));
    }
    assertThat(other.usualRate()).isEqualTo(watch.usualRate());
    var again = new ByteArrayOutputStream();
    other.save(new DataOutputStream(again));
    bytes.reset();
    watch.save(new DataOutputStream(bytes));
    assertThat(again.toByteArray()).isEqualTo(bytes.toByteArray());
  }
}
