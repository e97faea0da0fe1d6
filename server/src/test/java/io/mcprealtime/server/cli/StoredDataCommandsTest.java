package io.mcprealtime.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.EventType;
import io.mcprealtime.HealthCheck;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.Severity;
import io.mcprealtime.Window;
import io.mcprealtime.archive.Manifest;
import io.mcprealtime.postgres.EmbeddedPostgres;
import io.mcprealtime.postgres.PostgresStorage;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.TimeRange;
import io.mcprealtime.testkit.TestData;
import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands on a real embedded PostgreSQL that another owner runs. */
class StoredDataCommandsTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.MINUTES);
  private static final TimeRange ALL = new TimeRange(NOW.minus(Duration.ofDays(60)), NOW.plus(DAY));

  @TempDir private Path folder;
  private final Text out = new Text();
  private final Text err = new Text();
  private EmbeddedPostgres server;
  private PostgresStorage storage;

  @BeforeEach
  void start() {
    server = EmbeddedPostgres.builder(folder.resolve("data").resolve("postgresql")).start();
    storage = PostgresStorage.builder(server.databaseUrl()).connections(4).build();
    storage.migrate();
    storage.maintenance().prepare();
  }

  @AfterEach
  void stop() {
    storage.close();
    server.close();
  }

  private int run(String... arguments) {
    return run(Map.of(), arguments);
  }

  private int run(Map<String, String> environment, String... arguments) {
    out.reset();
    err.reset();
    var variables = new TreeMap<>(environment);
    variables.putIfAbsent("MCP_REALTIME_DATA_DIR", folder.resolve("data").toString());
    return CommandLineRunner.run(
        new Terminal(out, err, variables, new CountDownLatch(1)), arguments);
  }

  private String config(String text) throws IOException {
    return Files.writeString(folder.resolve("mine.yaml"), text).toString();
  }

  private void fill(int days) {
    for (int day = 0; day < days; day++) {
      var end = NOW.minus(DAY.multipliedBy(day));
      var samples = new ArrayList<ServerMetrics>();
      var checks = new ArrayList<HealthCheck>();
      for (int i = 0; i < 500; i++) {
        var at = end.minusSeconds(15L * i);
        samples.add(TestData.sample(TestData.FILESYSTEM, at));
        samples.add(TestData.bareSample(TestData.GITHUB, at));
        checks.add(TestData.healthCheck(TestData.GITHUB, at));
      }
      storage.samples().insert(samples);
      storage.healthChecks().insert(checks);
    }
    storage
        .events()
        .insert(
            List.of(
                TestData.event(TestData.GITHUB, NOW.minus(DAY)),
                MonitoringEvent.ofMonitor(NOW, EventType.CONFIG, Severity.INFO, "changed")));
    var start = Window.FIVE_MINUTES.bucketOf(NOW.minus(DAY.multipliedBy(20)));
    storage
        .rollups()
        .restore(List.of(TestData.rollup(TestData.GITHUB, Window.FIVE_MINUTES, start)));
  }

  private static List<Object> content(Storage storage) {
    var all = new ArrayList<>();
    var samples = new ArrayList<ServerMetrics>();
    storage.samples().forEach(ALL, samples::add);
    samples.sort(Comparator.comparing(ServerMetrics::server).thenComparing(ServerMetrics::at));
    var checks = new ArrayList<HealthCheck>();
    storage.healthChecks().forEach(ALL, checks::add);
    checks.sort(Comparator.comparing(HealthCheck::at));
    storage.events().forEach(ALL, all::add);
    for (var id : List.of(TestData.FILESYSTEM, TestData.GITHUB)) {
      List<Rollup> rollups = storage.rollups().query(id, Window.FIVE_MINUTES, ALL);
      all.addAll(rollups);
    }
    all.addAll(samples);
    all.addAll(checks);
    return all;
  }

  private static long samples(Storage storage) {
    var count = new long[1];
    storage.samples().forEach(ALL, sample -> count[0]++);
    return count[0];
  }

  @Test
  void export_thenImportToAFreshDatabase_givesTheSameData() throws IOException {
    fill(3);
    String target = folder.resolve("export").toString();

    assertThat(run("export", target)).as(err.toString()).isZero();
    assertThat(out.toString()).contains("KIND", "metrics", "3,000", "read back and found whole");
    assertThat(run("export", target)).isEqualTo(1);
    assertThat(err.toString()).contains("holds an export already; name another directory");

    var fresh = Map.of("MCP_REALTIME_DATA_DIR", folder.resolve("fresh").toString());
    assertThat(run(fresh, "usage")).isEqualTo(1);
    assertThat(err.toString()).contains("holds no data yet: serve makes it");
    assertThat(run(fresh, "import", "--dry-run", target)).as(err.toString()).isZero();
    assertThat(out.toString()).contains("Nothing was stored");
    assertThat(folder.resolve("fresh")).doesNotExist();
    assertThat(run(fresh, "import", target)).as(err.toString()).isZero();
    assertThat(out.toString()).containsPattern("metrics +3,000 +3,000 +0 +0");
    assertThat(run(fresh, "import", target)).isZero();
    assertThat(out.toString()).containsPattern("metrics +3,000 +0 +3,000 +0");

    try (var other =
            EmbeddedPostgres.builder(folder.resolve("fresh").resolve("postgresql")).start();
        var imported = PostgresStorage.builder(other.databaseUrl()).build()) {
      assertThat(content(imported)).isEqualTo(content(storage)).hasSizeGreaterThan(4_500);
    }

    var damaged =
        folder.resolve("export").resolve(Manifest.read(Path.of(target)).files().get(0).name());
    var bytes = Files.readAllBytes(damaged);
    bytes[100] ^= 1;
    Files.write(damaged, bytes);
    assertThat(run("import", target)).isEqualTo(1);
    assertThat(err.toString()).contains("refused: " + damaged.getFileName() + ": is damaged");
  }

  @Test
  void export_ofAPart_asCsv() throws IOException {
    fill(2);
    String target = folder.resolve("csv").toString();

    assertThat(run("export", "--from", "1h", "--format", "csv", "--server", "github", target))
        .as(err.toString())
        .isZero();

    var manifest = Manifest.read(Path.of(target));
    assertThat(manifest.servers()).containsExactly(ServerId.of("github"));
    assertThat(manifest.records()).isBetween(200L, 241L);
    assertThat(manifest.records(DataKind.METRICS)).isEqualTo(manifest.records());
    assertThat(run("import", target)).isEqualTo(1);
    assertThat(err.toString()).contains("only ndjson can be imported");
    assertThat(run("export", "--from", "-2d", "--to=-1d", folder.resolve("x").toString()))
        .as(err.toString())
        .isZero();
  }

  @Test
  void emergency_onATinyLimit_freesMeasuredBytes_afterTheyAreArchived() throws IOException {
    fill(7);
    var archive = folder.resolve("archive");
    var settings =
        config(
            """
            database: {limitMegabytes: 1}
            retention: {archiveDirectory: "%s", floors: {metrics: 2d}}
            """
                .formatted(archive));
    long before = samples(storage);

    assertThat(run("cleanup", "--dry-run", "--emergency", "-c", settings, "--json")).isZero();
    var preview = WireJson.parse(out.toString());
    assertThat(preview.get("outcome").stringValue()).isEqualTo("preview");
    assertThat(preview.get("bytesFreed").longValue()).isPositive();
    assertThat(samples(storage)).isEqualTo(before);

    assertThat(run("cleanup", "--emergency", "-c", settings)).isEqualTo(1);
    assertThat(out.toString())
        .containsPattern("shorten age +metrics +84h")
        .containsPattern("shorten age +metrics +2d")
        .contains("archived before: " + archive);
    assertThat(out.toString()).containsPattern("Freed: [0-9.]+ [kM]B, from ");
    assertThat(err.toString()).contains("database.limitMegabytes");
    assertThat(samples(storage)).isBetween(1L, before - 1);

    var exported = new ArrayList<Manifest>();
    try (var below = Files.list(archive)) {
      below.forEach(path -> exported.add(Manifest.read(path)));
    }
    assertThat(
            exported.stream().mapToLong(m -> m.records(DataKind.METRICS)).sum() + samples(storage))
        .isGreaterThanOrEqualTo(before);
    assertThat(storage.events().query(null, ALL, 10))
        .anySatisfy(event -> assertThat(event.type()).isEqualTo(EventType.STORAGE));

    assertThat(run("usage", "-c", settings)).isZero();
    assertThat(out.toString())
        .contains("of 1.0 MB (", "Full in   -", "mcp_realtime.samples", "Archived  " + archive);
    assertThat(run("usage", "--json")).isZero();
    var usage = WireJson.parse(out.toString());
    assertThat(usage.at("/storage/totalBytes").longValue()).isPositive();
    assertThat(usage.get("lastArchive").isNull()).isTrue();
  }

  @Test
  void readingCommands_ofADatabaseWithoutTheSchema_changeNothingAndNameMigrate() {
    storage.close();
    server.close();
    var data = folder.resolve("bare");
    EmbeddedPostgres.builder(data.resolve("postgresql")).start().close();
    var bare = Map.of("MCP_REALTIME_DATA_DIR", data.toString());
    String target = folder.resolve("export").toString();

    for (var command :
        List.of(List.of("usage"), List.of("cleanup", "--dry-run"), List.of("export", target))) {
      assertThat(run(bare, command.toArray(String[]::new))).isEqualTo(1);
      assertThat(err.toString())
          .contains("has no schema of mcp-realtime, or an older one; run the command migrate");
    }
    assertThat(folder.resolve("export")).doesNotExist();
    assertThat(run(bare, "migrate")).isZero();
    assertThat(run(bare, "usage")).as(err.toString()).isZero();
  }

  @Test
  void cleanup_whileAnotherRuns_saysSo() {
    storage
        .maintenance()
        .exclusively(
            "clean-up",
            () -> {
              assertThat(run("cleanup")).isEqualTo(1);
              assertThat(err.toString()).contains("Another clean-up is running");
            });
    assertThat(run("cleanup")).isZero();
    assertThat(out.toString()).contains("drop over age");
  }
}
