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
   * @return 0 when all is well, 1 when it is not, 2 for wrong usage or configuration, and where 1
   *     is an answer also for no answer
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
          return fault instanceof ConfigException ? ExitCode.USAGE : failed(command);
        });
    line.setParameterExceptionHandler(
        (wrong, given) -> {
          var command = wrong.getCommandLine();
          terminal.warn("error: %s", String.valueOf(wrong.getMessage()));
          terminal.warn(
              "%s --help shows how it is used.", command.getCommandSpec().qualifiedName());
          return ExitCode.USAGE;
        });
    int code = line.execute(arguments);
    var fault = terminal.fault();
    if (fault == null || Output.readerHasGone(fault)) {
      return code;
    }
    terminal.warn(
        "error: standard output cannot be written: %s", String.valueOf(fault.getMessage()));
    return failed(named(line));
  }

  /** The command that was named, at the end of its parents. */
  private static CommandLine named(CommandLine line) {
    var parsed = line.getParseResult();
    while (parsed != null && parsed.hasSubcommand()) {
      parsed = parsed.subcommand();
    }
    return parsed == null ? line : parsed.commandSpec().commandLine();
  }

  /** 1, but for commands whose 1 is an answer. */
  private static int failed(CommandLine command) {
    return command.getCommandSpec().exitCodeOnExecutionException();
  }
}
