package io.mcprealtime.server.cli;

import io.mcprealtime.CleanupResult;
import io.mcprealtime.CleanupResult.Action;
import io.mcprealtime.CleanupResult.Outcome;
import io.mcprealtime.server.http.ApiJson;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "cleanup",
    description = {
      "Drops what is over its age. serve does the same every 6 hours.",
      "Over 90 %% of the database's limit it makes room as well: packs early, then halves the"
          + " ages step by step, down to retention.floors.",
      "Exit code: 0 done or previewed, 1 not all could be done or not enough came free."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mcp-realtime cleanup --dry-run",
      "  mcp-realtime cleanup --emergency --config mcp-realtime.yaml"
    },
    mixinStandardHelpOptions = true)
final class CleanupCommand implements Callable<Integer> {
  @ParentCommand private RootCommand root = new RootCommand();
  @Mixin private StoredDataOptions options = new StoredDataOptions();

  @Option(
      names = "--emergency",
      description =
          "Pack early before anything is dropped. Still stops as soon as the database is under"
              + " 90 %% of its limit.")
  private boolean emergency;

  @Option(names = "--dry-run", description = "Measure what would go, and change nothing.")
  private boolean dryRun;

  @Option(names = "--json", description = "Print JSON instead of a table.")
  private boolean json;

  @Override
  public Integer call() {
    var terminal = root.terminal();
    var config = options.config(terminal);
    try (var database = OpenDatabase.existing(config)) {
      var retention = StoredDataOptions.retention(database.storage(), config);
      CleanupResult result;
      if (dryRun) {
        result = emergency ? retention.previewEmergencyCleanup() : retention.previewFullCleanup();
      } else {
        result = emergency ? retention.performEmergencyCleanup() : retention.performFullCleanup();
      }
      if (json) {
        terminal.say("%s", ApiJson.cleanup(result).toPrettyString());
      } else {
        show(terminal, result);
      }
      boolean good =
          result.outcome() != Outcome.ALREADY_RUNNING
              && result.faults().isEmpty()
              && (dryRun || result.advice() == null);
      return good ? 0 : 1;
    }
  }

  private static void show(Terminal terminal, CleanupResult result) {
    if (result.outcome() == Outcome.ALREADY_RUNNING) {
      terminal.warn("Another clean-up is running on this database; nothing was done.");
      return;
    }
    boolean preview = result.outcome() == Outcome.PREVIEW;
    var rows = new ArrayList<List<String>>();
    rows.add(List.of("STEP", "KIND", "OLDER THAN", ">RECORDS", preview ? ">WOULD FREE" : ">FREED"));
    for (var step : result.steps()) {
      // The cache is that of the monitor; this process has none to empty.
      if (step.action() != Action.CLEAR_CACHE) {
        rows.add(
            List.of(
                words(step.action()),
                step.kind() == null ? "" : step.kind().label(),
                Figures.age(step.age()),
                Figures.count(step.records()),
                Figures.bytes(step.bytesFreed())));
      }
    }
    Figures.table(rows).forEach(line -> terminal.say("%s", line));
    result.steps().stream()
        .filter(step -> step.archive() != null)
        .forEach(step -> terminal.say("archived before: %s", step.archive()));
    terminal.say(
        "%s: %s, from %s to %s%s",
        preview ? "Would free" : "Freed",
        Figures.bytes(result.bytesFreed().orElse(null)),
        Figures.bytes(result.bytesBefore()),
        Figures.bytes(result.bytesAfter()),
        result
            .ratio()
            .map(ratio -> ", %s of the limit".formatted(Figures.percent(ratio)))
            .orElse(""));
    result.faults().forEach(fault -> terminal.warn("could not be done: %s", fault));
    if (result.advice() != null) {
      terminal.warn("%s", result.advice());
    }
  }

  private static String words(Action action) {
    return switch (action) {
      case CLEAR_CACHE -> "clear cache";
      case PACK -> "pack";
      case DROP_OVER_AGE -> "drop over age";
      case SHORTEN_AGE -> "shorten age";
    };
  }
}
