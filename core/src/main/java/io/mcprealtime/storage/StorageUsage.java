package io.mcprealtime.storage;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a backend holds, measured.
 *
 * @param totalBytes all that counts against the limit, with indexes and dead space
 * @param relations the parts, largest first
 */
public record StorageUsage(@Nullable Long totalBytes, List<Relation> relations) {
  public StorageUsage {
    relations = List.copyOf(relations);
  }

  /** Total bytes where the backend can measure them. */
  public OptionalLong bytes() {
    return totalBytes == null ? OptionalLong.empty() : OptionalLong.of(totalBytes);
  }

  /**
   * One table of a backend, all its partitions together. What a backend cannot measure is absent.
   *
   * @param bytes with its indexes
   * @param indexBytes of the indexes alone
   * @param rows as counted or as the database's statistics have it; of packed data, chunks
   * @param deadRows rows that are deleted and whose space is not used again yet
   */
  public record Relation(
      DataKind kind,
      String name,
      @Nullable Long bytes,
      @Nullable Long indexBytes,
      long rows,
      @Nullable Long deadRows) {}
}
