package io.mcprealtime.mcp.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The places where MCP clients keep their config. */
public final class WellKnownConfigs {
  /** A config file that exists, and the client that it belongs to. */
  public record Found(String client, Path file) {}

  private static final String CLAUDE_DESKTOP = "Claude Desktop";
  private static final String CLAUDE_CODE = "Claude Code";
  private static final String CURSOR = "Cursor";
  private static final String VS_CODE = "VS Code";
  private static final String COPILOT = "Copilot";

  private WellKnownConfigs() {}

  /**
   * The files that exist, those of the working directory first.
   *
   * @param osName as in the system property {@code os.name}
   * @param environment looked up for APPDATA on Windows and XDG_CONFIG_HOME elsewhere
   */
  public static List<Found> find(
      Path home, Path workingDirectory, String osName, Map<String, String> environment) {
    Path settings = settings(home, osName.toLowerCase(Locale.ROOT), environment);
    List<Found> places = new ArrayList<>();
    places.add(new Found("mcp.json", workingDirectory.resolve("mcp.json")));
    places.add(new Found(CLAUDE_CODE, workingDirectory.resolve(".mcp.json")));
    places.add(new Found(CURSOR, workingDirectory.resolve(".cursor").resolve("mcp.json")));
    places.add(new Found(VS_CODE, workingDirectory.resolve(".vscode").resolve("mcp.json")));
    places.add(new Found(CLAUDE_CODE, home.resolve(".claude.json")));
    places.add(
        new Found(
            CLAUDE_DESKTOP, settings.resolve("Claude").resolve("claude_desktop_config.json")));
    places.add(new Found(CURSOR, home.resolve(".cursor").resolve("mcp.json")));
    places.add(new Found(VS_CODE, settings.resolve("Code").resolve("User").resolve("mcp.json")));
    places.add(new Found(COPILOT, home.resolve(".copilot").resolve("mcp-config.json")));
    return places.stream().filter(place -> Files.isRegularFile(place.file())).toList();
  }

  private static Path settings(Path home, String os, Map<String, String> environment) {
    if (os.startsWith("mac")) {
      return home.resolve("Library").resolve("Application Support");
    }
    boolean windows = os.startsWith("windows");
    String configured = environment.getOrDefault(windows ? "APPDATA" : "XDG_CONFIG_HOME", "");
    if (!configured.isBlank()) {
      return Path.of(configured);
    }
    return windows ? home.resolve("AppData").resolve("Roaming") : home.resolve(".config");
  }
}
