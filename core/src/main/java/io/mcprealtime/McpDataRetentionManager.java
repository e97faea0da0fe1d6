package io.mcprealtime;

import io.mcprealtime.CleanupResult.Outcome;
import io.mcprealtime.analysis.Range;
import io.mcprealtime.archive.Export;
import io.mcprealtime.archive.Manifest;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.StorageMaintenance.PackResult;
import io.mcprealtime.storage.StorageMaintenance.UsagePoint;
import io.mcprealtime.storage.StorageUsage;
import io.mcprealtime.storage.TimeRange;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps stored data within its ages and its limit. Calls block; thread-safe. */
public final class McpDataRetentionManager {
  private static final Logger log = LoggerFactory.getLogger(McpDataRetentionManager.class);

  /** One clean-up at a time works on a storage, in whichever process. */
  private static final String TASK = "clean-up";

  /** A run of packing begins no further piece of work after that. */
  private static final Duration PACK_BOUND = Duration.ofSeconds(30);

  /** Over this share of the limit rows are packed early: they take several times as much. */
  private static final double TIGHT_RATIO = 0.6;

  private static final Duration USAGE_EVERY = Duration.ofHours(1);
  private static final Duration GROWTH_SPAN = Duration.ofDays(7);

  /** Where an emergency clean-up could not make enough room, the next waits that long. */
  private static final Duration EMERGENCY_EVERY = Duration.ofHours(1);

  private final McpCacheManager cache;
  private final Storage storage;
  private final McpRealtimeConfig config;
  private final TimeSource time;
  private final CleanUp.OldData oldData;
  private final AtomicReference<@Nullable Instant> usageRecorded = new AtomicReference<>();
  private final AtomicReference<@Nullable Instant> lastEmergency = new AtomicReference<>();
  private volatile Consumer<MonitoringEvent> events;

  public McpDataRetentionManager(
      McpCacheManager cache, Storage storage, McpRealtimeConfig config, TimeSource time) {
    this.cache = cache;
    this.storage = storage;
    this.config = config;
    this.time = time;
    var directory = config.archiveDirectory();
    this.oldData =
        directory == null ? (kind, before) -> null : new OldDataArchive(storage, directory, time);
    this.events = event -> storage.events().insert(List.of(event));
  }

  /** Hands its events to whoever tells of them; until then they go to the storage. */
  void tell(Consumer<MonitoringEvent> listener) {
    events = listener;
  }

  /** What storage and cache hold, measured, against the limit, and where that is going. */
  public DataUsage analyzeDataUsage() {
    var usage = storage.maintenance().usage();
    var now = time.instant();
    StorageGrowth growth = null;
    Long total = usage.totalBytes();
    if (total != null) {
      var points = new ArrayList<>(storage.maintenance().usageSince(now.minus(GROWTH_SPAN)));
      points.removeIf(point -> !point.at().isBefore(now));
      points.add(new UsagePoint(now, total));
      growth = StorageGrowth.of(points).orElse(null);
    }
    return new DataUsage(storage.name(), usage, config.storageLimitBytes(), growth, cache.stats());
  }

  /**
   * Makes room for what comes, and packs rows that are older than the hot window; older than the
   * tight hot window while the storage holds more than 60 % of its limit.
   */
  public PackResult pack() {
    storage.maintenance().prepare();
    var total = storage.maintenance().usage().totalBytes();
    var limit = config.storageLimitBytes();
    boolean tight = limit != null && total != null && (double) total / limit > TIGHT_RATIO;
    var window = tight ? config.tightHotWindow() : config.hotWindow();
    return storage.maintenance().pack(time.instant().minus(window), PACK_BOUND);
  }

  /**
   * The work of every pack interval: packs, keeps the size, and makes room where it is short. A
   * full database may be read-only and refuse all but the last.
   */
  void maintain() {
    McpRealtimeException fault = null;
    for (var part : List.<Runnable>of(this::pack, this::recordUsage)) {
      try {
        part.run();
      } catch (McpRealtimeException e) {
        fault = fault == null ? e : fault;
      }
    }
    makeRoomWhereItIsShort();
    if (fault != null) {
      throw fault;
    }
  }

  private void makeRoomWhereItIsShort() {
    var now = time.instant();
    var last = lastEmergency.get();
    boolean due = last == null || !now.isBefore(last.plus(EMERGENCY_EVERY));
    if (due && isOverEmergency()) {
      performEmergencyCleanup();
    }
  }

  private boolean isOverEmergency() {
    var total = storage.maintenance().usage().totalBytes();
    var limit = config.storageLimitBytes();
    return limit != null && total != null && (double) total / limit > config.emergencyRatio();
  }

  /** Once an hour, counting what other processes on the same storage keep. */
  private void recordUsage() {
    var now = time.instant();
    var last = usageRecorded.get();
    if (last != null && now.isBefore(last.plus(USAGE_EVERY))) {
      return;
    }
    var known = storage.maintenance().usageSince(now.minus(USAGE_EVERY));
    if (!known.isEmpty()) {
      usageRecorded.set(known.get(known.size() - 1).at());
      return;
    }
    var total = storage.maintenance().usage().totalBytes();
    if (total != null) {
      storage.maintenance().recordUsage(new UsagePoint(now, total));
      usageRecorded.set(now);
    }
  }

  /**
   * Drops what is over its age, and makes room as {@link #performEmergencyCleanup()} does where the
   * storage is over its emergency share after that. With an archive directory, data is exported
   * there and read back before it is dropped. Does nothing while another process is at it.
   */
  public CleanupResult performFullCleanup() {
    return alone(CleanUp::full, false);
  }

  /**
   * Makes room in stages, until the storage is under its emergency share: empties the cache but for
   * the latest metrics, packs early, drops what is over its age, halves the ages step by step down
   * to their floors. What is over its age goes in any case. Does nothing while another process is
   * at it.
   */
  public CleanupResult performEmergencyCleanup() {
    return alone(CleanUp::emergency, true);
  }

  /** What {@link #performFullCleanup()} would drop now, measured; nothing is changed. */
  public CleanupResult previewFullCleanup() {
    return cleanUp(true).full();
  }

  /**
   * What {@link #performEmergencyCleanup()} would drop now, measured, if packing freed nothing;
   * nothing is changed.
   */
  public CleanupResult previewEmergencyCleanup() {
    return cleanUp(true).emergency();
  }

  private CleanUp cleanUp(boolean preview) {
    return new CleanUp(cache, storage, config, time, oldData, preview);
  }

  private CleanupResult alone(Function<CleanUp, CleanupResult> work, boolean emergency) {
    var done = new AtomicReference<@Nullable CleanupResult>();
    storage.maintenance().exclusively(TASK, () -> done.set(work.apply(cleanUp(false))));
    var result = done.get();
    if (result == null) {
      return new CleanupResult(
          Outcome.ALREADY_RUNNING,
          emergency,
          List.of(),
          List.of(),
          null,
          null,
          config.storageLimitBytes(),
          null,
          Duration.ZERO);
    }
    if (result.emergency()) {
      lastEmergency.set(time.instant());
      tellOf(result);
    }
    return result;
  }

  private void tellOf(CleanupResult result) {
    var message = new StringBuilder("The emergency clean-up");
    var freed = result.bytesFreed();
    if (freed.isPresent()) {
      message.append(" freed %s bytes".formatted(freed.get()));
    } else {
      message.append(" ran");
    }
    result
        .ratio()
        .ifPresent(ratio -> message.append(percent(", which leaves %s of the limit", ratio)));
    message.append('.');
    if (result.advice() != null) {
      message.append(' ').append(result.advice());
    }
    var details = new TreeMap<String, String>();
    result
        .dropped()
        .forEach((kind, rows) -> details.put(kind.label() + " dropped", rows.toString()));
    for (int i = 0; i < result.faults().size() && i < 10; i++) {
      details.put("fault " + (i + 1), result.faults().get(i));
    }
    var event =
        MonitoringEvent.ofMonitor(
                time.instant(), EventType.STORAGE, Severity.WARNING, message.toString())
            .withDetails(details);
    try {
      events.accept(event);
    } catch (McpRealtimeException e) {
      log.warn("{} (the event is not stored: {})", message, e.getMessage());
    }
  }

  private static String percent(String text, double ratio) {
    return text.formatted(String.format(Locale.ROOT, "%.1f %%", ratio * 100));
  }

  /**
   * Exports what a clean-up with that bound would drop, of all kinds, and reads it back to prove
   * it. Nothing is dropped.
   *
   * @param directory is made when it is missing; must be empty otherwise
   * @throws io.mcprealtime.archive.ArchiveException when it cannot be written
   */
  public Manifest archiveOldData(Path directory, Instant before) {
    var kinds =
        Arrays.stream(DataKind.values())
            .filter(kind -> storage.maintenance().droppable(kind, before).rows() > 0)
            .collect(Collectors.toCollection(() -> EnumSet.noneOf(DataKind.class)));
    return Export.of(storage, directory)
        .range(new TimeRange(ServerMetrics.MIN_INSTANT, before))
        .kinds(kinds.isEmpty() ? EnumSet.allOf(DataKind.class) : kinds)
        .time(time)
        .build()
        .run();
  }

  /**
   * What storage and cache hold.
   *
   * @param limitBytes what the storage may hold; no limit when null
   * @param growth over the last 7 days; absent until it was measured for some hours
   */
  public record DataUsage(
      String backend,
      StorageUsage storage,
      @Nullable Long limitBytes,
      @Nullable StorageGrowth growth,
      CacheStats cache) {

    /** Share of the limit in use; absent without a limit or where the size is not known. */
    public Optional<Double> ratio() {
      if (limitBytes == null || storage.totalBytes() == null) {
        return Optional.empty();
      }
      return Optional.of((double) storage.totalBytes() / limitBytes);
    }

    /**
     * Days until the limit is reached, between bounds that hold at about 80 % ({@link
     * StorageGrowth}). The later bound is absent where it may never be reached, the median where it
     * does not grow; the whole without a limit, or where not even the earlier bound gets there.
     */
    public Optional<Range<Double>> fullInDays() {
      var total = storage.totalBytes();
      return limitBytes == null || total == null || growth == null
          ? Optional.empty()
          : growth.daysUntil(limitBytes - total);
    }
  }
}
