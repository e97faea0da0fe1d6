package io.mcprealtime.server.cli;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.internal.PeriodicJob;
import io.mcprealtime.postgres.DatabaseUrl;
import io.mcprealtime.postgres.EmbeddedPostgres;
import java.nio.file.Path;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The embedded PostgreSQL, started again at the same address when it dies. */
final class EmbeddedDatabase implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(EmbeddedDatabase.class);
  private static final Duration INTERVAL = Duration.ofSeconds(2);

  private final Path directory;
  private final int port;
  private final PeriodicJob watch = new PeriodicJob("mcp-database", INTERVAL, this::look);
  private EmbeddedPostgres server;
  private boolean closed;

  private EmbeddedDatabase(Path directory) {
    this.directory = directory;
    this.server = EmbeddedPostgres.builder(directory).start();
    this.port = server.port();
  }

  static EmbeddedDatabase start(Path directory) {
    var database = new EmbeddedDatabase(directory);
    database.watch.start();
    return database;
  }

  synchronized DatabaseUrl url() {
    return server.databaseUrl();
  }

  synchronized long pid() {
    return server.pid();
  }

  private synchronized void look() {
    if (closed || server.isRunning()) {
      return;
    }
    log.error("the embedded PostgreSQL died and is started again");
    server.close();
    try {
      server = EmbeddedPostgres.builder(directory).port(port).start();
      log.info("the embedded PostgreSQL runs again");
    } catch (McpRealtimeException e) {
      throw new McpRealtimeException(
          "the embedded PostgreSQL cannot be started again: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    EmbeddedPostgres last;
    synchronized (this) {
      closed = true;
      last = server;
    }
    last.close();
    watch.close();
  }
}
