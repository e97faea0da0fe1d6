package io.mcprealtime.archive;

import io.mcprealtime.storage.DataKind;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What an import did.
 *
 * @param counts by kind, of those that the export holds
 * @param refusals what was not taken, and why
 * @param checkedOnly whether nothing was to be stored
 */
public record ImportReport(
    Manifest manifest, Map<DataKind, Count> counts, List<Refusal> refusals, boolean checkedOnly) {

  public ImportReport {
    counts = Map.copyOf(counts);
    refusals = List.copyOf(refusals);
  }

  /**
   * Records of one kind.
   *
   * @param read that could be read
   * @param stored that were new; absent when nothing was to be stored
   * @param refused of those in the manifest
   */
  public record Count(long read, @Nullable Long stored, long refused) {
    /** Records that were there already; absent when nothing was to be stored. */
    public OptionalLong alreadyThere() {
      return stored == null ? OptionalLong.empty() : OptionalLong.of(read - stored);
    }

    /** Records that were new; absent when nothing was to be stored. */
    public Optional<Long> added() {
      return Optional.ofNullable(stored);
    }
  }

  /**
   * Records of one file that were not taken for one reason.
   *
   * @param line the first of them, from 1; absent when it is the whole file
   */
  public record Refusal(String file, @Nullable Long line, long records, String reason) {
    @Override
    public String toString() {
      return "%s%s: %s".formatted(file, line == null ? "" : " line " + line, reason);
    }
  }

  /** Whether everything of the export was taken or there already. */
  public boolean isComplete() {
    return refusals.isEmpty();
  }
}
