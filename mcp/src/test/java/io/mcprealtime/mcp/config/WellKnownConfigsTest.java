package io.mcprealtime.mcp.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.mcp.config.WellKnownConfigs.Found;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WellKnownConfigsTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource({
    "mcp.json, Linux, home/work/mcp.json",
    "Claude Code, Linux, home/work/.mcp.json",
    "Claude Code, Linux, home/.claude.json",
    "Claude Desktop, Linux, home/.config/Claude/claude_desktop_config.json",
    "Claude Desktop, Linux, xdg/Claude/claude_desktop_config.json",
    "Claude Desktop, Mac OS X, home/Library/Application Support/Claude/claude_desktop_config.json",
    "Claude Desktop, Windows 11, home/AppData/Roaming/Claude/claude_desktop_config.json",
    "Claude Desktop, Windows 11, appdata/Claude/claude_desktop_config.json",
    "Cursor, Linux, home/work/.cursor/mcp.json",
    "Cursor, Windows 11, home/.cursor/mcp.json",
    "VS Code, Linux, home/work/.vscode/mcp.json",
    "VS Code, Linux, home/.config/Code/User/mcp.json",
    "VS Code, Mac OS X, home/Library/Application Support/Code/User/mcp.json",
    "Copilot, Linux, home/.copilot/mcp-config.json"
  })
  void find_knowsThePlace(String client, String os, String place) throws IOException {
    Path file = folder.resolve(place);
    Files.createDirectories(file.getParent());
    Files.writeString(file, "{}");
    Map<String, String> environment =
        place.startsWith("xdg")
            ? Map.of("XDG_CONFIG_HOME", folder.resolve("xdg").toString())
            : place.startsWith("appdata")
                ? Map.of("APPDATA", folder.resolve("appdata").toString())
                : Map.of();
    Path home = folder.resolve("home");
    assertThat(WellKnownConfigs.find(home, home.resolve("work"), os, environment))
        .containsExactly(new Found(client, file));
  }

  @Test
  void find_givesNothingWhereNothingIs() {
    assertThat(WellKnownConfigs.find(folder, folder, "Linux", Map.of())).isEmpty();
  }
}
