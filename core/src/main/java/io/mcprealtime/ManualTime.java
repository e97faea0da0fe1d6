package io.mcprealtime;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;

/** A clock that moves only when it is told to, for tests of what runs by time. */
public final class ManualTime implements TimeSource {
  private final Instant start;
  private final AtomicReference<Instant> now;

  private ManualTime(Instant start) {
    this.start = start;
    this.now = new AtomicReference<>(start);
  }

  public static ManualTime startingAt(String instant) {
    return new ManualTime(Instant.parse(instant));
  }

  public void advance(Duration duration) {
    now.updateAndGet(instant -> instant.plus(duration));
  }

  @Override
  public Instant instant() {
    return now.get();
  }

  @Override
  public long nanoTime() {
    return Duration.between(start, now.get()).toNanos();
  }
}
