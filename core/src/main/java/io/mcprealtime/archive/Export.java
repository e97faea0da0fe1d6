package io.mcprealtime.archive;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.TimeSource;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.TimeRange;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes what is stored of a time range to a directory: one compressed file for each kind and day
 * (UTC), and a {@link Manifest}. Every file is read back before the directory gets its name; until
 * then it is another beside it, whose name ends in {@code .partial}. Holds one record at a time.
 */
public final class Export {
  private static final Duration DAY = Duration.ofDays(1);

  /** A backend's units may reach from before a day into it, by this at the most. */
  private static final Duration UNIT_MARGIN = Duration.ofDays(7);

  private static final long TOLD_EVERY = 50_000;

  private final Storage storage;
  private final Path directory;
  private final ExportFolder folder;
  private final TimeRange range;
  private final Set<DataKind> kinds;
  private final Set<ServerId> servers;
  private final ExportFormat format;
  private final String tool;
  private final TimeSource time;
  private final Consumer<Progress> progress;

  private Export(Builder builder) {
    this.storage = builder.storage;
    this.directory = builder.directory;
    this.folder = new ExportFolder(builder.directory);
    this.range = upTo(builder.range, builder.time.instant().plus(DAY));
    this.kinds = EnumSet.copyOf(builder.kinds);
    this.servers = new TreeSet<>(builder.servers);
    this.format = builder.format;
    this.tool = builder.tool;
    this.time = builder.time;
    this.progress = builder.progress;
  }

  /** Nothing is stored of days to come, and they need not be asked for. */
  private static TimeRange upTo(TimeRange range, Instant last) {
    var to = range.to().isAfter(last) ? last : range.to();
    return new TimeRange(range.from().isAfter(to) ? to : range.from(), to);
  }

  /** How far an export or an import is: records of all kinds so far. */
  public record Progress(DataKind kind, Instant at, long records) {}

  /**
   * An export of everything that is stored, to be narrowed.
   *
   * @param directory is made when it is missing; must be empty otherwise
   */
  public static Builder of(Storage storage, Path directory) {
    return new Builder(storage, directory);
  }

  /**
   * Writes and verifies it.
   *
   * @throws ArchiveException when the directory holds something already or cannot be written to;
   *     there is no export of that name then
   */
  public Manifest run() {
    folder.prepare();
    var entries = new ArrayList<Manifest.Entry>();
    boolean done = false;
    try {
      for (var kind : kinds) {
        write(Records.of(kind), entries);
      }
      var manifest = new Manifest(tool, time.instant(), range, List.copyOf(servers), entries);
      folder.finish(manifest);
      done = true;
      return manifest;
    } catch (IOException | UncheckedIOException e) {
      throw new ArchiveException(
          "cannot write the export %s: %s".formatted(directory, e.getMessage()), e);
    } finally {
      if (!done) {
        folder.giveUp();
      }
    }
  }

  private <T> void write(Records<T> records, List<Manifest.Entry> entries) throws IOException {
    var first = oldest(records.kind());
    for (var day = first.truncatedTo(ChronoUnit.DAYS);
        day.isBefore(range.to());
        day = day.plus(DAY)) {
      var end = day.plus(DAY);
      var span =
          new TimeRange(
              day.isBefore(range.from()) ? range.from() : day,
              end.isAfter(range.to()) ? range.to() : end);
      var entry =
          writeDay(records, span, entries.stream().mapToLong(Manifest.Entry::records).sum());
      if (entry != null) {
        entries.add(entry);
      }
    }
  }

  /** An instant in the range before which nothing is stored. */
  private Instant oldest(DataKind kind) {
    var units = EnumSet.of(kind);
    if (kind == DataKind.ROLLUPS) {
      // They are made of samples as long as these are kept.
      units.add(DataKind.METRICS);
    }
    var step = DAY;
    var from = range.to();
    while (from.isAfter(range.from()) && hasOlder(units, from)) {
      from = minus(from, step);
      step = step.multipliedBy(2);
    }
    from = minus(from, UNIT_MARGIN);
    return from.isBefore(range.from()) ? range.from() : from;
  }

  private boolean hasOlder(Set<DataKind> units, Instant instant) {
    return units.stream()
        .anyMatch(kind -> storage.maintenance().droppable(kind, instant).units() > 0);
  }

  private static Instant minus(Instant instant, Duration duration) {
    var earlier = instant.minus(duration);
    return earlier.isBefore(ServerMetrics.MIN_INSTANT) ? ServerMetrics.MIN_INSTANT : earlier;
  }

  /** Writes a day and reads it back; null when nothing is stored of it. */
  private <T> Manifest.@Nullable Entry writeDay(Records<T> records, TimeRange span, long before)
      throws IOException {
    String name =
        "%s-%s.%s.gz"
            .formatted(
                records.kind().label(),
                span.from().atOffset(ZoneOffset.UTC).toLocalDate(),
                format.label());
    var file = folder.file(name);
    var open = new DataFile[1];
    var count = new long[] {before};
    Manifest.Entry entry;
    try {
      records
          .reader()
          .forEach(
              storage,
              span,
              value -> {
                if (isWanted(records.server().apply(value))) {
                  add(open, file, records, value);
                  if (++count[0] % TOLD_EVERY == 0) {
                    progress.accept(new Progress(records.kind(), span.from(), count[0]));
                  }
                }
              });
      if (open[0] == null) {
        return null;
      }
      entry = open[0].end(name, records.kind(), format);
    } finally {
      if (open[0] != null) {
        open[0].close();
      }
    }
    try {
      DataFileReader.check(file, entry);
    } catch (DataFileReader.FaultException e) {
      throw new ArchiveException(
          "%s could not be read back as it was written (%s); nothing of this export is used"
              .formatted(file, e.reason()),
          e);
    }
    progress.accept(new Progress(records.kind(), span.from(), count[0]));
    return entry;
  }

  private boolean isWanted(@Nullable ServerId server) {
    return servers.isEmpty() || (server != null && servers.contains(server));
  }

  private <T> void add(DataFile[] open, Path file, Records<T> records, T value) {
    try {
      if (open[0] == null) {
        open[0] = new DataFile(file);
        if (format == ExportFormat.CSV) {
          open[0].heading(Csv.heading());
        }
      }
      String line =
          format == ExportFormat.CSV
              ? Csv.row((ServerMetrics) value)
              : records.toJson().apply(value).toString();
      open[0].add(line, records.at().apply(value));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Narrows what is exported. */
  public static final class Builder {
    private final Storage storage;
    private final Path directory;
    private TimeRange range = new TimeRange(ServerMetrics.MIN_INSTANT, ServerMetrics.MAX_INSTANT);
    private Set<DataKind> kinds = EnumSet.allOf(DataKind.class);
    private Collection<ServerId> servers = Set.of();
    private ExportFormat format = ExportFormat.NDJSON;
    private String tool = "mcp-realtime";
    private TimeSource time = TimeSource.system();
    private Consumer<Progress> progress = told -> {};

    private Builder(Storage storage, Path directory) {
      this.storage = storage;
      this.directory = directory;
    }

    public Builder range(TimeRange value) {
      range = value;
      return this;
    }

    /** Only these kinds; at least one. */
    public Builder kinds(Set<DataKind> value) {
      kinds = value;
      return this;
    }

    /** Only these servers; of all when empty. */
    public Builder servers(Collection<ServerId> value) {
      servers = value;
      return this;
    }

    /** {@link ExportFormat#CSV} is for metrics only. */
    public Builder format(ExportFormat value) {
      format = value;
      return this;
    }

    /** What writes it, with its version. */
    public Builder tool(String value) {
      tool = value;
      return this;
    }

    public Builder time(TimeSource value) {
      time = value;
      return this;
    }

    /** Is told from time to time, and at each file's end. */
    public Builder progress(Consumer<Progress> value) {
      progress = value;
      return this;
    }

    /**
     * The export, not begun.
     *
     * @throws IllegalArgumentException when the format cannot hold a kind
     */
    public Export build() {
      if (kinds.isEmpty()) {
        throw new IllegalArgumentException("name at least one kind to export");
      }
      if (format == ExportFormat.CSV && !kinds.equals(EnumSet.of(DataKind.METRICS))) {
        throw new IllegalArgumentException("csv is for metrics only; use ndjson for other kinds");
      }
      return new Export(this);
    }
  }
}
