package io.mcprealtime.redis;

import io.mcprealtime.TimeSource;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * When the hash needs more than its values: its own expiry, for Redis has none for fields
 * everywhere, and a look for fields of servers that are gone. What was claimed and failed is due
 * again no sooner than what worked out. Claims are single-flight. Thread-safe.
 */
final class Upkeep {
  /** After so long without a writer the hash is gone. */
  static final Duration HASH_LIFE = Duration.ofDays(1);

  /** What expired longer ago is removed. */
  static final Duration STALE_AFTER = Duration.ofDays(1);

  private static final Duration EXPIRY_INTERVAL = Duration.ofHours(1);
  private static final Duration FIRST_SWEEP = Duration.ofHours(1);
  private static final Duration SWEEP_INTERVAL = Duration.ofDays(1);

  private final TimeSource time;
  private final Set<String> written = new HashSet<>();
  private long expiryDue;
  private long sweepDue;

  Upkeep(TimeSource time) {
    this.time = time;
    this.expiryDue = time.nanoTime();
    this.sweepDue = time.nanoTime() + FIRST_SWEEP.toNanos();
  }

  /** Whether the caller is to renew the hash's expiry now. */
  synchronized boolean claimExpiry() {
    if (time.nanoTime() - expiryDue < 0) {
      return false;
    }
    expiryDue = time.nanoTime() + EXPIRY_INTERVAL.toNanos();
    return true;
  }

  /** Whether the caller is to look for stale fields now. */
  synchronized boolean claimSweep() {
    if (time.nanoTime() - sweepDue < 0) {
      return false;
    }
    sweepDue = time.nanoTime() + SWEEP_INTERVAL.toNanos();
    return true;
  }

  /**
   * Remembers fields that were written. When Redis had lost one that was written before, the hash
   * is new and its expiry due.
   *
   * @param added how many of them Redis had not had
   */
  synchronized void wrote(Collection<String> fields, long added) {
    long isNew = fields.stream().filter(written::add).count();
    if (added > isNew) {
      expiryDue = time.nanoTime();
    }
  }

  synchronized void removed(Collection<String> fields) {
    fields.forEach(written::remove);
  }
}
