package io.mcprealtime;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What became of collected samples.
 *
 * @param cached whether the cache took them
 * @param stored whether the storage committed them; when it did not, none of them is stored
 * @param spooled whether the spool has them on disk instead, to be stored when the storage is back
 * @param cacheTime how long the cache took
 * @param storeTime how long it took until they were committed or spooled, or could not be
 * @param totalTime how long both took, side by side
 * @param failure why they were not kept
 */
public record CollectResult(
    boolean cached,
    boolean stored,
    boolean spooled,
    Duration cacheTime,
    Duration storeTime,
    Duration totalTime,
    @Nullable McpRealtimeException failure) {

  /** Whether the samples are on disk for certain: stored, or spooled. */
  public boolean isKept() {
    return stored || spooled;
  }

  /** Why the samples were not kept; absent when they were stored or spooled. */
  public Optional<McpRealtimeException> whyNotKept() {
    return Optional.ofNullable(failure);
  }
}
