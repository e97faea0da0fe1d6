package io.mcprealtime;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the cache did since the process started, measured.
 *
 * @param backend the backend's name
 * @param hits values asked for and found
 * @param misses values asked for and not found
 * @param errors calls that the backend failed, each of which counts as a miss
 * @param meanReadTime mean time of a read; absent before the first
 * @param p95ReadTime 95th percentile of it; absent before the first
 * @param keys values held; absent when the backend did not answer
 * @param memoryBytes memory in use; absent where the backend cannot measure it
 */
public record CacheStats(
    String backend,
    long hits,
    long misses,
    long errors,
    Optional<Duration> meanReadTime,
    Optional<Duration> p95ReadTime,
    @Nullable Long keys,
    @Nullable Long memoryBytes) {

  /** Share of reads that were hits, 0 to 1; absent before the first read. */
  public Optional<Double> hitRate() {
    long reads = hits + misses;
    return reads == 0 ? Optional.empty() : Optional.of((double) hits / reads);
  }
}
