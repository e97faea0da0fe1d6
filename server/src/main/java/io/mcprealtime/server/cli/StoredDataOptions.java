package io.mcprealtime.server.cli;

import io.mcprealtime.McpCacheManager;
import io.mcprealtime.McpDataRetentionManager;
import io.mcprealtime.TimeSource;
import io.mcprealtime.server.config.ConfigFiles;
import io.mcprealtime.server.config.ServerConfig;
import io.mcprealtime.server.config.ServerConfigBuilder;
import io.mcprealtime.storage.Storage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of the commands that work on what is stored. */
final class StoredDataOptions {
  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "Config file with the settings that serve has: limit, ages, archive.")
  private List<Path> files = new ArrayList<>();

  @Mixin private DatabaseOptions databaseOptions = new DatabaseOptions();

  ServerConfig config(Terminal terminal) {
    var settings = new ServerConfigBuilder(terminal::variable);
    ConfigFiles.read(files, settings);
    settings.environment();
    databaseOptions.applyTo(settings);
    return settings.build();
  }

  static McpDataRetentionManager retention(Storage storage, ServerConfig config) {
    var time = TimeSource.system();
    var cache = new McpCacheManager(time);
    return new McpDataRetentionManager(cache, storage, config.managers(), time);
  }
}
