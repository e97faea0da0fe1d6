package io.mcprealtime.testkit;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Programs that run on Node.
 *
 * @param node the Node program
 * @param modules the folder {@code node_modules} with the packages
 */
public record NodeFixture(Path node, Path modules) {
  /** The command that runs a script of one of the packages. */
  public List<String> packageCommand(String script, String... arguments) {
    return command(modules.resolve(script), arguments);
  }

  /** The command that runs a script that lies beside the packages. */
  public List<String> scriptCommand(String script, String... arguments) {
    return command(modules.resolveSibling(script), arguments);
  }

  private List<String> command(Path script, String... arguments) {
    List<String> command = new ArrayList<>(List.of(node.toString(), script.toString()));
    command.addAll(List.of(arguments));
    return command;
  }
}
