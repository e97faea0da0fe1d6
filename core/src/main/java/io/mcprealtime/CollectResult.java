package io.mcprealtime;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What became of collected samples.
 *
 * @param cached whether the cache took them
 * @param stored whether the storage committed them; when it did not, none of them is stored
 * @param cacheTime how long the cache took
 * @param storeTime how long it took until they were committed, or could not be
 * @param totalTime how long both took, side by side
 * @param failure why they were not stored
 */
public record CollectResult(
    boolean cached,
    boolean stored,
    Duration cacheTime,
    Duration storeTime,
    Duration totalTime,
    @Nullable McpRealtimeException failure) {

  /** Why the samples were not stored; absent when they were. */
  public Optional<McpRealtimeException> whyNotStored() {
    return Optional.ofNullable(failure);
  }
}
