package io.mcprealtime;

import io.mcprealtime.storage.DataKind;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a clean-up did, or a preview of one would do, step by step.
 *
 * @param outcome whether it ran
 * @param emergency whether it was to make room, beyond what is over its age
 * @param steps in order
 * @param faults what could not be done; the other steps were done all the same
 * @param bytesBefore size of the storage before; absent where it cannot be measured
 * @param bytesAfter size after, of a preview the one expected; absent where it cannot be measured
 * @param limitBytes what the storage may hold; no limit when absent
 * @param advice what a person can do when it could not make enough room
 */
public record CleanupResult(
    Outcome outcome,
    boolean emergency,
    List<Step> steps,
    List<String> faults,
    @Nullable Long bytesBefore,
    @Nullable Long bytesAfter,
    @Nullable Long limitBytes,
    @Nullable String advice,
    Duration elapsed) {

  /** Whether a clean-up ran. */
  public enum Outcome {
    DONE,
    /** Nothing was changed: the figures say what would go. */
    PREVIEW,
    /** Nothing was done: another clean-up is running on the same storage. */
    ALREADY_RUNNING
  }

  /** What a step does. */
  public enum Action {
    /** Empties the cache, but for the latest metrics. */
    CLEAR_CACHE,
    /** Packs rows of that age and older into compressed chunks. */
    PACK,
    /** Drops what is over its age. */
    DROP_OVER_AGE,
    /** Drops what is within its age, because the storage is full. */
    SHORTEN_AGE
  }

  /**
   * One step.
   *
   * @param kind what it concerned; absent for the cache and for packing
   * @param age of what was dropped or packed, and older; absent for the cache
   * @param records dropped or packed; absent where they are not known before
   * @param bytesFreed measured: the size before less the size after, while others may write; absent
   *     where it cannot be measured
   * @param archive where it was exported to before it was dropped; absent when it was not
   */
  public record Step(
      Action action,
      @Nullable DataKind kind,
      @Nullable Duration age,
      @Nullable Long records,
      @Nullable Long bytesFreed,
      @Nullable Path archive) {}

  public CleanupResult {
    steps = List.copyOf(steps);
    faults = List.copyOf(faults);
  }

  /** Whether it ran. */
  public boolean ran() {
    return outcome == Outcome.DONE;
  }

  /** Records dropped, by kind. */
  public Map<DataKind, Long> dropped() {
    var dropped = new EnumMap<DataKind, Long>(DataKind.class);
    for (var step : steps) {
      if (step.kind() != null && step.records() != null) {
        dropped.merge(step.kind(), step.records(), Long::sum);
      }
    }
    return dropped;
  }

  /** Bytes by which the storage shrank; absent where it cannot be measured. */
  public Optional<Long> bytesFreed() {
    return bytesBefore == null || bytesAfter == null
        ? Optional.empty()
        : Optional.of(bytesBefore - bytesAfter);
  }

  /** Share of the limit in use at the end; absent without a limit or a measured size. */
  public Optional<Double> ratio() {
    return limitBytes == null || bytesAfter == null
        ? Optional.empty()
        : Optional.of((double) bytesAfter / limitBytes);
  }
}
