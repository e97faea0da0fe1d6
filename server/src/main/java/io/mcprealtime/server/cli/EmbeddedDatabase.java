package io.mcprealtime.server.cli;

import io.mcprealtime.internal.PeriodicJob;
import io.mcprealtime.postgres.DatabaseUrl;
import io.mcprealtime.postgres.EmbeddedPostgres;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The embedded PostgreSQL, started again at the same address when it dies. */
final class EmbeddedDatabase {
  private static final Logger log = LoggerFactory.getLogger(EmbeddedDatabase.class);
  private static final Duration INTERVAL = Duration.ofSeconds(2);

  private final Path directory;
  private final int port;
  private final PeriodicJob watch = new PeriodicJob("mcp-database", INTERVAL, this::look);
  private final ReentrantLock starting = new ReentrantLock();
  private volatile EmbeddedPostgres server;
  private volatile boolean closed;

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

  DatabaseUrl url() {
    return server.databaseUrl();
  }

  long pid() {
    return server.pid();
  }

  private void look() {
    starting.lock();
    try {
      if (!closed && !server.isRunning()) {
        log.error("the embedded PostgreSQL died and is started again");
        server.close();
        server = EmbeddedPostgres.builder(directory).port(port).start();
        log.info("the embedded PostgreSQL runs again");
      }
    } finally {
      starting.unlock();
    }
  }

  /** Ends the server in order, or by force when that takes longer than the bound. */
  void close(Duration bound) {
    closed = true;
    try {
      if (starting.tryLock(bound.toNanos(), TimeUnit.NANOSECONDS)) {
        starting.unlock();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    server.close(bound);
    watch.close();
  }
}
