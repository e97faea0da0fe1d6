package io.mcprealtime.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.postgres.DatabaseUrl;
import io.mcprealtime.postgres.EmbeddedPostgres;
import io.mcprealtime.postgres.PostgresStorage;
import io.mcprealtime.testkit.TestPorts;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** A database of the test's, a way to it that can be cut, and monitors over it. */
final class FaultFixture implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  private final Path directory;
  private final int port;
  private EmbeddedPostgres database;
  final TcpProxy proxy;

  private FaultFixture(Path directory) throws IOException {
    this.directory = directory;
    this.database =
        EmbeddedPostgres.builder(directory.resolve("postgres")).port(TestPorts.free()).start();
    this.proxy = TcpProxy.to(database.port());
    this.port = TestPorts.free();
  }

  static FaultFixture open(Path directory) throws IOException {
    return new FaultFixture(directory);
  }

  /** The database, past the proxy. */
  EmbeddedPostgres database() {
    return database;
  }

  PostgresStorage storage() {
    var storage = PostgresStorage.builder(database.databaseUrl()).build();
    storage.migrate();
    return storage;
  }

  /** The database's address through the proxy. */
  String url() {
    return "postgres://%s:%s@127.0.0.1:%d/postgres"
        .formatted(
            database.user(),
            URLEncoder.encode(database.password(), StandardCharsets.UTF_8),
            proxy.port());
  }

  DatabaseUrl databaseUrl() {
    return DatabaseUrl.parse(url());
  }

  /** The port of every monitor, one after the other. */
  int port() {
    return port;
  }

  RunningJar monitor(Path spool) throws IOException {
    return monitor(spool, List.of());
  }

  private RunningJar monitor(Path spool, List<String> sharing) throws IOException {
    var config = directory.resolve("mcp-realtime.yaml");
    Files.writeString(config, "spool: {directory: \"%s\"}%nservers: {}%n".formatted(spool));
    var options = new ArrayList<>(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    options.addAll(sharing);
    return RunningJar.start(
        options,
        Map.of("DATABASE_URL", url()),
        "serve",
        "--port",
        Integer.toString(port),
        "--data-dir",
        directory.resolve("data").toString(),
        "--config",
        config.toString());
  }

  RunningJar monitor() throws IOException {
    var sharing =
        Files.exists(classes())
            ? List.of("-Xshare:auto", "-XX:SharedArchiveFile=" + classes())
            : List.<String>of();
    return monitor(directory.resolve("spool"), sharing);
  }

  private Path classes() {
    return directory.resolve("classes.jsa");
  }

  /** Starts and stops a monitor once, which dumps its classes: the next ones start faster. */
  void warmUp() throws Exception {
    var dump = List.of("-XX:ArchiveClassesAtExit=" + classes());
    try (var jar = monitor(directory.resolve("spool"), dump)) {
      jar.url();
      jar.stop(PATIENCE);
    }
  }

  static JsonNode spool(RunningJar jar) throws IOException, InterruptedException {
    return jar.get("/readyz").path("spool");
  }

  /** Until the database has all that waited. */
  static void awaitDrained(RunningJar jar) {
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              var spool = spool(jar);
              return spool.path("records").intValue(-1) == 0 && spool.path("awaySince").isNull();
            });
  }

  List<ProcessHandle> databaseProcesses() {
    var main = ProcessHandle.of(database.pid()).orElseThrow();
    var all = new ArrayList<>(main.descendants().toList());
    all.add(main);
    return all;
  }

  /** Stops every process of the database where it is, or lets it go on. */
  void signalDatabase(String name) throws IOException, InterruptedException {
    for (var process : databaseProcesses()) {
      var kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
      kill.waitFor();
    }
  }

  /** Ends the database as a power cut would, and starts it again where it was. */
  void killDatabase(Duration away) throws InterruptedException {
    int at = database.port();
    databaseProcesses().forEach(ProcessHandle::destroyForcibly);
    java.util.concurrent.TimeUnit.MILLISECONDS.sleep(away.toMillis());
    database.close();
    database = EmbeddedPostgres.builder(directory.resolve("postgres")).port(at).start();
  }

  List<String> events(RunningJar jar, String severity) throws IOException, InterruptedException {
    var found = new ArrayList<String>();
    for (var event : jar.get("/api/v1/events").get("events")) {
      if (event.get("type").stringValue().equals("storage")
          && event.get("severity").stringValue().equals(severity)) {
        found.add(event.get("message").stringValue());
      }
    }
    return found;
  }

  @Override
  public void close() {
    proxy.close();
    database.close();
    assertThat(database.isRunning()).isFalse();
  }
}
