package io.mcprealtime.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HourProfileTest {
  private static final Instant START = Instant.parse("2026-11-02T00:00:00Z");
  private static final int A_DAY = 24 * 4;

  /** The number of its hour at each quarter of one. */
  private static void quarters(HourProfile profile, int from, int to) {
    for (int i = from; i < to; i++) {
      profile.enter(at(i));
      profile.learn(i / 4 % 24);
    }
  }

  private static Instant at(int quarter) {
    return START.plus(Duration.ofMinutes(15L * quarter));
  }

  private static void assertIsKnown(HourProfile profile, int day) {
    for (int hour = 0; hour < 24; hour++) {
      assertThat(profile.enter(at(day * A_DAY + 4 * hour))).isEqualTo(hour);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"2026-11-05T12:00:00Z", "2031-01-01T07:00:00Z", "9999-12-31T23:00:00Z"})
  void enter_afterATimeInTheFuture_goesOn(String future) {
    var profile = new HourProfile();
    quarters(profile, 0, 10);
    profile.enter(Instant.parse(future));
    profile.learn(1_000);
    quarters(profile, 10, 2 * A_DAY);

    assertIsKnown(profile, 2);
  }

  @Test
  void enter_timesInTheFutureAtRandom_teachNothing() {
    var random = new Random(15);
    var profile = new HourProfile();
    for (int i = 0; i < 20 * A_DAY; i++) {
      quarters(profile, i, i + 1);
      if (random.nextInt(30) == 0) {
        profile.enter(at(i + A_DAY * (2 + random.nextInt(5_000))));
        profile.learn(random.nextGaussian());
      }
    }

    assertIsKnown(profile, 20);
  }

  @Test
  void enter_lateByADay_bringsNoHourBack() {
    var profile = new HourProfile();
    quarters(profile, 0, A_DAY + 4);
    profile.enter(at(3));
    profile.learn(0);
    profile.enter(at(A_DAY + 4));

    assertThat(profile.enter(at(A_DAY))).isZero();
    assertThat(profile.enter(at(2 * A_DAY))).isZero();
    assertThat(days(profile)[0]).isEqualTo((byte) 2);
  }

  private static byte[] days(HourProfile profile) {
    var state = ByteBuffer.allocate(512);
    profile.write(state);
    var days = new byte[24];
    state.get(2 * Long.BYTES + Integer.BYTES, days);
    return days;
  }
}
