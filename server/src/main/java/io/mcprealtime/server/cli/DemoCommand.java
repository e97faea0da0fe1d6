package io.mcprealtime.server.cli;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.WRITE;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.internal.Durations;
import io.mcprealtime.internal.PeriodicJob;
import io.mcprealtime.mcp.config.ClientConfig;
import io.mcprealtime.mcp.config.ExpansionContext;
import io.mcprealtime.mcp.config.ServerDefinition;
import io.mcprealtime.postgres.EmbeddedPostgres;
import io.mcprealtime.server.config.ServerConfigBuilder;
import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
    name = "demo",
    description = {
      "Starts sample MCP servers of its own, real processes and real HTTP, and watches them.",
      "Some are slow, flapping, failing or behind a login. After a few minutes others misbehave"
          + " for a while, and the end says which of these faults were found, and what was told"
          + " without one. Its data is removed at the end."
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  mcp-realtime demo",
      "  mcp-realtime demo --duration 60s --port 0",
      "  mcp-realtime demo --duration 10m"
    },
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final Duration INTERVAL = Duration.ofSeconds(3);
  private static final Duration READ_INTERVAL = Duration.ofSeconds(1);

  @ParentCommand private RootCommand root = new RootCommand();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Option(
      names = "--duration",
      paramLabel = "DURATION",
      description = "How long it runs: 60s, 5m. Default: until Ctrl-C.")
  private @Nullable String duration;

  @Mixin private ServerOptions serverOptions = new ServerOptions();

  @Override
  public Integer call() throws IOException {
    var limit = limit();
    var terminal = root.terminal();
    var directory = new ServerConfigBuilder(terminal::variable).dataDirectory().resolve("demo");
    Files.createDirectories(directory);
    try (var lock = FileChannel.open(directory.resolve("lock"), CREATE, WRITE)) {
      if (lock.tryLock() == null) {
        throw new McpRealtimeException(
            "another demonstration runs already, in %s; end it first".formatted(directory));
      }
      var data = directory.resolve("data");
      removeLeftovers(data);
      Files.createDirectories(data);
      try {
        run(terminal, data, limit);
      } finally {
        delete(data);
      }
    }
    return 0;
  }

  /** Ends the database that a killed demonstration left behind, and removes its data. */
  private static void removeLeftovers(Path data) throws IOException {
    if (Files.exists(data)) {
      EmbeddedPostgres.builder(data.resolve("postgresql")).start().close();
      delete(data);
    }
  }

  private @Nullable Duration limit() {
    try {
      return duration == null ? null : Durations.parse(duration);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), "--duration: " + e.getMessage());
    }
  }

  private void run(Terminal terminal, Path directory, @Nullable Duration limit) throws IOException {
    var settings = new ServerConfigBuilder(terminal::variable);
    settings.dataDirectory(directory);
    settings.interval(INTERVAL);
    serverOptions.applyTo(settings);
    var config = settings.build();
    var summary = new DemoSummary();
    terminal.say("Starting sample servers and an embedded PostgreSQL…");
    try (var samples = SampleProcess.start();
        var application = Application.start(config, summary::probed);
        var drill = new FaultDrill(config.monitor().interval(), samples::inject, directory)) {
      var servers = definitions(samples, directory);
      application.watch(servers);
      terminal.say(
          "Watching %d sample servers on %s",
          servers.size(), ServeCommand.url(config, application));
      boolean faults = drill.start(application.mcp().manager().live(), limit);
      if (faults) {
        terminal.say("Some of those that are well will misbehave now and then, after a while.");
      }
      terminal.say(
          limit == null ? "Ctrl-C ends it." : "It ends in %d s.".formatted(limit.toSeconds()));
      try (var reader =
          new PeriodicJob(
              "mcp-demo-reader", READ_INTERVAL, () -> application.mcp().manager().getMetrics())) {
        reader.start();
        if (limit == null) {
          terminal.awaitStop();
        } else {
          terminal.awaitStop(limit.toMillis());
        }
      }
      summary.print(terminal, application, drill.lines());
    }
  }

  /** The demonstration's servers, written as a client's config would have them. */
  private static List<ServerDefinition> definitions(SampleProcess samples, Path directory)
      throws IOException {
    var config = WireJson.object();
    var servers = config.putObject("mcpServers");
    samples
        .addresses()
        .forEach(
            (name, url) ->
                servers
                    .putObject(name)
                    .put("type", name.equals(SampleServers.OVER_SSE) ? "sse" : "http")
                    .put("url", url.toString()));
    servers.putObject("ghost").put("type", "http").put("url", nobodyListens().toString());
    for (var behaviour : SampleServers.overStdio()) {
      var entry = servers.putObject(behaviour.name());
      var command =
          SampleProcess.command(
              "--stdio",
              behaviour.name(),
              "--faults",
              FaultDrill.faultFile(directory, behaviour.name()).toString());
      entry.put("command", command.get(0));
      command.subList(1, command.size()).forEach(entry.withArray("args")::add);
    }
    var file = directory.resolve("mcp.json");
    var imported = ClientConfig.parse(config, file.toString(), ExpansionContext.ofFile(file));
    if (!imported.problems().isEmpty()) {
      throw new McpRealtimeException("the demonstration is broken: " + imported.problems());
    }
    return imported.servers();
  }

  private static URI nobodyListens() throws IOException {
    try (var socket = new ServerSocket(0)) {
      return URI.create("http://127.0.0.1:%d/mcp".formatted(socket.getLocalPort()));
    }
  }

  private static void delete(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
