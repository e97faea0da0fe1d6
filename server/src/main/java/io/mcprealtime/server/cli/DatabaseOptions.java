package io.mcprealtime.server.cli;

import io.mcprealtime.server.config.ServerConfigBuilder;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every command that opens the database. */
final class DatabaseOptions {
  @Option(
      names = "--data-dir",
      paramLabel = "DIRECTORY",
      description = {
        "Where the embedded PostgreSQL keeps its data.",
        "Default: MCP_REALTIME_DATA_DIR, else",
        "~/.local/share/mcp-realtime.",
        "DATABASE_URL names a PostgreSQL of your own instead."
      })
  private @Nullable Path dataDirectory;

  void applyTo(ServerConfigBuilder config) {
    if (dataDirectory != null) {
      config.dataDirectory(dataDirectory);
    }
  }
}
