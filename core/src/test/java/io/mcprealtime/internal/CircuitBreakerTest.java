package io.mcprealtime.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.CircuitState;
import io.mcprealtime.ManualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CircuitBreakerTest {
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final ManualTime time = ManualTime.startingAt("2026-11-20T12:00:00Z");
  private final CircuitBreaker breaker = new CircuitBreaker(time, 3, PAUSE, Duration.ofSeconds(15));

  private void open() {
    assertThat(breaker.failed()).isFalse();
    assertThat(breaker.failed()).isFalse();
    assertThat(breaker.failed()).isTrue();
  }

  @Test
  void opensAfterFailuresInARow_andASuccessBetweenStartsTheCountAgain() {
    breaker.failed();
    breaker.failed();
    breaker.succeeded();
    open();

    assertThat(breaker.state()).isEqualTo(CircuitState.OPEN);
    assertThat(breaker.allows()).isFalse();
  }

  @Test
  void afterThePause_oneCallMayTry_andItsSuccessCloses() {
    open();
    time.advance(PAUSE);

    assertThat(breaker.state()).isEqualTo(CircuitState.HALF_OPEN);
    assertThat(breaker.allows()).isTrue();
    assertThat(breaker.allows()).isFalse();
    breaker.succeeded();
    assertThat(breaker.state()).isEqualTo(CircuitState.CLOSED);
    assertThat(breaker.allows()).isTrue();
  }

  @Test
  void eachFailedTry_doublesThePause_upToItsBound() {
    open();
    for (int seconds : new int[] {5, 10, 15, 15}) {
      time.advance(Duration.ofSeconds(seconds).minusNanos(1));
      assertThat(breaker.allows()).as("before %d s", seconds).isFalse();
      time.advance(Duration.ofNanos(1));
      assertThat(breaker.allows()).as("after %d s", seconds).isTrue();
      assertThat(breaker.failed()).isFalse();
    }
    time.advance(Duration.ofSeconds(15));
    breaker.allows();
    breaker.succeeded();
    open();
    time.advance(PAUSE);
    assertThat(breaker.allows()).isTrue();
  }
}
