package io.mcprealtime;

import io.mcprealtime.internal.SampleArchive;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.StorageMaintenance.DropResult;
import io.mcprealtime.storage.StorageMaintenance.PackResult;
import io.mcprealtime.storage.StorageUsage;
import io.mcprealtime.storage.TimeRange;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Keeps stored data within its ages and its limit. Calls block; thread-safe. */
public final class McpDataRetentionManager {
  /** A run of packing begins no further piece of work after that. */
  private static final Duration PACK_BOUND = Duration.ofSeconds(30);

  private final McpCacheManager cache;
  private final Storage storage;
  private final McpRealtimeConfig config;
  private final TimeSource time;

  public McpDataRetentionManager(
      McpCacheManager cache, Storage storage, McpRealtimeConfig config, TimeSource time) {
    this.cache = cache;
    this.storage = storage;
    this.config = config;
    this.time = time;
  }

  /** What storage and cache hold, measured, against the limit. */
  public DataUsage analyzeDataUsage() {
    return new DataUsage(
        storage.name(), storage.maintenance().usage(), config.storageLimitBytes(), cache.stats());
  }

  /** Makes room for what comes, and packs rows that are older than the hot window. */
  public PackResult pack() {
    storage.maintenance().prepare();
    var before = time.instant().minus(config.hotWindow());
    return storage.maintenance().pack(before, PACK_BOUND);
  }

  /** Drops what is over its age, and everything that the limit demands when it is near. */
  public synchronized CleanupResult performFullCleanup() {
    var result = cleanUp(1);
    storage.maintenance().prepare();
    var ratio = analyzeDataUsage().ratio();
    if (ratio.isPresent() && ratio.get() > config.emergencyRatio()) {
      return result.plus(performEmergencyCleanup());
    }
    return result;
  }

  /**
   * Makes room: the cache's lesser tiers go, then the ages are halved step by step, down to a day,
   * until the storage is under its emergency share or the floor is reached.
   */
  public synchronized CleanupResult performEmergencyCleanup() {
    cache.emergencyCleanup();
    var result = cleanUp(1);
    for (int divisor = 2; isOverEmergency() && isAboveFloor(divisor / 2); divisor *= 2) {
      result = result.plus(cleanUp(divisor));
    }
    return result;
  }

  private boolean isAboveFloor(int divisor) {
    return Arrays.stream(DataKind.values())
        .anyMatch(
            kind -> config.retention(kind).dividedBy(divisor).compareTo(config.floor(kind)) > 0);
  }

  private boolean isOverEmergency() {
    return analyzeDataUsage().ratio().filter(r -> r > config.emergencyRatio()).isPresent();
  }

  private CleanupResult cleanUp(int divisor) {
    Instant now = time.instant();
    long start = time.nanoTime();
    var dropped = new EnumMap<DataKind, DropResult>(DataKind.class);
    var faults = new ArrayList<String>();
    for (var kind : DataKind.values()) {
      var age = config.retention(kind).dividedBy(divisor);
      var floor = config.floor(kind);
      var kept = age.compareTo(floor) < 0 ? floor : age;
      try {
        dropped.put(kind, storage.maintenance().dropBefore(kind, now.minus(kept)));
      } catch (McpRealtimeException e) {
        faults.add("%s: %s".formatted(kind.label(), e.getMessage()));
      }
    }
    if (!faults.isEmpty()) {
      throw new McpRealtimeException(
          "the clean-up dropped %s and could not drop all: %s".formatted(dropped, faults));
    }
    return new CleanupResult(dropped, Duration.ofNanos(time.nanoTime() - start));
  }

  /**
   * Writes the samples before an instant to a compressed file, one JSON object a line, and reads it
   * back to prove it. Nothing is dropped.
   *
   * @param directory is made when it is missing
   */
  public ArchiveResult archiveOldData(Path directory, Instant before) {
    var range = new TimeRange(ServerMetrics.MIN_INSTANT, before);
    return SampleArchive.write(directory, range, storage.samples());
  }

  /**
   * What storage and cache hold.
   *
   * @param limitBytes what the storage may hold; no limit when null
   */
  public record DataUsage(
      String backend, StorageUsage storage, @Nullable Long limitBytes, CacheStats cache) {

    /** Share of the limit in use; absent without a limit or where the size is not known. */
    public Optional<Double> ratio() {
      if (limitBytes == null || storage.totalBytes() == null) {
        return Optional.empty();
      }
      return Optional.of((double) storage.totalBytes() / limitBytes);
    }
  }

  /** What a clean-up dropped, and how long it took. */
  public record CleanupResult(Map<DataKind, DropResult> dropped, Duration elapsed) {
    public CleanupResult {
      dropped = Map.copyOf(dropped);
    }

    CleanupResult plus(CleanupResult other) {
      var sum = new EnumMap<>(dropped);
      other.dropped.forEach((kind, result) -> sum.merge(kind, result, DropResult::plus));
      return new CleanupResult(sum, elapsed.plus(other.elapsed));
    }
  }

  /**
   * What an archive holds.
   *
   * @param rawBytes of the lines before compression
   * @param fileBytes of the file
   */
  public record ArchiveResult(Path file, long samples, long rawBytes, long fileBytes) {
    /** Compressed size as a share of the raw size; absent when there was nothing. */
    public Optional<Double> ratio() {
      return rawBytes == 0 ? Optional.empty() : Optional.of((double) fileBytes / rawBytes);
    }
  }
}
