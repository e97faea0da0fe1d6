package io.mcprealtime.server.cli;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.TimeSource;
import io.mcprealtime.budget.Budget;
import io.mcprealtime.budget.Limits;
import io.mcprealtime.postgres.DatabaseUrl;
import io.mcprealtime.postgres.EmbeddedPostgres;
import io.mcprealtime.postgres.PostgresStorage;
import io.mcprealtime.server.config.ServerConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The database that a command works on: of a URL, or the embedded one. An embedded one that a
 * monitor runs is shared with it; one that does not run is started, and ended after the command.
 */
final class OpenDatabase implements AutoCloseable {
  private static final int CONNECTIONS = 4;
  private static final int CONNECT_MILLIS = 1_000;

  /** Of {@code postmaster.pid}, from 0. */
  private static final int PORT_LINE = 3;

  private static final int STATUS_LINE = 7;

  /** What the database sends to this command counts for its month as well. */
  private final Budget sent = new Budget(Limits.NONE, TimeSource.system());

  private final PostgresStorage storage;
  private final DatabaseUrl url;
  private final @Nullable EmbeddedPostgres embedded;
  private boolean usable;

  private OpenDatabase(DatabaseUrl url, @Nullable EmbeddedPostgres embedded) {
    this.url = url;
    this.embedded = embedded;
    this.storage = PostgresStorage.builder(url).connections(CONNECTIONS).meter(sent).build();
  }

  /** Opens one that is there, and changes nothing of its schema, which must be up to date. */
  static OpenDatabase existing(ServerConfig config) {
    var directory = config.dataDirectory().resolve("postgresql");
    if (config.databaseUrl() == null && !Files.isDirectory(directory.resolve("pgdata"))) {
      throw new McpRealtimeException(
          "%s holds no data yet: serve makes it; or name another with --data-dir or DATABASE_URL"
              .formatted(config.dataDirectory()));
    }
    return open(config, directory, false);
  }

  /** Opens one to write to; it and its schema are made where they are missing. */
  static OpenDatabase orNew(ServerConfig config) {
    return open(config, config.dataDirectory().resolve("postgresql"), true);
  }

  private static OpenDatabase open(ServerConfig config, Path directory, boolean migrate) {
    if (config.databaseUrl() != null) {
      return opened(new OpenDatabase(Application.parse(config.databaseUrl()), null), migrate);
    }
    var running = running(directory);
    if (running.isPresent()) {
      // Its schema is the business of whoever runs it.
      return opened(new OpenDatabase(running.get(), null), false);
    }
    var embedded = EmbeddedPostgres.builder(directory).start();
    return opened(new OpenDatabase(embedded.databaseUrl(), embedded), migrate);
  }

  private static OpenDatabase opened(OpenDatabase database, boolean migrate) {
    try {
      if (migrate) {
        database.storage.migrate();
      } else {
        database.storage.checkSchema();
      }
      database.usable = true;
      return database;
    } catch (RuntimeException e) {
      database.close();
      throw e;
    }
  }

  /** Where the embedded server of that directory listens; absent while it does not run. */
  private static Optional<DatabaseUrl> running(Path directory) {
    try {
      var lines = Files.readAllLines(directory.resolve("pgdata").resolve("postmaster.pid"));
      if (lines.size() <= STATUS_LINE || !lines.get(STATUS_LINE).strip().equals("ready")) {
        return Optional.empty();
      }
      int port = Integer.parseInt(lines.get(PORT_LINE).strip());
      if (!answers(port)) {
        return Optional.empty();
      }
      String password = Files.readString(directory.resolve("password")).strip();
      return Optional.of(
          DatabaseUrl.parse("jdbc:postgresql://127.0.0.1:%d/postgres".formatted(port))
              .withCredentials("postgres", password));
    } catch (IOException | NumberFormatException e) {
      // Then it is started; where it runs all the same, that says in which process.
      return Optional.empty();
    }
  }

  private static boolean answers(int port) {
    try (var socket = new Socket()) {
      var loopback = InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
      socket.connect(new InetSocketAddress(loopback, port), CONNECT_MILLIS);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  PostgresStorage storage() {
    return storage;
  }

  /** Host, port and database, without secrets. */
  String describe() {
    return url.toString();
  }

  @Override
  public void close() {
    if (usable) {
      sent.sync(storage.budget());
    }
    storage.close();
    if (embedded != null) {
      embedded.close();
    }
  }
}
