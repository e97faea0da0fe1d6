package io.mcprealtime;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.storage.DataKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the managers work; {@link #defaults()} is the product's.
 *
 * @param retention how long data of each kind is kept
 * @param floors how long data of each kind is kept even when the storage limit is near; never
 *     longer than its retention
 * @param hotWindow how long samples and health checks stay plain rows before they are packed
 * @param tightHotWindow the same while the storage is short of room
 * @param packInterval how often old rows are packed
 * @param cleanupInterval how often old data is dropped
 * @param cacheWriteInterval how often changes are written to the shared cache, as long as its
 *     budget allows
 * @param insertBatchSize records that one database write carries at the least before it is split
 * @param maxWaitingRecords records that may wait to be written before more are refused
 * @param storageLimitBytes what the database may hold; no limit when null
 * @param emergencyRatio share of the storage limit above which the emergency clean-up runs, 0 to 1
 * @param staleAfter age of a server's newest sample at which its state is not known any more
 * @param archiveDirectory where data goes before it is dropped; it is dropped unarchived when null
 * @param spoolDirectory where writes go while the database cannot take them; they fail when null
 * @param spoolLimitBytes what the spool may hold
 * @param adviceFile where recommendations are remembered over a restart; they are not when null
 * @param analysisFile where what is usual for each server is kept over a restart; it is learnt
 *     again from what is stored when null
 */
public record McpRealtimeConfig(
    Map<DataKind, Duration> retention,
    Map<DataKind, Duration> floors,
    Duration hotWindow,
    Duration tightHotWindow,
    Duration packInterval,
    Duration cleanupInterval,
    Duration cacheWriteInterval,
    int insertBatchSize,
    int maxWaitingRecords,
    @Nullable Long storageLimitBytes,
    double emergencyRatio,
    Duration staleAfter,
    @Nullable Path archiveDirectory,
    @Nullable Path spoolDirectory,
    long spoolLimitBytes,
    @Nullable Path adviceFile,
    @Nullable Path analysisFile) {

  public McpRealtimeConfig {
    retention = complete("retention", retention);
    floors = bounded(complete("floors", floors), retention);
    requirePositive("hotWindow", hotWindow);
    requirePositive("tightHotWindow", tightHotWindow);
    requirePositive("packInterval", packInterval);
    requirePositive("cleanupInterval", cleanupInterval);
    requirePositive("cacheWriteInterval", cacheWriteInterval);
    requirePositive("staleAfter", staleAfter);
    if (insertBatchSize < 1 || maxWaitingRecords < insertBatchSize) {
      throw new IllegalArgumentException(
          "batch sizes must be positive and maxWaitingRecords at least insertBatchSize");
    }
    if (!(emergencyRatio > 0 && emergencyRatio <= 1)) {
      throw new IllegalArgumentException(
          "emergencyRatio must lie between 0 and 1, is " + emergencyRatio);
    }
    if (spoolLimitBytes < 1) {
      throw new IllegalArgumentException("spoolLimitBytes must be positive, is " + spoolLimitBytes);
    }
  }

  private static Map<DataKind, Duration> complete(String name, Map<DataKind, Duration> durations) {
    for (var kind : DataKind.values()) {
      var duration = durations.get(kind);
      if (duration == null) {
        throw new IllegalArgumentException("%s of %s is missing".formatted(name, kind.label()));
      }
      requirePositive("%s of %s".formatted(name, kind.label()), duration);
    }
    return Map.copyOf(durations);
  }

  private static Map<DataKind, Duration> bounded(
      Map<DataKind, Duration> floors, Map<DataKind, Duration> retention) {
    var bounded = new EnumMap<>(floors);
    retention.forEach(
        (kind, most) ->
            bounded.merge(kind, most, (floor, m) -> floor.compareTo(m) > 0 ? m : floor));
    return Map.copyOf(bounded);
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException("%s must be positive, is %s".formatted(name, value));
    }
  }

  /** 7 days of samples and health checks, 3 of events, 30 of roll-ups. */
  public static McpRealtimeConfig defaults() {
    return new Builder().build();
  }

  public static Builder builder() {
    return new Builder();
  }

  /** A builder that starts with this configuration's values. */
  public Builder toBuilder() {
    var builder = new Builder();
    builder.retention.putAll(retention);
    builder.floors.putAll(floors);
    builder.hotWindow = hotWindow;
    builder.tightHotWindow = tightHotWindow;
    builder.packInterval = packInterval;
    builder.cleanupInterval = cleanupInterval;
    builder.cacheWriteInterval = cacheWriteInterval;
    builder.insertBatchSize = insertBatchSize;
    builder.maxWaitingRecords = maxWaitingRecords;
    builder.storageLimitBytes = storageLimitBytes;
    builder.emergencyRatio = emergencyRatio;
    builder.staleAfter = staleAfter;
    builder.archiveDirectory = archiveDirectory;
    builder.spoolDirectory = spoolDirectory;
    builder.spoolLimitBytes = spoolLimitBytes;
    builder.adviceFile = adviceFile;
    builder.analysisFile = analysisFile;
    return builder;
  }

  /** How long data of that kind is kept. */
  public Duration retention(DataKind kind) {
    return requireNonNull(retention.get(kind));
  }

  /** How long data of that kind is kept even in an emergency. */
  public Duration floor(DataKind kind) {
    return requireNonNull(floors.get(kind));
  }

  /** Sets what differs from the product's defaults. */
  public static final class Builder {
    private final Map<DataKind, Duration> retention = new EnumMap<>(DataKind.class);
    private final Map<DataKind, Duration> floors = new EnumMap<>(DataKind.class);
    private Duration hotWindow = Duration.ofHours(6);
    private Duration tightHotWindow = Duration.ofMinutes(5);
    private Duration packInterval = Duration.ofMinutes(5);
    private Duration cleanupInterval = Duration.ofHours(6);
    private Duration cacheWriteInterval = Duration.ofSeconds(15);
    private int insertBatchSize = 1_000;
    private int maxWaitingRecords = 200_000;
    private @Nullable Long storageLimitBytes;
    private double emergencyRatio = 0.9;
    private Duration staleAfter = Duration.ofMinutes(2);
    private @Nullable Path archiveDirectory;
    private @Nullable Path spoolDirectory;
    private long spoolLimitBytes = 256L << 20;
    private @Nullable Path adviceFile;
    private @Nullable Path analysisFile;

    private Builder() {
      retention.put(DataKind.METRICS, Duration.ofDays(7));
      retention.put(DataKind.HEALTH_CHECKS, Duration.ofDays(7));
      retention.put(DataKind.EVENTS, Duration.ofDays(3));
      retention.put(DataKind.ROLLUPS, Duration.ofDays(30));
      for (var kind : DataKind.values()) {
        floors.put(kind, Duration.ofDays(1));
      }
    }

    public Builder retention(DataKind kind, Duration value) {
      retention.put(kind, value);
      return this;
    }

    public Builder floor(DataKind kind, Duration value) {
      floors.put(kind, value);
      return this;
    }

    public Builder hotWindow(Duration value) {
      hotWindow = value;
      return this;
    }

    public Builder tightHotWindow(Duration value) {
      tightHotWindow = value;
      return this;
    }

    public Builder packInterval(Duration value) {
      packInterval = value;
      return this;
    }

    public Builder cleanupInterval(Duration value) {
      cleanupInterval = value;
      return this;
    }

    public Builder cacheWriteInterval(Duration value) {
      cacheWriteInterval = value;
      return this;
    }

    public Builder insertBatchSize(int value) {
      insertBatchSize = value;
      return this;
    }

    public Builder maxWaitingRecords(int value) {
      maxWaitingRecords = value;
      return this;
    }

    public Builder storageLimitBytes(@Nullable Long value) {
      storageLimitBytes = value;
      return this;
    }

    public Builder emergencyRatio(double value) {
      emergencyRatio = value;
      return this;
    }

    public Builder staleAfter(Duration value) {
      staleAfter = value;
      return this;
    }

    public Builder archiveDirectory(@Nullable Path value) {
      archiveDirectory = value;
      return this;
    }

    public Builder spoolDirectory(@Nullable Path value) {
      spoolDirectory = value;
      return this;
    }

    public Builder spoolLimitBytes(long value) {
      spoolLimitBytes = value;
      return this;
    }

    public Builder adviceFile(@Nullable Path value) {
      adviceFile = value;
      return this;
    }

    public Builder analysisFile(@Nullable Path value) {
      analysisFile = value;
      return this;
    }

    /**
     * Builds the configuration.
     *
     * @throws IllegalArgumentException that names the value that cannot be
     */
    public McpRealtimeConfig build() {
      return new McpRealtimeConfig(
          retention,
          floors,
          hotWindow,
          tightHotWindow,
          packInterval,
          cleanupInterval,
          cacheWriteInterval,
          insertBatchSize,
          maxWaitingRecords,
          storageLimitBytes,
          emergencyRatio,
          staleAfter,
          archiveDirectory,
          spoolDirectory,
          spoolLimitBytes,
          adviceFile,
          analysisFile);
    }
  }
}
