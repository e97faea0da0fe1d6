package io.mcprealtime.server.cli;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.advice.AdviceBook;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "recommendations",
    description = {
      "Shows what should be changed, with the numbers that say so, and whether what was changed"
          + " helped.",
      "It asks the monitor that runs.",
      "Exit code: 0 nothing is urgent, 1 something is, 2 nobody knows: no monitor could be asked."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mcp-realtime recommendations",
      "  mcp-realtime recommendations --config mcp-realtime.yaml --json"
    },
    exitCodeOnExecutionException = ExitCode.USAGE,
    mixinStandardHelpOptions = true)
final class RecommendationsCommand implements Callable<Integer> {
  private static final String URGENT = "urgent";

  @ParentCommand private RootCommand root = new RootCommand();
  @Mixin private StoredDataOptions options = new StoredDataOptions();

  @Option(names = "--json", description = "Print JSON instead of text.")
  private boolean json;

  @Override
  public Integer call() {
    var terminal = root.terminal();
    var config = options.config(terminal);
    var found =
        RunningMonitor.of(config)
            .get("/api/v1/recommendations")
            .orElseThrow(
                () ->
                    new McpRealtimeException(
                        "no monitor runs at %s:%d: start it with serve, or name its config by --config"
                            .formatted(config.host(), config.port())));
    if (!found.path("lines").isArray() || !found.path("outcomes").isArray()) {
      throw new McpRealtimeException(
          "%s:%d answers without recommendations: is another program there? Choose the monitor's port in the config"
              .formatted(config.host(), config.port()));
    }
    if (json) {
      terminal.say("%s", found.toPrettyString());
    } else {
      print(terminal, found);
    }
    boolean urgent =
        found
            .get("lines")
            .valueStream()
            .anyMatch(line -> URGENT.equals(line.path("urgency").asString("")));
    return urgent ? 1 : 0;
  }

  /** What it means that nothing is recommended. */
  static String nothing(ObjectNode found) {
    var since = instant(found, "lookingSince");
    var at = instant(found, "at");
    if (since.isEmpty() || at.isEmpty()) {
      return "Not looked yet: the monitor has not looked at everything since its start. Ask again in"
          + " some minutes.";
    }
    if (at.get().isBefore(since.get().plus(AdviceBook.OVER_AFTER))) {
      return "Nothing is recommended yet: looked only since %s. Ask again after %s."
          .formatted(since.get(), since.get().plus(AdviceBook.OVER_AFTER));
    }
    return "Nothing is recommended: every figure is where it should be.";
  }

  private static Optional<Instant> instant(ObjectNode json, String name) {
    try {
      return Optional.of(Instant.parse(json.path(name).asString("")));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static void print(Terminal terminal, ObjectNode found) {
    if (found.get("lines").isEmpty()) {
      terminal.say("%s", nothing(found));
    }
    for (var line : found.get("lines")) {
      boolean urgent = URGENT.equals(line.path("urgency").asString(""));
      terminal.say("%s %s", urgent ? "!" : "•", line.path("what").asString(""));
      terminal.say("    why:    %s", line.path("why").asString(""));
      terminal.say("    effect: %s", line.path("effect").asString(""));
    }
    for (var open : found.path("open")) {
      var change = open.path("change");
      if (change.isObject()) {
        terminal.say(
            "~ %s: being measured since %s (%s became %s)",
            open.at("/recommendation/what").asString(""),
            change.path("at").asString(""),
            change.path("from").asString(""),
            change.path("to").asString(""));
      }
    }
    for (var outcome : found.get("outcomes")) {
      terminal.say(
          "%s  %s", outcome.path("at").asString(""), outcome.path("sentence").asString(""));
    }
  }
}
