package io.mcprealtime.redis;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Cuts a line when a call's time is up. Cancelling a task does not tell whether it has begun, so
 * the call and the alarm agree here on which of them was first.
 */
final class Alarm implements Runnable {
  private final RespLine line;
  private final AtomicBoolean decided = new AtomicBoolean();

  Alarm(RespLine line) {
    this.line = line;
  }

  @Override
  public void run() {
    if (decided.compareAndSet(false, true)) {
      line.cut();
    }
  }

  /** Ends it; false when the line is cut, or about to be. */
  boolean disarm() {
    return decided.compareAndSet(false, true);
  }
}
