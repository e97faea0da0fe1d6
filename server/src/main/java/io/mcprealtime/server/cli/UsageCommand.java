package io.mcprealtime.server.cli;

import io.mcprealtime.McpDataRetentionManager.DataUsage;
import io.mcprealtime.McpRealtimeConfig;
import io.mcprealtime.StorageGrowth;
import io.mcprealtime.analysis.Range;
import io.mcprealtime.archive.Manifest;
import io.mcprealtime.server.http.ApiJson;
import io.mcprealtime.storage.DataKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "usage",
    description = {
      "Shows what the database holds, measured: tables, limit, growth, and when it is full.",
      "Works while the monitor runs, also on its embedded database."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mcp-realtime usage --config mcp-realtime.yaml",
      "  DATABASE_URL=postgres://user:password@host/db mcp-realtime usage --json"
    },
    mixinStandardHelpOptions = true)
final class UsageCommand implements Callable<Integer> {
  @ParentCommand private RootCommand root = new RootCommand();
  @Mixin private StoredDataOptions options = new StoredDataOptions();

  @Option(names = "--json", description = "Print JSON instead of a table.")
  private boolean json;

  @Override
  public Integer call() {
    var terminal = root.terminal();
    var config = options.config(terminal);
    try (var database = OpenDatabase.existing(config)) {
      var usage = StoredDataOptions.retention(database.storage(), config).analyzeDataUsage();
      var directory = config.managers().archiveDirectory();
      var archive = directory == null ? null : Manifest.newest(directory).orElse(null);
      if (json) {
        terminal.say("%s", ApiJson.usage(usage, archive).toPrettyString());
      } else {
        show(terminal, database.describe(), usage, config.managers(), archive);
      }
    }
    return 0;
  }

  private static void show(
      Terminal terminal,
      String database,
      DataUsage usage,
      McpRealtimeConfig config,
      Manifest.@Nullable Found archive) {
    terminal.say("Database  %s, %s", usage.backend(), database);
    terminal.say(
        "Size      %s%s",
        Figures.bytes(usage.storage().totalBytes()),
        usage
            .ratio()
            .map(
                ratio ->
                    " of %s (%s)"
                        .formatted(Figures.bytes(usage.limitBytes()), Figures.percent(ratio)))
            .orElse("; no limit is set (database.limitMegabytes)"));
    terminal.say("Growth    %s", growth(usage.growth()));
    terminal.say(
        "Full in   %s", usage.fullInDays().map(UsageCommand::fullIn).orElse(Figures.UNKNOWN));
    terminal.say(
        "Kept      %s",
        Arrays.stream(DataKind.values())
            .map(kind -> kind.label() + " " + Figures.age(config.retention(kind)))
            .collect(Collectors.joining(", ")));
    terminal.say("Archived  %s", archived(archive));
    terminal.say("");
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("TABLE", "KIND", ">ROWS", ">SIZE", ">INDEXES", ">DEAD ROWS"));
    for (var relation : usage.storage().relations()) {
      rows.add(
          List.of(
              relation.name(),
              relation.kind().label(),
              Figures.count(relation.rows()),
              Figures.bytes(relation.bytes()),
              Figures.bytes(relation.indexBytes()),
              Figures.count(relation.deadRows())));
    }
    Figures.table(rows).forEach(line -> terminal.say("%s", line));
  }

  private static String growth(@Nullable StorageGrowth growth) {
    if (growth == null) {
      return "not known yet: the monitor measures once an hour, and needs some hours";
    }
    return "%s a day (80 %%: %s to %s), %d measurements over %s days"
        .formatted(
            Figures.bytes(growth.bytesPerDay().median()),
            Figures.bytes(growth.bytesPerDay().low()),
            Figures.bytes(growth.bytesPerDay().high()),
            growth.points(),
            Figures.days(growth.span().toMinutes() / (24 * 60.0)));
  }

  private static String fullIn(Range<Double> days) {
    var median = days.median();
    var high = days.high();
    if (median == null) {
      return "not as it grows now; in %s days at the earliest (80 %%)"
          .formatted(Figures.days(days.low()));
    }
    return "%s days (80 %%: %s to %s)"
        .formatted(
            Figures.days(median),
            Figures.days(days.low()),
            high == null ? "never" : Figures.days(high));
  }

  private static String archived(Manifest.@Nullable Found archive) {
    if (archive == null) {
      return "nothing by a clean-up";
    }
    var manifest = archive.manifest();
    return "%s: %s records in %s, %s"
        .formatted(
            archive.directory(),
            Figures.count(manifest.records()),
            Figures.bytes(manifest.fileBytes()),
            manifest.created());
  }
}
