package io.mcprealtime;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.CleanupResult.Action;
import io.mcprealtime.CleanupResult.Outcome;
import io.mcprealtime.CleanupResult.Step;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.StorageMaintenance.DropResult;
import io.mcprealtime.storage.StorageUsage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One run of a clean-up. A stage that fails is told of, and the next is tried: each makes room on
 * its own. As a preview it measures what would go and changes nothing.
 */
final class CleanUp {
  private static final Logger log = LoggerFactory.getLogger(CleanUp.class);

  /** Packing in an emergency takes no longer than that in all. */
  private static final Duration PACKING_BOUND = Duration.ofMinutes(5);

  private static final Duration PACK_RUN = Duration.ofSeconds(30);

  private final McpCacheManager cache;
  private final Storage storage;
  private final McpRealtimeConfig config;
  private final TimeSource time;
  private final OldData oldData;
  private final boolean preview;
  private final long startNanos;
  private final @Nullable Long bytesBefore;
  private final List<Step> steps = new ArrayList<>();
  private final List<String> faults = new ArrayList<>();

  /** What a preview has counted of each kind already. */
  private final Map<DataKind, DropResult> counted = new EnumMap<>(DataKind.class);

  /** The size; of a preview the one to expect. */
  private @Nullable Long bytes;

  private boolean emergency;

  /** Keeps what is about to be dropped. */
  interface OldData {
    /**
     * Exports what is stored of that kind before an instant.
     *
     * @return where to; null when nothing was stored
     */
    @Nullable Path archive(DataKind kind, Instant before);
  }

  CleanUp(
      McpCacheManager cache,
      Storage storage,
      McpRealtimeConfig config,
      TimeSource time,
      OldData oldData,
      boolean preview) {
    this.cache = cache;
    this.storage = storage;
    this.config = config;
    this.time = time;
    this.oldData = oldData;
    this.preview = preview;
    this.startNanos = time.nanoTime();
    this.bytesBefore = storage.maintenance().usage().totalBytes();
    this.bytes = bytesBefore;
  }

  /** What is over its age goes; where that leaves too much, room is made. */
  CleanupResult full() {
    dropOverAge();
    if (isOver()) {
      emergency = true;
      clearCache();
      packEarly();
      shortenAges();
    }
    return result();
  }

  /** Makes room in stages, the cheapest first, and stops as soon as there is enough. */
  CleanupResult emergency() {
    emergency = true;
    clearCache();
    if (isOver()) {
      packEarly();
    }
    dropOverAge();
    shortenAges();
    return result();
  }

  private boolean isOver() {
    Long limit = config.storageLimitBytes();
    return limit != null && bytes != null && (double) bytes / limit > config.emergencyRatio();
  }

  private void clearCache() {
    Long freed = null;
    if (!preview) {
      Long before = cache.stats().memoryBytes();
      cache.emergencyCleanup();
      Long after = cache.stats().memoryBytes();
      freed = before == null || after == null ? null : (Long) (before - after);
    }
    steps.add(new Step(Action.CLEAR_CACHE, null, null, null, freed, null));
  }

  private void packEarly() {
    pack(config.tightHotWindow());
    if (isOver()) {
      pack(Duration.ZERO);
    }
  }

  private void pack(Duration age) {
    if (preview) {
      steps.add(new Step(Action.PACK, null, age, null, null, null));
      return;
    }
    attempt(
        "packing",
        () -> {
          Long before = bytes;
          long records = 0;
          long deadline = time.nanoTime() + PACKING_BOUND.toNanos();
          boolean goesOn = true;
          while (goesOn && time.nanoTime() < deadline) {
            var packed = storage.maintenance().pack(time.instant().minus(age), PACK_RUN);
            records += packed.records();
            goesOn = !packed.complete() && packed.records() > 0;
          }
          steps.add(new Step(Action.PACK, null, age, records, freedSince(before), null));
        });
  }

  private void dropOverAge() {
    for (var kind : DataKind.values()) {
      drop(Action.DROP_OVER_AGE, kind, config.retention(kind));
    }
  }

  /** Halves the ages, one kind after another, the largest first, down to their floors. */
  private void shortenAges() {
    var ages = new EnumMap<DataKind, Duration>(DataKind.class);
    for (var kind : DataKind.values()) {
      ages.put(kind, config.retention(kind));
    }
    ages.keySet().removeIf(kind -> isAtFloor(kind, ages));
    while (isOver() && !ages.isEmpty()) {
      for (var kind : largestFirst(List.copyOf(ages.keySet()))) {
        if (!isOver()) {
          return;
        }
        var half = requireNonNull(ages.get(kind)).dividedBy(2);
        var floor = config.floor(kind);
        var age = half.compareTo(floor) < 0 ? floor : half;
        if (drop(Action.SHORTEN_AGE, kind, age)) {
          ages.put(kind, age);
        } else {
          ages.remove(kind);
        }
      }
      ages.keySet().removeIf(kind -> isAtFloor(kind, ages));
    }
  }

  private boolean isAtFloor(DataKind kind, Map<DataKind, Duration> ages) {
    return requireNonNull(ages.get(kind)).compareTo(config.floor(kind)) <= 0;
  }

  private List<DataKind> largestFirst(List<DataKind> kinds) {
    var sizes = new EnumMap<DataKind, Long>(DataKind.class);
    attempt(
        "measuring",
        () -> {
          for (var relation : storage.maintenance().usage().relations()) {
            sizes.merge(relation.kind(), size(relation), Long::sum);
          }
        });
    return kinds.stream()
        .sorted(
            Comparator.comparingLong((DataKind kind) -> sizes.getOrDefault(kind, 0L)).reversed())
        .toList();
  }

  private static long size(StorageUsage.Relation relation) {
    return relation.bytes() == null ? relation.rows() : relation.bytes();
  }

  /** Whether it could be done. */
  private boolean drop(Action action, DataKind kind, Duration age) {
    var instant = time.instant().minus(age);
    return attempt(
        kind.label(),
        () -> {
          if (preview) {
            count(action, kind, age, instant);
            return;
          }
          var before = bytes;
          var from = oldDataStart(instant);
          var archive = config.archiveDirectory() == null ? null : oldData.archive(kind, from);
          var dropped = storage.maintenance().dropBefore(kind, from);
          steps.add(new Step(action, kind, age, dropped.rows(), freedSince(before), archive));
        });
  }

  /** What is archived is what is dropped, so both end with a day. */
  private Instant oldDataStart(Instant instant) {
    return config.archiveDirectory() == null ? instant : OldDataArchive.dayOf(instant);
  }

  private void count(Action action, DataKind kind, Duration age, Instant instant) {
    var all = storage.maintenance().droppable(kind, oldDataStart(instant));
    var before = counted.getOrDefault(kind, DropResult.NOTHING);
    counted.put(kind, all);
    long freed = all.bytes() - before.bytes();
    bytes = bytes == null ? null : (Long) (bytes - freed);
    steps.add(new Step(action, kind, age, all.rows() - before.rows(), freed, null));
  }

  /** Without a size no room is short: nothing more is dropped blindly. */
  private @Nullable Long freedSince(@Nullable Long before) {
    bytes = null;
    attempt("measuring", () -> bytes = storage.maintenance().usage().totalBytes());
    return before == null || bytes == null ? null : (Long) (before - bytes);
  }

  private boolean attempt(String what, Runnable work) {
    try {
      work.run();
      return true;
    } catch (McpRealtimeException e) {
      faults.add("%s: %s".formatted(what, e.getMessage()));
      log.warn("the clean-up could not do its part of {}: {}", what, e.getMessage());
      return false;
    }
  }

  private CleanupResult result() {
    return new CleanupResult(
        preview ? Outcome.PREVIEW : Outcome.DONE,
        emergency,
        steps,
        faults,
        bytesBefore,
        bytes,
        config.storageLimitBytes(),
        isOver() ? advice() : null,
        Duration.ofNanos(time.nanoTime() - startNanos));
  }

  private String advice() {
    return (preview
            ? "That is all that may go, and it would not be enough, unless packing frees the rest. "
            : faults.isEmpty()
                ? "All that may go is gone. "
                : "Not everything that may go could be dropped; see the faults and run it again. ")
        + "Raise database.limitMegabytes where the database may hold more, lower retention.floors"
        + " to keep less, lengthen collection.interval, or watch fewer servers.";
  }
}
