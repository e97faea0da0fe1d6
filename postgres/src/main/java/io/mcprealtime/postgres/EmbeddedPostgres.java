package io.mcprealtime.postgres;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.storage.StorageException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A PostgreSQL server that this process runs in a data directory of its own: durable, with a
 * password, on the loopback interface. The data stays when it is closed. One process at a time uses
 * a data directory; a server that a killed process left behind is stopped and started anew.
 */
public final class EmbeddedPostgres implements AutoCloseable {
  /** Not the name of our schema: a user finds a schema of his own name first. */
  static final String USER = "postgres";

  static final String HOST = "127.0.0.1";

  private static final int PORT_ATTEMPTS = 3;

  private final DataDirectory directory;
  private final ServerProcess server;
  private final String password;

  private EmbeddedPostgres(DataDirectory directory, ServerProcess server, String password) {
    this.directory = directory;
    this.server = server;
    this.password = password;
  }

  public static Builder builder(Path dataDirectory) {
    return new Builder(dataDirectory);
  }

  /** The URL of its database, without user and password. */
  public String jdbcUrl() {
    return "jdbc:postgresql://%s:%s/postgres".formatted(HOST, port());
  }

  public String user() {
    return USER;
  }

  public String password() {
    return password;
  }

  /** The TCP port that it listens on. */
  public int port() {
    return server.port();
  }

  /** The process id of the server's main process. */
  public long pid() {
    return server.pid();
  }

  /** Where and as whom to connect. */
  public DatabaseUrl databaseUrl() {
    return DatabaseUrl.parse(jdbcUrl()).withCredentials(USER, password);
  }

  /** Whether the server still runs. */
  public boolean isRunning() {
    return server.isAlive();
  }

  /** Ends all connections, shuts the server down and frees the data directory. */
  @Override
  public void close() {
    close(ServerProcess.STOP_TIMEOUT);
  }

  /**
   * The same within a bound: a server that has not shut down by then is killed, with all its
   * processes, and makes good what is committed when it is started again.
   */
  public void close(Duration bound) {
    try {
      server.stop(bound);
    } finally {
      directory.close();
    }
  }

  @Override
  public String toString() {
    return "EmbeddedPostgres[%s, port %d]".formatted(directory.root(), port());
  }

  /** Says where and how the server runs. */
  public static final class Builder {
    private final Path dataDirectory;
    private Duration startTimeout = Duration.ofSeconds(60);
    private int port;

    private Builder(Path dataDirectory) {
      this.dataDirectory = requireNonNull(dataDirectory, "dataDirectory").toAbsolutePath();
    }

    /** The TCP port; 0, the default, takes a free one. */
    public Builder port(int value) {
      if (value < 0 || value > 65_535) {
        throw new IllegalArgumentException(
            "port must lie between 0 and 65535, is %d".formatted(value));
      }
      port = value;
      return this;
    }

    /**
     * How long the server may take until it accepts connections; 60 s by default, as recovery after
     * a crash is part of it.
     */
    public Builder startTimeout(Duration value) {
      startTimeout = value;
      return this;
    }

    /**
     * Starts the server; the first time in a data directory it is created.
     *
     * @throws StorageException when the directory is in use, cannot be written to or holds another
     *     version's data, when the port is taken, or when the server does not start
     */
    public EmbeddedPostgres start() {
      var directory = DataDirectory.open(dataDirectory);
      boolean started = false;
      try {
        var launcher = new ServerLauncher(directory, PostgresBinaries.ofThisPlatform());
        launcher.prepare();
        var server = startOnPort(launcher);
        started = true;
        return new EmbeddedPostgres(directory, server, launcher.password());
      } finally {
        if (!started) {
          directory.close();
        }
      }
    }

    private ServerProcess startOnPort(ServerLauncher launcher) {
      if (port != 0) {
        checkFree(port);
        return launcher.start(port, startTimeout);
      }
      for (int attempt = 1; ; attempt++) {
        try {
          return launcher.start(freePort(), startTimeout);
        } catch (PortTakenException e) {
          // Another program took the free port between our look and the server's.
          if (attempt == PORT_ATTEMPTS) {
            throw e;
          }
        }
      }
    }

    private static void checkFree(int port) {
      try (var socket = new ServerSocket()) {
        socket.setReuseAddress(true);
        socket.bind(new InetSocketAddress(loopback(), port));
      } catch (IOException e) {
        throw new PortTakenException(port, e);
      }
    }

    private static InetAddress loopback() throws IOException {
      return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    }

    private static int freePort() {
      try (var socket = new ServerSocket(0, 1, loopback())) {
        return socket.getLocalPort();
      } catch (IOException e) {
        throw new StorageException(
            "no free TCP port was found on %s: %s".formatted(HOST, e.getMessage()), e);
      }
    }
  }
}
