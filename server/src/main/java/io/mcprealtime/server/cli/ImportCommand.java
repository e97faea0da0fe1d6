package io.mcprealtime.server.cli;

import io.mcprealtime.TimeSource;
import io.mcprealtime.archive.Import;
import io.mcprealtime.archive.ImportReport;
import io.mcprealtime.archive.Manifest;
import io.mcprealtime.server.config.ServerConfig;
import io.mcprealtime.storage.InMemoryStorage;
import io.mcprealtime.storage.Storage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "import",
    description = {
      "Stores what an export holds. Each file is checked first, and nothing is taken of one that"
          + " is damaged. What is there already is left alone, so it can be repeated.",
      "Records over their age are refused, as the next clean-up would drop them: lengthen the"
          + " ages (retention) in the config of serve and of this command to keep them.",
      "Exit code: 0 all is stored, 1 something was refused."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mcp-realtime import backup --dry-run",
      "  mcp-realtime import backup --config mcp-realtime.yaml"
    },
    mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {
  private static final int MAX_SHOWN = 20;

  @ParentCommand private RootCommand root = new RootCommand();
  @Mixin private StoredDataOptions options = new StoredDataOptions();

  @Option(names = "--dry-run", description = "Check all files, and open no database.")
  private boolean dryRun;

  @Parameters(paramLabel = "DIRECTORY", description = "An export, with its manifest.json.")
  private Path directory = Path.of("");

  @Override
  public Integer call() {
    var terminal = root.terminal();
    var config = options.config(terminal);
    var manifest = Manifest.read(directory);
    terminal.say(
        "Export of %s by %s: %s records in %d files",
        manifest.created(),
        manifest.tool(),
        Figures.count(manifest.records()),
        manifest.files().size());
    ImportReport report;
    if (dryRun) {
      // A check stores nothing, so it opens no database either.
      try (var none = new InMemoryStorage()) {
        report = of(none, config, terminal).check();
      }
    } else {
      try (var database = OpenDatabase.orNew(config)) {
        report = of(database.storage(), config, terminal).run();
      }
    }
    show(terminal, report);
    return report.isComplete() ? 0 : 1;
  }

  private Import of(Storage storage, ServerConfig config, Terminal terminal) {
    return new Import(
        storage, directory, config.managers(), TimeSource.system(), new ProgressLine(terminal));
  }

  private static void show(Terminal terminal, ImportReport report) {
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("KIND", ">READ", ">NEW", ">ALREADY THERE", ">REFUSED"));
    new TreeMap<>(report.counts())
        .forEach(
            (kind, count) ->
                rows.add(
                    List.of(
                        kind.label(),
                        Figures.count(count.read()),
                        Figures.count(count.added().orElse(null)),
                        count.alreadyThere().isPresent()
                            ? Figures.count(count.alreadyThere().getAsLong())
                            : Figures.UNKNOWN,
                        Figures.count(count.refused()))));
    Figures.table(rows).forEach(line -> terminal.say("%s", line));
    report.refusals().stream()
        .limit(MAX_SHOWN)
        .forEach(refusal -> terminal.warn("refused: %s", refusal));
    if (report.refusals().size() > MAX_SHOWN) {
      terminal.warn("… and %d more refusals", report.refusals().size() - MAX_SHOWN);
    }
    if (report.checkedOnly()) {
      terminal.say("Nothing was stored (--dry-run).");
    }
  }
}
