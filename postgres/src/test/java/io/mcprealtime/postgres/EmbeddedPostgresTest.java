package io.mcprealtime.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.mcprealtime.storage.StorageException;
import io.mcprealtime.testkit.TestPorts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresTest {
  /** Shared, as unpacking and creating takes seconds: each test leaves it stopped and whole. */
  @TempDir private static Path shared;

  @TempDir private Path own;

  private final List<ServerChild> children = new ArrayList<>();

  private static Path data() {
    return shared.resolve("data");
  }

  @AfterEach
  void endChildren() {
    children.forEach(ServerChild::close);
  }

  private ServerChild child(Path directory) throws IOException {
    var child = ServerChild.start(directory);
    children.add(child);
    return child;
  }

  private static List<String> query(EmbeddedPostgres server, String sql) throws SQLException {
    try (var connection =
            DriverManager.getConnection(server.jdbcUrl(), server.user(), server.password());
        var statement = connection.createStatement()) {
      var found = new ArrayList<String>();
      if (statement.execute(sql)) {
        var rows = statement.getResultSet();
        while (rows.next()) {
          found.add(rows.getString(1));
        }
      }
      return found;
    }
  }

  @Test
  void start_isDurableAndBounded() throws Exception {
    try (var server = EmbeddedPostgres.builder(data()).start()) {
      for (var setting : List.of("fsync", "synchronous_commit", "full_page_writes")) {
        assertThat(query(server, "show " + setting)).as(setting).containsExactly("on");
      }
      assertThat(query(server, "show max_wal_size")).containsExactly("256MB");
      assertThat(query(server, "show listen_addresses")).containsExactly("127.0.0.1");
      assertThat(query(server, "show unix_socket_directories")).containsExactly("");
      assertThat(query(server, "show server_encoding")).containsExactly("UTF8");
      assertThat(server)
          .hasToString(
              "EmbeddedPostgres[%s, port %d]".formatted(data().toRealPath(), server.port()));
    }
  }

  @Test
  void start_wantsThePassword() throws Exception {
    try (var server = EmbeddedPostgres.builder(data()).start()) {
      assertThatThrownBy(
              () -> DriverManager.getConnection(server.jdbcUrl(), server.user(), "wrong"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("password authentication failed");
      assertThat(
              PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(data().resolve("password"))))
          .isEqualTo("rw-------");
    }
  }

  @Test
  void close_endsTheServerAndKeepsTheData() throws Exception {
    long pid;
    try (var server = EmbeddedPostgres.builder(data()).start()) {
      pid = server.pid();
      query(server, "create table kept (n int)");
      query(server, "insert into kept values (7)");
      assertThat(server.isRunning()).isTrue();
    }

    assertThat(ProcessHandle.of(pid).filter(ClusterProcesses::isRunning)).isEmpty();
    try (var server = EmbeddedPostgres.builder(data()).start()) {
      assertThat(query(server, "select n from kept")).containsExactly("7");
      query(server, "drop table kept");
    }
  }

  @Test
  void start_inADirectoryInUse_namesTheProcess() throws Exception {
    var child = child(data());

    assertThatThrownBy(() -> EmbeddedPostgres.builder(data()).start())
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "the data directory %s is in use by process %d; stop it or choose another with --data-dir",
            data().toRealPath(), child.pid());
    assertThat(child.isServing()).isTrue();
  }

  @Test
  void start_twiceInOneProcess_namesThisProcess() throws Exception {
    try (var server = EmbeddedPostgres.builder(data()).start()) {
      assertThatThrownBy(() -> EmbeddedPostgres.builder(data()).start())
          .hasMessageContaining("in use by process " + ProcessHandle.current().pid());
      assertThat(query(server, "select 1")).containsExactly("1");
    }
  }

  @Test
  void start_afterAKillOfTheProcess_replacesTheOrphanAndKeepsRows() throws Exception {
    var child = child(data());
    child.kill();
    assertThat(ProcessHandle.of(child.serverPid()).filter(ClusterProcesses::isRunning)).isPresent();

    try (var server = EmbeddedPostgres.builder(data()).start()) {
      assertThat(ProcessHandle.of(child.serverPid()).filter(ClusterProcesses::isRunning)).isEmpty();
      assertThat(query(server, "select n from written where pid = " + child.pid()))
          .containsExactly("1");
    }
  }

  @Test
  void start_afterAKillOfBoth_recoversRows() throws Exception {
    var child = child(data());
    child.kill();
    ProcessHandle.of(child.serverPid()).ifPresent(ProcessHandle::destroyForcibly);

    try (var server = EmbeddedPostgres.builder(data()).start()) {
      assertThat(query(server, "select n from written where pid = " + child.pid()))
          .containsExactly("1");
    }
  }

  @Test
  void start_withTheFileOfAProcessThatIsNoPostgres_leavesThatAlone() throws Exception {
    try (var server = EmbeddedPostgres.builder(data()).start()) {
      assertThat(server.isRunning()).isTrue();
    }
    var other = new ProcessBuilder("sleep", "600").start();
    try {
      Files.writeString(
          data().resolve("pgdata/postmaster.pid"),
          "%d%n%s%n1%n1%n%n127.0.0.1%n%nready%n".formatted(other.pid(), data()));

      try (var server = EmbeddedPostgres.builder(data()).start()) {
        assertThat(query(server, "select 1")).containsExactly("1");
      }
      assertThat(other.isAlive()).isTrue();
    } finally {
      other.destroyForcibly();
      Files.deleteIfExists(data().resolve("pgdata/postmaster.pid"));
    }
  }

  @Test
  void start_onATakenPort_saysSo() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThatThrownBy(() -> EmbeddedPostgres.builder(data()).port(taken.getLocalPort()).start())
          .isInstanceOf(StorageException.class)
          .hasMessageStartingWith(
              "port %d of 127.0.0.1 is in use by another program", taken.getLocalPort());
    }
  }

  @Test
  void start_onAGivenPort_listensThere() throws Exception {
    int port = TestPorts.free();

    try (var server = EmbeddedPostgres.builder(data()).port(port).start()) {
      assertThat(server.port()).isEqualTo(port);
      assertThat(server.jdbcUrl()).isEqualTo("jdbc:postgresql://127.0.0.1:%d/postgres", port);
    }
    assertThatThrownBy(() -> EmbeddedPostgres.builder(data()).port(70_000))
        .hasMessage("port must lie between 0 and 65535, is 70000");
  }

  @Test
  void start_thatFails_quotesTheServer() throws Exception {
    try (var server = EmbeddedPostgres.builder(data()).start()) {
      assertThat(server.isRunning()).isTrue();
    }
    var config = data().resolve("pgdata/postgresql.conf");
    var before = Files.readString(config);
    try {
      Files.writeString(config, "\nno_such_setting = 1\n", StandardOpenOption.APPEND);

      assertThatThrownBy(() -> EmbeddedPostgres.builder(data()).start())
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("ended with code 1 while starting")
          .hasMessageContaining("unrecognized configuration parameter \"no_such_setting\"");
    } finally {
      Files.writeString(config, before);
    }
    EmbeddedPostgres.builder(data()).start().close();
  }

  @Test
  void start_withTooShortATime_saysSoAndLeavesNothingRunning() throws Exception {
    EmbeddedPostgres.builder(data()).start().close();

    assertThatThrownBy(() -> EmbeddedPostgres.builder(data()).startTimeout(Duration.ZERO).start())
        .hasMessageContaining("did not accept connections within 0 s");

    assertThat(PostmasterFile.read(data().resolve("pgdata"))).isEmpty();
  }

  @Test
  void start_withoutThePasswordFile_saysSo() throws Exception {
    EmbeddedPostgres.builder(data()).start().close();
    var password = data().resolve("password");
    var kept = shared.resolve("kept");
    Files.move(password, kept);
    try {
      assertThatThrownBy(() -> EmbeddedPostgres.builder(data()).start())
          .hasMessageContaining("the password file")
          .hasMessageContaining("is missing; restore it");
    } finally {
      Files.move(kept, password);
    }
  }

  @Test
  void start_withDataOfAnotherVersion_saysSo() throws Exception {
    var cluster = Files.createDirectories(own.resolve("old/pgdata"));
    Files.writeString(cluster.resolve("PG_VERSION"), "16\n");

    assertThatThrownBy(() -> EmbeddedPostgres.builder(own.resolve("old")).start())
        .hasMessage(
            "%s holds PostgreSQL 16 data, this version runs 17; export it with the release that"
                + " wrote it, or choose another directory with --data-dir",
            own.resolve("old"));
  }

  @Test
  void start_withSomethingElseAsCluster_saysSo() throws Exception {
    Files.createDirectories(own.resolve("strange/pgdata"));

    assertThatThrownBy(() -> EmbeddedPostgres.builder(own.resolve("strange")).start())
        .hasMessageContaining("is not a PostgreSQL cluster that can be read");
  }

  @Test
  void start_whereAFileIs_saysSo() throws Exception {
    var file = Files.createFile(own.resolve("file"));

    assertThatThrownBy(() -> EmbeddedPostgres.builder(file).start())
        .hasMessage(
            "the data directory %s is not a directory; choose another with --data-dir", file);
    assertThatThrownBy(() -> EmbeddedPostgres.builder(Path.of("/proc/none")).start())
        .hasMessageContaining("the data directory /proc/none cannot be written to by user");
  }

  @Test
  void start_asRootInAnotherUsersDirectory_saysSo() throws Exception {
    assumeTrue(ServerLauncher.isRoot(), "only root meets this");
    var directory = Files.createDirectory(own.resolve("theirs"));
    Files.setOwner(
        directory,
        directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody"));

    assertThatThrownBy(() -> EmbeddedPostgres.builder(directory).start())
        .hasMessageContaining("belongs to user nobody, and root's server cannot write to it");
  }

  @Test
  void start_asAnOrdinaryUser_worksAndSurvivesAKill() throws Exception {
    assumeTrue(ServerLauncher.isRoot(), "the other tests run as an ordinary user already");
    try (var nobody = ServerChild.asNobody()) {
      var refused = nobody.run(own.resolve("none"));
      assertThat(refused)
          .contains(
              "the data directory %s cannot be written to by user nobody"
                  .formatted(own.resolve("none")));

      var first = nobody.startIn("data");
      first.kill();
      var second = nobody.startIn("data");
      children.add(second);

      assertThat(second.rows()).isEqualTo(2);
      assertThat(ProcessHandle.of(first.serverPid()).filter(ClusterProcesses::isRunning)).isEmpty();
    }
  }
}
