package io.mcprealtime.server.cli;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.archive.Export;
import io.mcprealtime.archive.ExportFormat;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.TimeRange;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "export",
    description = {
      "Writes what is stored to a directory: one compressed file for each kind and day, and a"
          + " manifest with counts and checksums, which appears when all was read back.",
      "Times: 2026-11-20 (its start, UTC), 2026-11-20T09:30:00Z, 7d (7 days ago), now."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mcp-realtime export backup",
      "  mcp-realtime export --from 7d --kind metrics,events last-week",
      "  mcp-realtime export --from 2026-11-01 --to 2026-11-08 --format csv sheet"
    },
    mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {
  @ParentCommand private RootCommand root = new RootCommand();
  @Spec private CommandSpec spec = CommandSpec.create();
  @Mixin private StoredDataOptions options = new StoredDataOptions();

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = "From this time on. Default: everything that is stored.")
  private @Nullable String from;

  @Option(names = "--to", paramLabel = "TIME", description = "Before this time. Default: now.")
  private @Nullable String to;

  @Option(
      names = "--format",
      paramLabel = "FORMAT",
      description = "ndjson (default), which import takes; or csv, for spreadsheets: metrics only.")
  private String format = "ndjson";

  @Option(
      names = "--kind",
      paramLabel = "KIND",
      split = ",",
      description = "metrics, health, events, aggregates. Default: all.")
  private List<String> kinds = new ArrayList<>();

  @Option(
      names = "--server",
      paramLabel = "NAME",
      description = "Only this server; may be given more than once.")
  private List<String> servers = new ArrayList<>();

  @Parameters(
      paramLabel = "DIRECTORY",
      description = "Where to; is made when it is missing, must be empty otherwise.")
  private Path directory = Path.of("");

  @Override
  public Integer call() {
    var terminal = root.terminal();
    var now = Instant.now();
    TimeRange range;
    ExportFormat chosen;
    Set<DataKind> chosenKinds;
    List<ServerId> chosenServers;
    try {
      range =
          new TimeRange(
              from == null ? ServerMetrics.MIN_INSTANT : Times.parse(from, now),
              to == null ? now.plusMillis(1) : Times.parse(to, now));
      chosen = ExportFormat.ofLabel(format);
      chosenKinds = kinds(chosen);
      chosenServers = servers.stream().map(ServerId::of).toList();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    var config = options.config(terminal);
    try (var database = OpenDatabase.existing(config)) {
      var manifest =
          Export.of(database.storage(), directory)
              .range(range)
              .format(chosen)
              .kinds(chosenKinds)
              .servers(chosenServers)
              .tool(Version.program())
              .progress(new ProgressLine(terminal))
              .build()
              .run();
      var rows = new ArrayList<List<String>>();
      rows.add(List.of("KIND", ">RECORDS", ">FILES", ">RAW", ">COMPRESSED"));
      for (var kind : chosenKinds) {
        var files = manifest.files().stream().filter(file -> file.kind() == kind).toList();
        rows.add(
            List.of(
                kind.label(),
                Figures.count(manifest.records(kind)),
                Figures.count((long) files.size()),
                Figures.bytes(files.stream().mapToLong(file -> file.rawBytes()).sum()),
                Figures.bytes(files.stream().mapToLong(file -> file.fileBytes()).sum())));
      }
      Figures.table(rows).forEach(line -> terminal.say("%s", line));
      terminal.say(
          "Exported %s records to %s, read back and found whole%s.",
          Figures.count(manifest.records()),
          directory,
          manifest
              .ratio()
              .map(ratio -> "; compressed to %s of the text".formatted(Figures.percent(ratio)))
              .orElse(""));
    }
    return 0;
  }

  private Set<DataKind> kinds(ExportFormat chosen) {
    if (kinds.isEmpty()) {
      return chosen == ExportFormat.CSV
          ? EnumSet.of(DataKind.METRICS)
          : EnumSet.allOf(DataKind.class);
    }
    var found = EnumSet.noneOf(DataKind.class);
    for (var label : kinds) {
      found.add(
          Arrays.stream(DataKind.values())
              .filter(kind -> kind.label().equals(label.strip()))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "--kind: '%s' is none of metrics, health, events, aggregates"
                              .formatted(label))));
    }
    if (chosen == ExportFormat.CSV && !found.equals(EnumSet.of(DataKind.METRICS))) {
      throw new IllegalArgumentException("csv is for metrics only; use ndjson for other kinds");
    }
    return found;
  }
}
