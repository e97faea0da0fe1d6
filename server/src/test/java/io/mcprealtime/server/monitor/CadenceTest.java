package io.mcprealtime.server.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.CircuitState;
import io.mcprealtime.ManualTime;
import io.mcprealtime.TimeSource;
import io.mcprealtime.mcp.ProbeResult;
import io.mcprealtime.mcp.StateRule;
import io.mcprealtime.server.monitor.MonitorSettings.Circuit;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class CadenceTest {
  private static final Duration INTERVAL = Duration.ofSeconds(15);

  private final ManualTime time = ManualTime.startingAt("2026-11-20T12:00:00Z");
  private final Cadence cadence = new Cadence(time, INTERVAL, Circuit.DEFAULT, 0.2);

  private ProbeResult result(StateRule rule, Duration took) {
    return Results.of(rule, time.instant(), took);
  }

  private boolean fail() {
    return cadence.probed(result(StateRule.UNREACHABLE, Duration.ofMillis(20)));
  }

  private boolean succeed() {
    return cadence.probed(result(StateRule.ALL_PASSED, Duration.ofMillis(20)));
  }

  private void open() {
    for (int i = 0; i < 5; i++) {
      assertThat(cadence.allows()).isTrue();
      fail();
    }
    assertThat(cadence.circuit()).isEqualTo(CircuitState.OPEN);
  }

  @Test
  void fiveFailures_openTheCircuit() {
    for (int i = 0; i < 4; i++) {
      assertThat(cadence.allows()).isTrue();
      assertThat(fail()).isFalse();
    }
    succeed();
    for (int i = 0; i < 4; i++) {
      assertThat(fail()).isFalse();
      assertThat(cadence.circuit()).isEqualTo(CircuitState.CLOSED);
    }
    assertThat(fail()).isTrue();
    assertThat(cadence.circuit()).isEqualTo(CircuitState.OPEN);
    assertThat(cadence.allows()).isFalse();
  }

  @Test
  void pauses_doubleUpToTheLongest() {
    open();
    for (int seconds : new int[] {30, 60, 120, 120}) {
      time.advance(Duration.ofSeconds(seconds).minusMillis(1));
      assertThat(cadence.allows()).isFalse();
      time.advance(Duration.ofMillis(1));
      assertThat(cadence.circuit()).isEqualTo(CircuitState.HALF_OPEN);
      assertThat(cadence.allows()).isTrue();
      assertThat(cadence.allows()).isFalse();
      assertThat(fail()).isFalse();
      assertThat(cadence.circuit()).isEqualTo(CircuitState.OPEN);
    }
  }

  @Test
  void trialThatSucceeds_closesTheCircuit() {
    open();
    time.advance(Duration.ofSeconds(30));
    assertThat(cadence.allows()).isTrue();
    assertThat(succeed()).isTrue();
    assertThat(cadence.circuit()).isEqualTo(CircuitState.CLOSED);
    assertThat(succeed()).isFalse();
  }

  @Test
  void serverThatAnswersBadly_doesNotOpenIt() {
    for (int i = 0; i < 10; i++) {
      cadence.probed(result(StateRule.CREDENTIALS_REFUSED, Duration.ofMillis(5)));
    }
    assertThat(cadence.circuit()).isEqualTo(CircuitState.CLOSED);
  }

  @Test
  void trialWithoutResult_isFollowedByAnother() {
    open();
    time.advance(Duration.ofSeconds(30));
    assertThat(cadence.allows()).isTrue();
    cadence.abandoned();
    assertThat(cadence.circuit()).isEqualTo(CircuitState.OPEN);
    time.advance(Duration.ofSeconds(60));
    assertThat(cadence.allows()).isTrue();
    succeed();
    assertThat(cadence.circuit()).isEqualTo(CircuitState.CLOSED);
    for (int i = 0; i < 10; i++) {
      cadence.abandoned();
    }
    assertThat(cadence.circuit()).isEqualTo(CircuitState.CLOSED);
  }

  @Test
  void force_allowsOneProbe_whateverTheCircuit() {
    open();
    cadence.force();
    assertThat(cadence.allows()).isTrue();
    assertThat(cadence.allows()).isFalse();
    assertThat(fail()).isFalse();
    assertThat(cadence.allows()).isFalse();
    cadence.force();
    assertThat(cadence.allows()).isTrue();
    assertThat(succeed()).isTrue();
    assertThat(cadence.allows()).isTrue();
  }

  @Test
  void retryAfter_isHonoured_andForgottenAfterwards() {
    cadence.probed(Results.thatAsksFor(Duration.ofSeconds(40), time.instant()));
    assertThat(cadence.heldUntil()).isEqualTo(Instant.parse("2026-11-20T12:00:40Z"));
    time.advance(Duration.ofSeconds(39));
    assertThat(cadence.allows()).isFalse();
    time.advance(Duration.ofSeconds(1));
    assertThat(cadence.heldUntil()).isNull();
    assertThat(cadence.allows()).isTrue();
    cadence.probed(Results.thatAsksFor(Duration.ZERO, time.instant()));
    assertThat(cadence.allows()).isTrue();
  }

  @Test
  void retryAfter_endsInTime_whenTheClockIsPutBack() {
    var wall = new SteppedTime();
    var stepped = new Cadence(wall, INTERVAL, Circuit.DEFAULT, 0.2);
    stepped.probed(Results.thatAsksFor(Duration.ofSeconds(10), wall.instant()));
    wall.step = Duration.ofHours(-5);
    assertThat(stepped.allows()).isFalse();
    time.advance(Duration.ofSeconds(10));
    assertThat(stepped.allows()).isTrue();
    assertThat(stepped.load().share()).isBetween(0.0, 1.0);
  }

  @Test
  void slowServer_isProbedLessOften_butNotForgotten() {
    assertThat(cadence.intervals()).isEqualTo(1);
    cadence.probed(result(StateRule.ALL_PASSED, Duration.ofSeconds(3)));
    assertThat(cadence.intervals()).isEqualTo(1);
    for (int i = 0; i < 100; i++) {
      cadence.probed(result(StateRule.ALL_PASSED, Duration.ofSeconds(6)));
    }
    assertThat(cadence.intervals()).isEqualTo(2);
    for (int i = 0; i < 100; i++) {
      cadence.probed(result(StateRule.NO_ANSWER, Duration.ofMinutes(3)));
    }
    assertThat(cadence.intervals()).isEqualTo(4);
    for (int i = 0; i < 100; i++) {
      cadence.probed(result(StateRule.ALL_PASSED, Duration.ofMillis(30)));
    }
    assertThat(cadence.intervals()).isEqualTo(1);
  }

  @Test
  void load_isWhatOurProbesCostTheServer() {
    assertThat(cadence.load().share()).isZero();
    cadence.probed(result(StateRule.ALL_PASSED, Duration.ofSeconds(1)));
    cadence.probed(result(StateRule.ALL_PASSED, Duration.ofSeconds(2)));
    time.advance(Duration.ofSeconds(30));
    var load = cadence.load();
    assertThat(load.probes()).isEqualTo(2);
    assertThat(load.requests()).isEqualTo(6);
    assertThat(load.busy()).isEqualTo(Duration.ofSeconds(3));
    assertThat(load.share()).isEqualTo(0.1);
    assertThat(load.since()).isEqualTo(Instant.parse("2026-11-20T12:00:00Z"));
  }

  /** A wall clock that somebody sets. */
  private final class SteppedTime implements TimeSource {
    private Duration step = Duration.ZERO;

    @Override
    public Instant instant() {
      return time.instant().plus(step);
    }

    @Override
    public long nanoTime() {
      return time.nanoTime();
    }
  }
}
