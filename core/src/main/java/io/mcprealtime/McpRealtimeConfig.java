package io.mcprealtime;

import io.mcprealtime.storage.DataKind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the managers work; {@link #defaults()} is the product's.
 *
 * @param metricsRetention how long samples are kept
 * @param healthRetention how long health checks are kept
 * @param eventsRetention how long events are kept
 * @param rollupsRetention how long roll-ups are kept
 * @param rollupInterval how often samples are rolled up
 * @param cleanupInterval how often old data is dropped
 * @param cacheBatchSize values that one cache write carries
 * @param insertBatchSize records that one database write carries at the least before it is split
 * @param maxWaitingRecords records that may wait to be written before more are refused
 * @param storageLimitBytes what the database may hold; no limit when null
 * @param staleAfter age of a server's newest sample at which its state is not known any more
 * @param emergencyRatio share of the storage limit above which the emergency clean-up runs, 0 to 1
 */
public record McpRealtimeConfig(
    Duration metricsRetention,
    Duration healthRetention,
    Duration eventsRetention,
    Duration rollupsRetention,
    Duration rollupInterval,
    Duration cleanupInterval,
    int cacheBatchSize,
    int insertBatchSize,
    int maxWaitingRecords,
    @Nullable Long storageLimitBytes,
    Duration staleAfter,
    double emergencyRatio) {

  public McpRealtimeConfig {
    requirePositive("metricsRetention", metricsRetention);
    requirePositive("healthRetention", healthRetention);
    requirePositive("eventsRetention", eventsRetention);
    requirePositive("rollupsRetention", rollupsRetention);
    requirePositive("rollupInterval", rollupInterval);
    requirePositive("cleanupInterval", cleanupInterval);
    requirePositive("staleAfter", staleAfter);
    if (cacheBatchSize < 1 || insertBatchSize < 1 || maxWaitingRecords < insertBatchSize) {
      throw new IllegalArgumentException(
          "batch sizes must be positive and maxWaitingRecords at least insertBatchSize");
    }
    if (!(emergencyRatio > 0 && emergencyRatio <= 1)) {
      throw new IllegalArgumentException(
          "emergencyRatio must lie between 0 and 1, is " + emergencyRatio);
    }
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException("%s must be positive, is %s".formatted(name, value));
    }
  }

  /** 7 days of samples and health checks, 3 of events, 30 of roll-ups. */
  public static McpRealtimeConfig defaults() {
    return new McpRealtimeConfig(
        Duration.ofDays(7),
        Duration.ofDays(7),
        Duration.ofDays(3),
        Duration.ofDays(30),
        Duration.ofMinutes(5),
        Duration.ofHours(6),
        50,
        1_000,
        200_000,
        null,
        Duration.ofMinutes(2),
        0.9);
  }

  /** How long data of that kind is kept. */
  public Duration retention(DataKind kind) {
    return switch (kind) {
      case METRICS -> metricsRetention;
      case HEALTH_CHECKS -> healthRetention;
      case EVENTS -> eventsRetention;
      case ROLLUPS -> rollupsRetention;
    };
  }

  /** The same with other retentions. */
  public McpRealtimeConfig withRetention(
      Duration metrics, Duration health, Duration events, Duration rollups) {
    return new McpRealtimeConfig(
        metrics,
        health,
        events,
        rollups,
        rollupInterval,
        cleanupInterval,
        cacheBatchSize,
        insertBatchSize,
        maxWaitingRecords,
        storageLimitBytes,
        staleAfter,
        emergencyRatio);
  }

  /** The same with other intervals of the periodic work. */
  public McpRealtimeConfig withIntervals(Duration rollup, Duration cleanup) {
    return new McpRealtimeConfig(
        metricsRetention,
        healthRetention,
        eventsRetention,
        rollupsRetention,
        rollup,
        cleanup,
        cacheBatchSize,
        insertBatchSize,
        maxWaitingRecords,
        storageLimitBytes,
        staleAfter,
        emergencyRatio);
  }

  /** The same with a limit on what the database may hold. */
  public McpRealtimeConfig withStorageLimit(@Nullable Long bytes) {
    return new McpRealtimeConfig(
        metricsRetention,
        healthRetention,
        eventsRetention,
        rollupsRetention,
        rollupInterval,
        cleanupInterval,
        cacheBatchSize,
        insertBatchSize,
        maxWaitingRecords,
        bytes,
        staleAfter,
        emergencyRatio);
  }

  /** The same with another age at which a sample says nothing any more. */
  public McpRealtimeConfig withStaleAfter(Duration age) {
    return new McpRealtimeConfig(
        metricsRetention,
        healthRetention,
        eventsRetention,
        rollupsRetention,
        rollupInterval,
        cleanupInterval,
        cacheBatchSize,
        insertBatchSize,
        maxWaitingRecords,
        storageLimitBytes,
        age,
        emergencyRatio);
  }
}
