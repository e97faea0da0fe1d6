package io.mcprealtime.storage;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Measures what a backend holds, packs it and makes room in it. */
public interface StorageMaintenance {
  /** What the backend holds now, measured. */
  StorageUsage usage();

  /** Makes what writes from now on need: partitions. May be called at any time. */
  void prepare();

  /**
   * Packs what is wholly older than the instant into compressed chunks, where the backend packs,
   * and goes on where an earlier run stopped. Readers see the same before, during and after.
   *
   * @param atMost after which no further piece of work begins
   */
  PackResult pack(Instant before, Duration atMost);

  /**
   * Drops data of that kind that is wholly older than the instant. A backend drops in its own units
   * (a partition), so data up to one unit older than the instant may stay.
   */
  DropResult dropBefore(DataKind kind, Instant instant);

  /** What {@link #dropBefore} would drop now, measured; nothing is changed. */
  DropResult droppable(DataKind kind, Instant instant);

  /**
   * Runs the task unless one of that name runs already, in whichever process on the same backend.
   *
   * @return whether it ran
   */
  boolean exclusively(String task, Runnable work);

  /** Keeps a measurement of the size, to tell growth; those over 30 days old go. */
  void recordUsage(UsagePoint point);

  /** The measurements since an instant, oldest first. */
  List<UsagePoint> usageSince(Instant instant);

  /** The size at an instant, as {@link StorageUsage#totalBytes()}. */
  record UsagePoint(Instant at, long totalBytes) {}

  /**
   * What a run of packing did, measured.
   *
   * @param records that were packed
   * @param rowBytes that they took as rows, with indexes
   * @param packedBytes that their chunks take
   * @param complete whether nothing is left to pack
   */
  record PackResult(long records, long rowBytes, long packedBytes, boolean complete) {
    public static final PackResult NOTHING = new PackResult(0, 0, 0, true);

    public PackResult plus(PackResult other) {
      return new PackResult(
          records + other.records,
          rowBytes + other.rowBytes,
          packedBytes + other.packedBytes,
          complete && other.complete);
    }
  }

  /** What was dropped, in the backend's units, and the bytes that came free, measured. */
  record DropResult(int units, long rows, long bytes) {
    public static final DropResult NOTHING = new DropResult(0, 0, 0);

    public DropResult plus(DropResult other) {
      return new DropResult(units + other.units, rows + other.rows, bytes + other.bytes);
    }
  }
}
