package io.mcprealtime.storage;

import java.time.Instant;

/** Measures what a backend holds and makes room in it. */
public interface StorageMaintenance {
  /** What the backend holds now, measured. */
  StorageUsage usage();

  /** Makes what later writes up to that instant need: partitions. May be called at any time. */
  void prepareUntil(Instant instant);

  /**
   * Drops data of that kind that is wholly older than the instant. A backend drops in its own units
   * (a partition), so data up to one unit older than the instant may stay.
   */
  DropResult dropBefore(DataKind kind, Instant instant);

  /** What was dropped, in the backend's units, and the bytes that came free, measured. */
  record DropResult(int units, long rows, long bytes) {
    public static final DropResult NOTHING = new DropResult(0, 0, 0);

    public DropResult plus(DropResult other) {
      return new DropResult(units + other.units, rows + other.rows, bytes + other.bytes);
    }
  }
}
