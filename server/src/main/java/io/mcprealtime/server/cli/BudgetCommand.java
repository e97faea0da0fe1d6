package io.mcprealtime.server.cli;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.TimeSource;
import io.mcprealtime.budget.Budget;
import io.mcprealtime.budget.Resource;
import io.mcprealtime.server.config.ServerConfig;
import io.mcprealtime.server.http.ApiJson;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "budget",
    description = {
      "Shows what is used of the services behind cache and database, against their limits:"
          + " commands and traffic of Redis in this month, its memory, what the database sent and holds.",
      "It asks the monitor that runs; without one, the database for what was counted so far."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mcp-realtime budget --config mcp-realtime.yaml",
      "  DATABASE_URL=postgres://user:password@host/db mcp-realtime budget --json"
    },
    mixinStandardHelpOptions = true)
final class BudgetCommand implements Callable<Integer> {
  /** Than the end of the month, or than ten years. */
  private static final String LATER = "later";

  @ParentCommand private RootCommand root = new RootCommand();
  @Mixin private StoredDataOptions options = new StoredDataOptions();

  @Option(names = "--json", description = "Print JSON instead of a table.")
  private boolean json;

  @Override
  public Integer call() {
    var terminal = root.terminal();
    var config = options.config(terminal);
    var found = RunningMonitor.of(config).get("/api/v1/budget").orElseGet(() -> stored(config));
    if (!found.path("resources").isArray()) {
      throw new McpRealtimeException(
          "%s:%d answers without resources: is another program there? Choose the monitor's port in the config"
              .formatted(config.host(), config.port()));
    }
    if (json) {
      terminal.say("%s", found.toPrettyString());
      return 0;
    }
    for (var line : table(found.get("resources"))) {
      terminal.say("%s", line);
    }
    var interval = found.get("writeIntervalSeconds");
    if (interval == null) {
      terminal.say(
          "No monitor runs at %s:%d: pace, forecast and interval are its knowledge.",
          config.host(), config.port());
    } else {
      terminal.say(
          "The shared cache is written every %s s, first-level values live %s times as long%s%s.",
          plain(interval.doubleValue()),
          plain(found.get("firstLevelStretch").doubleValue()),
          found.get("writes").booleanValue() ? "" : "; writes have stopped before a limit",
          found.get("reads").booleanValue() ? "" : "; reads have stopped before a limit");
    }
    return 0;
  }

  /** What all processes have counted in this month, and what the database holds. */
  private static ObjectNode stored(ServerConfig config) {
    try (var database = OpenDatabase.existing(config)) {
      var budget = new Budget(config.limits(), TimeSource.system());
      var storage = database.storage();
      if (!budget.sync(storage.budget())) {
        throw new McpRealtimeException("what was counted cannot be read from the database");
      }
      var bytes = storage.maintenance().usage().totalBytes();
      if (bytes != null) {
        budget.reconcile(Resource.DATABASE_SIZE, bytes);
      }
      return ApiJson.resources(budget.status());
    }
  }

  private static List<String> table(JsonNode resources) {
    var rows = new ArrayList<List<String>>();
    rows.add(
        List.of(
            "RESOURCE",
            ">USED",
            ">LIMIT",
            ">SHARE",
            ">A DAY",
            ">MONTH'S END",
            ">80 % LIE WITHIN",
            "LASTS UNTIL",
            "80 % LIE WITHIN"));
    for (var resource : resources) {
      boolean bytes = resource.get("unit").asString().equals("bytes");
      var ratio = resource.get("usedRatio");
      var until = resource.get("lastsUntil");
      var forecast = resource.get("forecast");
      rows.add(
          List.of(
              resource.get("resource").asString(),
              amount(resource.get("used"), bytes),
              resource.get("limit").isNull() ? "none" : amount(resource.get("limit"), bytes),
              ratio.isNull() ? Figures.UNKNOWN : Figures.percent(ratio.doubleValue()),
              amount(resource.get("perDay"), bytes),
              amount(resource.at("/forecast/median"), bytes),
              forecast.isNull()
                  ? Figures.UNKNOWN
                  : "%s to %s"
                      .formatted(
                          amount(forecast.get("low"), bytes), amount(forecast.get("high"), bytes)),
              until(until.path("median"), until.isNull() ? Figures.UNKNOWN : LATER),
              until.isNull()
                  ? Figures.UNKNOWN
                  : "%s to %s"
                      .formatted(until(until.get("low"), LATER), until(until.get("high"), LATER))));
    }
    return Figures.table(rows);
  }

  /** To the minute. */
  private static String until(JsonNode instant, String otherwise) {
    return instant.isString()
        ? Instant.parse(instant.stringValue()).truncatedTo(ChronoUnit.MINUTES).toString()
        : otherwise;
  }

  private static String amount(JsonNode value, boolean bytes) {
    if (!value.isNumber()) {
      return Figures.UNKNOWN;
    }
    return bytes
        ? Figures.bytes(value.doubleValue())
        : Figures.count(Math.round(value.doubleValue()));
  }

  private static String plain(double value) {
    return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
  }
}
