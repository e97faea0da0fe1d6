package io.mcprealtime.spool;

import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the spool holds, and since when the storage is away.
 *
 * @param frames that wait to be stored
 * @param records in them
 * @param bytes of its files
 * @param limitBytes that its files may have
 * @param oldest the earliest instant of a record that waits
 * @param away since when the storage takes nothing, by this machine's clock
 */
public record SpoolStatus(
    Path directory,
    int frames,
    long records,
    long bytes,
    long limitBytes,
    @Nullable Instant oldest,
    @Nullable Instant away) {

  /** The earliest instant of a record that waits; absent when none does. */
  public Optional<Instant> oldestRecord() {
    return Optional.ofNullable(oldest);
  }

  /** Since when the storage takes nothing; absent while it does. */
  public Optional<Instant> awaySince() {
    return Optional.ofNullable(away);
  }

  SpoolStatus away(@Nullable Instant since) {
    return new SpoolStatus(directory, frames, records, bytes, limitBytes, oldest, since);
  }
}
