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

  private final ErrorRateWatch watch = new ErrorRateWatch();
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

  @ParameterizedTest
  @ValueSource(doubles = {0, 0.001, 0.02, 0.1, 0.4})
  void steadyFailures_areUsual(double rate) {
    var random = new Random(7);
    int begun = 0;
    for (int i = 0; i < 40_000; i++) {
      begun += next(1, random.nextDouble() < rate ? 1 : 0) == Change.BEGAN ? 1 : 0;
    }
    // What was not known to be usual may be told of at the start.
    assertThat(begun).isLessThanOrEqualTo(rate > 0.05 ? 2 : 0);
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
  void savedState_goesOnAlike() throws IOException {
    var random = new Random(3);
    for (int i = 0; i < 300; i++) {
      next(2, random.nextInt(20) == 0 ? 1 : 0);
    }
    var bytes = new ByteArrayOutputStream();
    watch.save(new DataOutputStream(bytes));
    var other = new ErrorRateWatch();
    other.restore(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
    for (int i = 0; i < 50; i++) {
      var at = START.plusSeconds(10_000L + i);
      assertThat(other.next(at, 2, i % 3)).isEqualTo(watch.next(at, 2, i % 3));
    }
    assertThat(other.anomaly(null)).isEqualTo(watch.anomaly(null));
  }
}
