package io.mcprealtime.server.cli;

import io.mcprealtime.postgres.DatabaseUrl;
import io.mcprealtime.postgres.EmbeddedPostgres;
import io.mcprealtime.postgres.PostgresStorage;
import io.mcprealtime.server.config.ServerConfigBuilder;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParentCommand;

@Command(
    name = "migrate",
    description = {
      "Applies the schema to the database of DATABASE_URL, or to the embedded one without it.",
      "serve does the same at its start; this is for those who want it done before."
    },
    footerHeading = "%nExample:%n",
    footer = "  DATABASE_URL=postgres://user:password@host:5432/postgres mcp-realtime migrate",
    mixinStandardHelpOptions = true)
final class MigrateCommand implements Callable<Integer> {
  @ParentCommand private RootCommand root = new RootCommand();
  @Mixin private DatabaseOptions databaseOptions = new DatabaseOptions();

  @Override
  public Integer call() {
    var terminal = root.terminal();
    var settings = new ServerConfigBuilder(terminal::variable);
    settings.environment();
    databaseOptions.applyTo(settings);
    var config = settings.build();
    if (config.databaseUrl() != null) {
      migrate(terminal, Application.parse(config.databaseUrl()));
      return 0;
    }
    try (var embedded =
        EmbeddedPostgres.builder(config.dataDirectory().resolve("postgresql")).start()) {
      migrate(terminal, embedded.databaseUrl());
    }
    return 0;
  }

  private static void migrate(Terminal terminal, DatabaseUrl url) {
    try (var storage = PostgresStorage.builder(url).build()) {
      storage.migrate();
      terminal.say("The schema of %s is up to date.", url);
    }
  }
}
