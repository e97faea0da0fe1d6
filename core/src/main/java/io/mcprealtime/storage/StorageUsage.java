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
   * One table of a backend.
   *
   * @param bytes with its indexes; absent where the backend cannot measure it
   * @param rows as counted or as the database's statistics have it
   */
  public record Relation(DataKind kind, String name, @Nullable Long bytes, long rows) {}
}
