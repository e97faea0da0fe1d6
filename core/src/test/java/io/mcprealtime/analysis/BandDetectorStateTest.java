package io.mcprealtime.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BandDetectorStateTest {
  private static final Instant START = Instant.parse("2026-11-02T00:00:00Z");
  private static final int MOST_BYTES = 4096;

  private static Verdict feed(Detector detector, Random random, int i) {
    double value = random.nextGaussian() + (i % 700 == 699 ? 9 : 0);
    return detector.next(START.plusSeconds(300L * i), value);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 29, 30, 51, 59, 60, 61, 288, 700, 702, 5000, 9999, 10_000, 10_003})
  void restore_atAnyPoint_goesOnAsBefore(int saveAt) {
    var random = new Random(saveAt);
    var detector = new BandDetector();
    for (int i = 0; i < saveAt; i++) {
      feed(detector, random, i);
    }
    var state = detector.save();
    var restored = BandDetector.restore(state);
    assertThat(restored.save()).isEqualTo(state);
    assertThat(restored.count()).isEqualTo(saveAt);
    var one = new Random(-saveAt);
    var other = new Random(-saveAt);
    for (int i = saveAt; i < saveAt + 2000; i++) {
      assertThat(feed(restored, one, i)).isEqualTo(feed(detector, other, i));
    }
    assertThat(restored.save()).isEqualTo(detector.save());
  }

  @Test
  void save_afterAMillionValues_isWithinItsBound() {
    var random = new Random(1);
    var detector = new BandDetector();
    for (int i = 0; i < 1_000_000; i++) {
      feed(detector, random, i);
    }
    assertThat(detector.count()).isEqualTo(1_000_000);
    assertThat(detector.save()).hasSizeLessThanOrEqualTo(MOST_BYTES);
  }

  @Test
  void restore_otherBytes_isRefused() {
    assertThatThrownBy(() -> BandDetector.restore(new byte[0]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "0 bytes are no saved detector: they are cut off; start a new one and feed it from"
                + " history");
    assertThatThrownBy(() -> BandDetector.restore(new byte[5000]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("5000 bytes are no saved detector: they are something else");
  }

  @Test
  void restore_anotherVersion_isRefused() {
    var state = new BandDetector().save();
    state[Integer.BYTES] = 9;

    assertThatThrownBy(() -> BandDetector.restore(state))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("their version is 9 and not 1");
  }

  @Test
  void restore_anyDamage_isRefused() {
    var random = new Random(2);
    var detector = new BandDetector();
    for (int i = 0; i < 100; i++) {
      feed(detector, random, i);
    }
    var state = detector.save();
    for (int i = 0; i < state.length; i++) {
      var damaged = state.clone();
      damaged[i] ^= 1;
      assertThatThrownBy(() -> BandDetector.restore(damaged))
          .isInstanceOf(IllegalArgumentException.class);
      var cutOff = Arrays.copyOf(state, i);
      assertThatThrownBy(() -> BandDetector.restore(cutOff))
          .isInstanceOf(IllegalArgumentException.class);
    }
    var longer = ByteBuffer.allocate(state.length + 1).put(state).array();
    assertThatThrownBy(() -> BandDetector.restore(longer))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("their checksum is wrong");
  }
}
