package io.mcprealtime;

import io.mcprealtime.archive.ArchiveException;
import io.mcprealtime.archive.Export;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.TimeRange;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import org.jspecify.annotations.Nullable;

/** Exports what a clean-up is about to drop, each time to a directory of its own. */
final class OldDataArchive implements CleanUp.OldData {
  /** Old data that keeps coming is taken for an exception, and left to the next clean-up. */
  private static final int ATTEMPTS = 3;

  private final Storage storage;
  private final Path directory;
  private final TimeSource time;

  OldDataArchive(Storage storage, Path directory, TimeSource time) {
    this.storage = storage;
    this.directory = directory;
    this.time = time;
  }

  /** The start of the instant's day (UTC). */
  static Instant dayOf(Instant instant) {
    return instant.truncatedTo(ChronoUnit.DAYS);
  }

  @Override
  public @Nullable Path archive(DataKind kind, Instant before) {
    long records = records(kind, before);
    if (records == 0) {
      return null;
    }
    String name =
        "%s-before-%s".formatted(kind.label(), before.atOffset(ZoneOffset.UTC).toLocalDate());
    for (int i = 0; i < ATTEMPTS; i++) {
      var target = free(name);
      Export.of(storage, target)
          .range(new TimeRange(ServerMetrics.MIN_INSTANT, before))
          .kinds(EnumSet.of(kind))
          .time(time)
          .build()
          .run();
      // What came meanwhile may not be in it, and would be dropped with the rest.
      long now = records(kind, before);
      if (now == records) {
        return target;
      }
      records = now;
    }
    throw new ArchiveException(
        "nothing was dropped, as more came each time while it was exported to %s; the next clean-up tries again"
            .formatted(directory.resolve(name)));
  }

  private long records(DataKind kind, Instant before) {
    return storage.maintenance().droppable(kind, before).rows();
  }

  /** A directory of that name that is not there yet. */
  private Path free(String name) {
    var target = directory.resolve(name);
    for (int i = 2; Files.exists(target); i++) {
      target = directory.resolve("%s-%s".formatted(name, i));
    }
    return target;
  }
}
