package io.mcprealtime;

import io.mcprealtime.internal.Timer.Timings;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the cache did since the process started, measured.
 *
 * @param backend the name of the cache that processes share, or of the one in the process
 * @param hits values asked for and found
 * @param sharedHits those of them that the shared cache had
 * @param misses values asked for and not found
 * @param errors calls that the shared cache failed, each of which counts as misses, and values of
 *     it that could not be read
 * @param reads how long reads took, of both levels
 * @param sharedReads how long calls of the shared cache took that read
 * @param sharedWrites how long calls of the shared cache took that wrote
 * @param keys values held; absent when the backend did not answer
 * @param memoryBytes memory in use; absent where the backend cannot measure it
 * @param memoryLimitBytes what it may use; absent where none is told
 * @param tiers hits and misses of each tier that was asked for, by name
 * @param shared how the shared cache is used now; absent without one
 */
public record CacheStats(
    String backend,
    long hits,
    long sharedHits,
    long misses,
    long errors,
    Timings reads,
    Timings sharedReads,
    Timings sharedWrites,
    @Nullable Long keys,
    @Nullable Long memoryBytes,
    @Nullable Long memoryLimitBytes,
    Map<String, Tier> tiers,
    @Nullable Shared shared) {
  public CacheStats {
    tiers = new TreeMap<>(tiers);
  }

  /** Share of reads that were hits, 0 to 1; absent before the first read. */
  public Optional<Double> hitRate() {
    return rate(hits, misses);
  }

  private static Optional<Double> rate(long hits, long misses) {
    long reads = hits + misses;
    return reads == 0 ? Optional.empty() : Optional.of((double) hits / reads);
  }

  /** Values of a tier asked for, found and not found. */
  public record Tier(long hits, long misses) {
    /** Share of reads that were hits, 0 to 1; absent before the first read. */
    public Optional<Double> hitRate() {
      return rate(hits, misses);
    }
  }

  /**
   * How the shared cache is used now.
   *
   * @param circuit open while no calls go out, as some failed
   * @param writeInterval how often changes are written
   * @param stretch by how much the first level's times to live are lengthened
   */
  public record Shared(CircuitState circuit, Duration writeInterval, double stretch) {}
}
