package io.mcprealtime.server.cli;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.server.config.ConfigException;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ExitCode;

/** Runs the command that a command line names. */
public final class CommandLineRunner {
  private CommandLineRunner() {}

  /**
   * Runs to the end.
   *
   * @return 0 when all is well, 1 when it is not, 2 for wrong usage or configuration
   */
  public static int run(Terminal terminal, String... arguments) {
    var line = new CommandLine(new RootCommand(terminal));
    line.setOut(terminal.out());
    line.setErr(terminal.err());
    line.setUsageHelpAutoWidth(true);
    line.setExecutionExceptionHandler(
        (fault, command, parsed) -> {
          if (fault instanceof McpRealtimeException) {
            terminal.warn("error: %s", String.valueOf(fault.getMessage()));
          } else {
            terminal.warn("error: %s (MCP_REALTIME_LOG=DEBUG shows more)", fault);
            LoggerFactory.getLogger(CommandLineRunner.class).debug("the command failed", fault);
          }
          return fault instanceof ConfigException ? ExitCode.USAGE : ExitCode.SOFTWARE;
        });
    line.setParameterExceptionHandler(
        (wrong, given) -> {
          var command = wrong.getCommandLine();
          terminal.warn("error: %s", String.valueOf(wrong.getMessage()));
          terminal.warn(
              "%s --help shows how it is used.", command.getCommandSpec().qualifiedName());
          return ExitCode.USAGE;
        });
    return line.execute(arguments);
  }
}
