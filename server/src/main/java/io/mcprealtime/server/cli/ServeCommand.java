package io.mcprealtime.server.cli;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.Severity;
import io.mcprealtime.mcp.config.ConfigProblem;
import io.mcprealtime.mcp.config.ServerDefinition;
import io.mcprealtime.mcp.config.WellKnownConfigs;
import io.mcprealtime.server.config.ConfigFiles;
import io.mcprealtime.server.config.ServerConfig;
import io.mcprealtime.server.config.ServerConfigBuilder;
import io.mcprealtime.server.monitor.ServerView;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "serve",
    description = {
      "Watches MCP servers and shows their health in a browser.",
      "Without --config it looks where MCP clients keep their config, shows what it found, and"
          + " watches that."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mcp-realtime serve --config ~/.cursor/mcp.json",
      "  mcp-realtime serve --config mcp-realtime.yaml --config .mcp.json --port 9000",
      "  DATABASE_URL=postgres://user:password@host/db mcp-realtime serve"
    },
    mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
  @ParentCommand private RootCommand root = new RootCommand();

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description =
          "Config file: ours in YAML, or a client's mcp.json as it is. May be given more than"
              + " once. Changes on disk are taken up while it runs.")
  private List<Path> files = new ArrayList<>();

  @Option(names = "--dry-run", description = "Show what would be watched, and start nothing.")
  private boolean dryRun;

  @Mixin private ServerOptions serverOptions = new ServerOptions();
  @Mixin private DatabaseOptions databaseOptions = new DatabaseOptions();

  @Override
  public Integer call() {
    var terminal = root.terminal();
    var watched = files.isEmpty() ? found(terminal) : files;
    var settings = new ServerConfigBuilder(terminal::variable);
    var content = ConfigFiles.read(watched, settings);
    settings.environment();
    serverOptions.applyTo(settings);
    databaseOptions.applyTo(settings);
    var config = settings.build();
    show(terminal, content);
    if (dryRun) {
      return 0;
    }
    try (var application = Application.start(config, (definition, result) -> {})) {
      application.watch(content.servers());
      application.cachePlace().ifPresent(place -> terminal.say("Sharing the cache of %s", place));
      terminal.say("Watching %s on %s", count(application.watched()), url(config, application));
      content.problems().stream()
          .filter(problem -> problem.severity() == Severity.ERROR)
          .forEach(
              problem -> application.configurationChanged(Severity.WARNING, problem.toString()));
      if (application.watched() == 0) {
        terminal.say(
            "Nothing is watched yet: name a config with --config, add servers by POST"
                + " /api/v1/servers, or send samples to POST /api/v1/metrics.");
      }
      try (var watcher = new ConfigWatcher(watched, () -> reload(terminal, watched, application))) {
        watcher.start();
        terminal.awaitStop();
      }
      terminal.say("Stopping…");
    }
    terminal.say("Stopped.");
    return 0;
  }

  /** What was watched before and cannot be used as it is written now goes on as it was. */
  private static List<ServerDefinition> keptFor(
      List<ConfigProblem> problems, Application application) {
    var kept = new ArrayList<ServerDefinition>();
    for (var problem : problems) {
      if (problem.severity() == Severity.ERROR) {
        application.configurationChanged(Severity.WARNING, problem.toString());
        application.registry().views().stream()
            .map(ServerView::definition)
            .filter(Objects::nonNull)
            .filter(server -> server.file().equals(problem.file()))
            .filter(server -> server.key().equals(problem.key()))
            .forEach(kept::add);
      }
    }
    return kept;
  }

  static String count(int servers) {
    return servers == 1 ? "1 server" : servers + " servers";
  }

  static String url(ServerConfig config, Application application) {
    String host = config.host().contains(":") ? "[" + config.host() + "]" : config.host();
    return "http://%s:%d/".formatted(host, application.port());
  }

  private static List<Path> found(Terminal terminal) {
    var home = Path.of(System.getProperty("user.home", "."));
    var places =
        WellKnownConfigs.find(
            home,
            Path.of("").toAbsolutePath(),
            System.getProperty("os.name", ""),
            terminal.environment());
    if (places.isEmpty()) {
      terminal.say("No config was given, and no MCP client's config was found.");
    }
    var usable = new ArrayList<Path>();
    for (var place : places) {
      terminal.say("Found %s (%s)", place.file(), place.client());
      try {
        ConfigFiles.read(List.of(place.file()), new ServerConfigBuilder(terminal::variable));
        usable.add(place.file());
      } catch (McpRealtimeException e) {
        terminal.warn("left out: %s", String.valueOf(e.getMessage()));
      }
    }
    return usable;
  }

  private static void show(Terminal terminal, ConfigFiles.Content content) {
    content.servers().forEach(server -> terminal.say("  %s", server.describe()));
    content
        .problems()
        .forEach(
            problem ->
                terminal.warn(
                    "%s: %s",
                    problem.severity().name().toLowerCase(java.util.Locale.ROOT), problem));
  }

  private void reload(Terminal terminal, List<Path> watched, Application application) {
    try {
      var content = ConfigFiles.read(watched, new ServerConfigBuilder(terminal::variable));
      content.problems().forEach(problem -> terminal.warn("%s", problem));
      var servers = new ArrayList<>(content.servers());
      servers.addAll(keptFor(content.problems(), application));
      var changes = application.watch(servers);
      if (!changes.isEmpty()) {
        String message = "The configuration changed: " + String.join(", ", changes);
        terminal.say("%s", message);
        application.configurationChanged(Severity.INFO, message);
      }
    } catch (McpRealtimeException e) {
      String message = "The changed configuration is not used: " + e.getMessage();
      terminal.warn("%s", message);
      application.configurationChanged(Severity.WARNING, message);
    }
  }
}
