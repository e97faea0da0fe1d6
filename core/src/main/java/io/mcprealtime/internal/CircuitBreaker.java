package io.mcprealtime.internal;

import io.mcprealtime.CircuitState;
import io.mcprealtime.TimeSource;
import java.time.Duration;

/**
 * Keeps calls away from what fails. After some failures in a row it opens: no call goes out for a
 * pause, which doubles up to a bound each time the one call after it fails again. Thread-safe.
 */
public final class CircuitBreaker {
  private final TimeSource time;
  private final int failuresToOpen;
  private final Duration firstPause;
  private final Duration longestPause;

  private int failures;
  private Duration pause;
  private boolean open;
  private boolean trying;
  private long openedNanos;

  /**
   * @param failuresToOpen in a row
   */
  public CircuitBreaker(
      TimeSource time, int failuresToOpen, Duration firstPause, Duration longestPause) {
    this.time = time;
    this.failuresToOpen = failuresToOpen;
    this.firstPause = firstPause;
    this.longestPause = longestPause;
    this.pause = firstPause;
  }

  /** Whether a call may go out. Who was told so tells how it went. */
  public synchronized boolean allows() {
    if (!open) {
      return true;
    }
    if (trying || time.nanoTime() - openedNanos < pause.toNanos()) {
      return false;
    }
    trying = true;
    return true;
  }

  /** A call went well. */
  public synchronized void succeeded() {
    failures = 0;
    open = false;
    trying = false;
    pause = firstPause;
  }

  /**
   * A call failed.
   *
   * @return whether it opened by that, having been closed
   */
  public synchronized boolean failed() {
    failures++;
    if (open) {
      if (trying) {
        var doubled = pause.multipliedBy(2);
        pause = doubled.compareTo(longestPause) > 0 ? longestPause : doubled;
        trying = false;
        openedNanos = time.nanoTime();
      }
      return false;
    }
    if (failures < failuresToOpen) {
      return false;
    }
    open = true;
    openedNanos = time.nanoTime();
    return true;
  }

  public synchronized CircuitState state() {
    if (!open) {
      return CircuitState.CLOSED;
    }
    return trying || time.nanoTime() - openedNanos >= pause.toNanos()
        ? CircuitState.HALF_OPEN
        : CircuitState.OPEN;
  }
}
