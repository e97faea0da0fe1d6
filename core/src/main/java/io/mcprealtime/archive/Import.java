package io.mcprealtime.archive;

import io.mcprealtime.McpRealtimeConfig;
import io.mcprealtime.McpTimeSeriesManager;
import io.mcprealtime.TimeSource;
import io.mcprealtime.Window;
import io.mcprealtime.archive.Export.Progress;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.Storage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Stores what an export holds. A file counts only when its checksum is right and every record in it
 * can be read; records that are there already are left alone, so an import can be repeated. What is
 * over its age here is refused: the next clean-up would drop it. Holds one batch at a time.
 */
public final class Import {
  private static final int BATCH = 5_000;

  private final Storage storage;
  private final Path directory;
  private final McpRealtimeConfig config;
  private final TimeSource time;
  private final Consumer<Progress> progress;
  private final List<ImportReport.Refusal> refusals = new ArrayList<>();
  private final Map<DataKind, ImportReport.Count> counts = new EnumMap<>(DataKind.class);
  private long done;

  /**
   * Prepares an import.
   *
   * @param config says how long data of each kind is kept
   * @param progress is told after each batch
   */
  public Import(
      Storage storage,
      Path directory,
      McpRealtimeConfig config,
      TimeSource time,
      Consumer<Progress> progress) {
    this.storage = storage;
    this.directory = directory;
    this.config = config;
    this.time = time;
    this.progress = progress;
  }

  /**
   * Checks all files and stores their records.
   *
   * @throws ArchiveException when the directory holds no export
   * @throws io.mcprealtime.storage.StorageException when the storage fails; what was stored by then
   *     stays, and a repetition goes on
   */
  public ImportReport run() {
    return read(true);
  }

  /** Checks all files and counts what would be taken; nothing is stored. */
  public ImportReport check() {
    return read(false);
  }

  private ImportReport read(boolean store) {
    refusals.clear();
    counts.clear();
    done = 0;
    var manifest = Manifest.read(directory);
    // Samples go before roll-ups: where there are samples, roll-ups are made of them.
    for (var kind : DataKind.values()) {
      for (var entry : manifest.files()) {
        if (entry.kind() == kind) {
          count(kind, take(entry, Records.of(kind), store));
        }
      }
    }
    return new ImportReport(manifest, counts, refusals, !store);
  }

  private void count(DataKind kind, ImportReport.Count more) {
    counts.merge(
        kind,
        more,
        (a, b) ->
            new ImportReport.Count(
                a.read() + b.read(),
                a.stored() == null || b.stored() == null ? null : (Long) (a.stored() + b.stored()),
                a.refused() + b.refused()));
  }

  private <T> ImportReport.Count take(Manifest.Entry entry, Records<T> records, boolean store) {
    var file = directory.resolve(entry.name());
    if (entry.format() != ExportFormat.NDJSON) {
      return refuse(entry, 0, "is for spreadsheets; only ndjson can be imported", store);
    }
    try {
      DataFileReader.check(file, entry);
      var taken = new Batch<>(entry, records, store);
      DataFileReader.forEach(file, entry, records, taken::add);
      return taken.end();
    } catch (DataFileReader.FaultException e) {
      return refuse(entry, e.line(), e.reason(), store);
    }
  }

  private ImportReport.Count refuse(Manifest.Entry entry, long line, String reason, boolean store) {
    refusals.add(
        new ImportReport.Refusal(
            entry.name(), line == 0 ? null : (Long) line, entry.records(), reason));
    return new ImportReport.Count(0, store ? 0L : null, entry.records());
  }

  /** The records of one file, stored some at a time. */
  private final class Batch<T> {
    private final Manifest.Entry entry;
    private final Records<T> records;
    private final boolean store;
    private final Instant oldest;
    private final Instant newest;
    private final List<T> waiting = new ArrayList<>();
    private final long[] firstLine = new long[2];
    private final long[] refused = new long[2];
    private long read;
    private long stored;

    private Batch(Manifest.Entry entry, Records<T> records, boolean store) {
      this.entry = entry;
      this.records = records;
      this.store = store;
      var now = time.instant();
      this.newest = now.plus(McpTimeSeriesManager.MAX_AHEAD);
      var bound = now.minus(config.retention(records.kind()));
      // A bucket with a part of its samples would hide the whole roll-up that follows.
      this.oldest =
          records.kind() == DataKind.METRICS
              ? Window.FIVE_MINUTES.bucketOf(bound).plus(Window.FIVE_MINUTES.length())
              : bound;
    }

    private void add(T value, long line) {
      var at = records.at().apply(value);
      if (at.isBefore(oldest)) {
        refuse(0, line);
      } else if (at.isAfter(newest)) {
        refuse(1, line);
      } else {
        read++;
        if (store) {
          waiting.add(value);
          if (waiting.size() == BATCH) {
            write();
          }
        }
      }
    }

    private void refuse(int why, long line) {
      firstLine[why] = firstLine[why] == 0 ? line : firstLine[why];
      refused[why]++;
    }

    private void write() {
      if (!waiting.isEmpty()) {
        stored += records.insert().insert(storage, waiting);
        done += waiting.size();
        waiting.clear();
        progress.accept(new Progress(records.kind(), entry.from(), done));
      }
    }

    private ImportReport.Count end() {
      write();
      String label = records.kind().label();
      tell(
          0,
          "%d of %d records are older than the %s that %s are kept; lengthen retention.%s to take them"
              .formatted(
                  refused[0],
                  entry.records(),
                  words(config.retention(records.kind())),
                  label,
                  label));
      tell(
          1,
          "%d of %d records lie in the future; check this machine's clock"
              .formatted(refused[1], entry.records()));
      return new ImportReport.Count(read, store ? (Long) stored : null, refused[0] + refused[1]);
    }

    private void tell(int why, String reason) {
      if (refused[why] > 0) {
        refusals.add(new ImportReport.Refusal(entry.name(), firstLine[why], refused[why], reason));
      }
    }
  }

  private static String words(Duration duration) {
    return duration.toHours() % 24 == 0
        ? duration.toDays() + " days"
        : duration.toMinutes() + " minutes";
  }
}
