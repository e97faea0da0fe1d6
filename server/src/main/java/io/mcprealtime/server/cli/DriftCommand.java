package io.mcprealtime.server.cli;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.server.config.ConfigException;
import io.mcprealtime.server.config.ServerConfig;
import io.mcprealtime.wire.WireJson;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
    name = "drift",
    description = {
      "Shows which servers offer other tools, prompts or resources than those that are approved,"
          + " and how they differ. The first that is seen of a server is approved by itself.",
      "It asks the monitor that runs.",
      "Exit code: 0 all is as approved, 1 something is not, 2 nobody knows: no monitor could be"
          + " asked, or it does not know SERVER."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mcp-realtime drift",
      "  mcp-realtime drift filesystem --config mcp-realtime.yaml",
      "  mcp-realtime drift filesystem --approve"
    },
    exitCodeOnExecutionException = ExitCode.USAGE,
    mixinStandardHelpOptions = true)
final class DriftCommand implements Callable<Integer> {
  @ParentCommand private RootCommand root = new RootCommand();
  @Mixin private StoredDataOptions options = new StoredDataOptions();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "SERVER",
      description = "Only this server, with each change.")
  private @Nullable String server;

  @Option(
      names = "--approve",
      description = "Approve what SERVER offers now, as it is shown. Needs the admin token.")
  private boolean approve;

  @Option(names = "--json", description = "Print JSON instead of a table.")
  private boolean json;

  @Override
  public Integer call() {
    var terminal = root.terminal();
    var config = options.config(terminal);
    var monitor = RunningMonitor.of(config);
    if (server == null) {
      if (approve) {
        throw new ConfigException(List.of("--approve needs the name of a SERVER"));
      }
      return all(terminal, answer(config, monitor.get("/api/v1/drift"), "drifts"));
    }
    var path =
        "/api/v1/servers/%s/catalog"
            .formatted(URLEncoder.encode(server, StandardCharsets.UTF_8).replace("+", "%20"));
    var found = answer(config, monitor.get(path), "changes");
    if (!approve) {
      return one(terminal, server, found);
    }
    if (found.path("current").isNull()) {
      throw new McpRealtimeException(
          "no catalog of '%s' is stored yet: wait for its next probe".formatted(server));
    }
    if (!json) {
      one(terminal, server, found);
    }
    var body = WireJson.object().put("hash", found.at("/current/hash").asString());
    var approved = answer(config, monitor.post(path + "/approve", body), "changes");
    if (json) {
      terminal.say("%s", approved.toPrettyString());
    } else {
      terminal.say("Approved: %s", approved.at("/approved/hash").asString());
    }
    return 0;
  }

  private static ObjectNode answer(
      ServerConfig config, Optional<ObjectNode> answer, String expected) {
    var found =
        answer.orElseThrow(
            () ->
                new McpRealtimeException(
                    "no monitor runs at %s:%d: start it with serve, or name its config by --config"
                        .formatted(config.host(), config.port())));
    if (!found.path(expected).isArray()) {
      throw new McpRealtimeException(
          "%s:%d answers without %s: is another program there? Choose the monitor's port in the config"
              .formatted(config.host(), config.port(), expected));
    }
    return found;
  }

  private int all(Terminal terminal, ObjectNode found) {
    var drifts = found.get("drifts");
    if (json) {
      terminal.say("%s", found.toPrettyString());
    } else if (drifts.isEmpty()) {
      terminal.say("Every server offers what is approved.");
    } else {
      var rows = new ArrayList<List<String>>();
      rows.add(List.of("SERVER", "CLASS", ">CHANGES", "SINCE", "WHAT"));
      for (var drift : drifts) {
        rows.add(
            List.of(
                drift.path("server").asString(""),
                drift.path("class").asString(""),
                Figures.count(drift.path("changes").longValue(0)),
                drift.path("since").asString(""),
                drift.path("sentence").asString("")));
      }
      Figures.table(rows).forEach(line -> terminal.say("%s", line));
    }
    return drifts.isEmpty() ? 0 : 1;
  }

  private int one(Terminal terminal, String name, ObjectNode found) {
    var changes = found.get("changes");
    boolean clean = changes.isEmpty() && found.path("problem").isNull();
    if (json) {
      terminal.say("%s", found.toPrettyString());
      return clean ? 0 : 1;
    }
    if (!found.path("problem").isNull()) {
      terminal.warn("what %s offers now is not kept: %s", name, found.path("problem").asString());
    }
    if (found.path("approved").isNull()) {
      terminal.say("Nothing is known yet of what %s offers.", name);
    } else {
      terminal.say(
          "%s: %d entries, %s %s",
          name,
          found.at("/approved/entries").size(),
          found.at("/approved/by").asString(),
          found.at("/approved/at").asString());
    }
    if (changes.isEmpty() && !found.path("approved").isNull()) {
      terminal.say("It offers what is approved.");
    }
    for (var change : changes) {
      terminal.say("%-8s  %s", change.path("class").asString(), change.path("sentence").asString());
      text(terminal, "before", change.path("before"));
      text(terminal, "after", change.path("after"));
    }
    long more = -changes.size();
    for (var count : found.path("counts")) {
      more += count.longValue(0);
    }
    if (more > 0) {
      terminal.say("and %d more", more);
    }
    return clean ? 0 : 1;
  }

  private static void text(Terminal terminal, String label, JsonNode text) {
    if (text.isString()) {
      text.stringValue().lines().forEach(line -> terminal.say("          %-6s | %s", label, line));
    }
  }
}
