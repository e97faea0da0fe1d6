package io.mcprealtime.mcp.config;

import java.nio.file.Path;
import java.util.Map;

/**
 * What the placeholders of a config stand for.
 *
 * @param environment the variables for {@code ${NAME}} and {@code ${env:NAME}}
 * @param workspaceFolder stands for {@code ${workspaceFolder}}; relative paths start there
 * @param userHome stands for {@code ${userHome}}
 */
public record ExpansionContext(
    Map<String, String> environment, Path workspaceFolder, Path userHome) {
  public ExpansionContext {
    environment = Map.copyOf(environment);
    workspaceFolder = workspaceFolder.toAbsolutePath().normalize();
  }

  /** This process's environment and user, and the workspace that a config file belongs to. */
  public static ExpansionContext ofFile(Path configFile) {
    return new ExpansionContext(
        System.getenv(), workspaceOf(configFile), Path.of(System.getProperty("user.home", ".")));
  }

  ExpansionContext withWorkspace(Path folder) {
    return new ExpansionContext(environment, folder, userHome);
  }

  /** The folder of the file, or the one above it when the file lies in a client's own folder. */
  private static Path workspaceOf(Path configFile) {
    Path folder = configFile.toAbsolutePath().normalize().getParent();
    if (folder == null) {
      return configFile.toAbsolutePath();
    }
    Path name = folder.getFileName();
    Path above = folder.getParent();
    boolean clientFolder = name != null && name.toString().startsWith(".");
    return clientFolder && above != null ? above : folder;
  }

  /** The folders only: the environment holds secrets. */
  @Override
  public String toString() {
    return "ExpansionContext[workspaceFolder=" + workspaceFolder + ", userHome=" + userHome + "]";
  }
}
