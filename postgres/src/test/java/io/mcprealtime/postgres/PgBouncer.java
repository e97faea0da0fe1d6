package io.mcprealtime.postgres;

import io.mcprealtime.internal.FileTrees;
import io.mcprealtime.testkit.TestPorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/**
 * A PgBouncer in transaction mode in front of a server, with so few connections to it that clients
 * cannot but share them.
 */
final class PgBouncer implements AutoCloseable {
  private static final String OTHER_USER = "nobody";

  private final EmbeddedPostgres server;
  private final Path directory;
  private final Process process;
  private final int port;

  private PgBouncer(EmbeddedPostgres server, Path directory, Process process, int port) {
    this.server = server;
    this.directory = directory;
    this.process = process;
    this.port = port;
  }

  static PgBouncer start(Path program, EmbeddedPostgres server, int serverConnections)
      throws IOException {
    int port = TestPorts.free();
    var directory = Files.createTempDirectory("mcp-realtime-pgbouncer");
    var users = directory.resolve("users.txt");
    Files.writeString(users, "\"%s\" \"%s\"\n".formatted(server.user(), server.password()));
    var config = directory.resolve("pgbouncer.ini");
    Files.writeString(
        config,
        """
        [databases]
        * = host=127.0.0.1 port=%d
        [pgbouncer]
        listen_addr = 127.0.0.1
        listen_port = %d
        unix_socket_dir =
        auth_type = scram-sha-256
        auth_file = %s
        pool_mode = transaction
        default_pool_size = %d
        max_client_conn = 200
        ignore_startup_parameters = extra_float_digits
        """
            .formatted(server.port(), port, users, serverConnections));
    var command = new ArrayList<>(List.of(program.toString(), "-q"));
    if (isRoot()) {
      // It refuses to run as root.
      command.addAll(List.of("-u", OTHER_USER));
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
      var other =
          directory
              .getFileSystem()
              .getUserPrincipalLookupService()
              .lookupPrincipalByName(OTHER_USER);
      Files.setOwner(users, other);
      Files.setOwner(config, other);
    }
    Files.setPosixFilePermissions(users, PosixFilePermissions.fromString("rw-------"));
    command.add(config.toString());
    var log = directory.resolve("log").toFile();
    var process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log).start();
    var started = new PgBouncer(server, directory, process, port);
    try {
      Awaitility.await().atMost(Duration.ofSeconds(20)).until(started::accepts);
    } catch (RuntimeException e) {
      var said = Files.readString(log.toPath());
      started.close();
      throw new IOException("PgBouncer did not start: " + said, e);
    }
    return started;
  }

  /** The database of that name, through the pooler. */
  DatabaseUrl url(String database) {
    return DatabaseUrl.parse(
            "postgres://127.0.0.1:%d/%s?pgbouncer=true&supa=base-pooler.x&connection_limit=1"
                .formatted(port, database))
        .withCredentials(server.user(), server.password());
  }

  private boolean accepts() {
    if (!process.isAlive()) {
      throw new IllegalStateException("exit code " + process.exitValue());
    }
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly().onExit().join();
    FileTrees.delete(directory);
  }
}
