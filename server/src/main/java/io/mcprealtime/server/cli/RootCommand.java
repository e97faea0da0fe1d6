package io.mcprealtime.server.cli;

import java.util.Map;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "mcp-realtime",
    description = "Watches MCP servers in real time: up or down, how fast, and why not.",
    subcommands = {
      ServeCommand.class,
      ProbeCommand.class,
      DemoCommand.class,
      UsageCommand.class,
      BudgetCommand.class,
      DriftCommand.class,
      RecommendationsCommand.class,
      DetectCommand.class,
      CleanupCommand.class,
      ExportCommand.class,
      ImportCommand.class,
      MigrateCommand.class,
      SampleServersCommand.class
    },
    versionProvider = Version.class,
    footerHeading = "%nFirst steps:%n",
    footer = {
      "  mcp-realtime demo                       see it work on sample servers",
      "  mcp-realtime serve --config mcp.json    watch your own",
      "  mcp-realtime COMMAND --help             more about a command"
    },
    mixinStandardHelpOptions = true)
final class RootCommand implements Runnable {
  private final Terminal terminal;

  @Spec private CommandSpec spec = CommandSpec.create();

  RootCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  /** For the fields that picocli fills. */
  RootCommand() {
    this(new Terminal(System.out, System.err, Map.of(), new CountDownLatch(1)));
  }

  Terminal terminal() {
    return terminal;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "Name a command.");
  }
}
