package io.mcprealtime.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.CircuitState;
import io.mcprealtime.EventType;
import io.mcprealtime.HealthCheck;
import io.mcprealtime.ManualTime;
import io.mcprealtime.McpRealtimeConfig;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ProbeStage;
import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.Severity;
import io.mcprealtime.StageResult;
import io.mcprealtime.archive.Export.Progress;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.InMemoryStorage;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.TimeRange;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveTest {
  private static final ServerId A = ServerId.of("alpha");
  private static final ServerId B = ServerId.of("=beta, \"the\" second");
  private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
  private static final Duration DAY = Duration.ofDays(1);
  private static final TimeRange ALL =
      new TimeRange(NOON.minus(Duration.ofDays(99)), NOON.plus(DAY));

  @TempDir private Path folder;
  private final ManualTime time = ManualTime.startingAt("2026-11-20T12:00:00Z");
  private final InMemoryStorage storage = new InMemoryStorage();
  private final List<Progress> told = new ArrayList<>();

  @BeforeEach
  void fill() {
    for (int i = 0; i < 300; i++) {
      var at = NOON.minus(Duration.ofMinutes(11L * i));
      storage.samples().insert(List.of(sample(A, at, i), sample(B, at, i + 1)));
      storage.healthChecks().insert(List.of(check(A, at)));
    }
    storage
        .events()
        .insert(
            List.of(
                MonitoringEvent.of(A, NOON.minus(DAY), EventType.RECOVERY, Severity.INFO, "up"),
                MonitoringEvent.ofMonitor(NOON, EventType.CONFIG, Severity.WARNING, "changed")
                    .withDetails(Map.of("a", "b\nc"))));
    // Roll-ups of samples that are gone.
    var old = NOON.minus(Duration.ofDays(20));
    storage.samples().insert(List.of(sample(A, old, 7), sample(A, old.plusSeconds(15), 8)));
    storage.maintenance().dropBefore(DataKind.METRICS, NOON.minus(Duration.ofDays(10)));
  }

  private static ServerMetrics sample(ServerId server, Instant at, int i) {
    return ServerMetrics.builder(server, at, ServerState.HEALTHY)
        .responseTime(Duration.ofNanos(1_000L * (i * 7_919L + 1)))
        .successRate(1 / (1.0 + i))
        .requestCount((long) i)
        .circuit(CircuitState.HALF_OPEN)
        .lastError(i % 3 == 0 ? "@sum, \"quoted\"\nline" : null)
        .build();
  }

  private static HealthCheck check(ServerId server, Instant at) {
    return new HealthCheck(
        server,
        at,
        ServerState.DOWN,
        null,
        "refused",
        List.of(
            new StageResult(
                ProbeStage.CONNECT, StageResult.Verdict.FAILED, Duration.ofNanos(1_000), "no")),
        null,
        null,
        null,
        null);
  }

  private Export.Builder export(Path directory) {
    return Export.of(storage, directory).time(time).progress(told::add);
  }

  private Import into(Storage target, Path directory) {
    return new Import(target, directory, McpRealtimeConfig.defaults(), time, told::add);
  }

  private static List<Object> content(Storage storage) {
    var all = new ArrayList<Object>();
    var samples = new ArrayList<ServerMetrics>();
    storage.samples().forEach(ALL, samples::add);
    samples.sort(Comparator.comparing(ServerMetrics::server).thenComparing(ServerMetrics::at));
    var checks = new ArrayList<HealthCheck>();
    storage.healthChecks().forEach(ALL, checks::add);
    checks.sort(Comparator.comparing(HealthCheck::at));
    var events = new ArrayList<MonitoringEvent>();
    storage.events().forEach(ALL, events::add);
    var rollups = new ArrayList<Rollup>();
    storage.rollups().forEach(ALL, rollups::add);
    rollups.sort(Comparator.comparing(Rollup::server).thenComparing(Rollup::start));
    all.addAll(samples);
    all.addAll(checks);
    all.addAll(events);
    all.addAll(rollups);
    return all;
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void export_thenImport_givesTheSameData_andImportingAgainAddsNothing() throws IOException {
    var manifest = export(folder).build().run();

    assertThat(names(folder))
        .contains(
            "manifest.json",
            "metrics-2026-11-18.ndjson.gz",
            "health-2026-11-20.ndjson.gz",
            "events-2026-11-19.ndjson.gz",
            "aggregates-2026-10-31.ndjson.gz")
        .noneMatch(name -> name.endsWith(".partial"));
    assertThat(manifest.records(DataKind.METRICS)).isEqualTo(600);
    assertThat(manifest.ratio().orElseThrow()).isBetween(0.01, 0.5);
    assertThat(Manifest.read(folder)).isEqualTo(manifest);
    assertThat(told).isNotEmpty();

    var fresh = new InMemoryStorage();
    var dry = into(fresh, folder).check();
    assertThat(dry.isComplete()).isTrue();
    assertThat(dry.counts().get(DataKind.METRICS).added()).isEmpty();
    assertThat(content(fresh)).isEmpty();

    var report = into(fresh, folder).run();
    assertThat(report.refusals()).isEmpty();
    assertThat(report.counts().get(DataKind.METRICS).added()).contains(600L);
    // Those of 5 minutes that have samples are made of them.
    assertThat(report.counts().get(DataKind.ROLLUPS).added()).contains(1L);
    assertThat(content(fresh)).isEqualTo(content(storage)).hasSizeGreaterThan(1_000);

    var again = into(fresh, folder).run();
    assertThat(again.counts().get(DataKind.METRICS).added()).contains(0L);
    assertThat(again.counts().get(DataKind.METRICS).alreadyThere()).hasValue(600);
    assertThat(content(fresh)).isEqualTo(content(storage));
  }

  @Test
  void export_ofARange_holdsJustThat() {
    var range = new TimeRange(NOON.minus(Duration.ofHours(15)), NOON.minus(Duration.ofHours(2)));
    var manifest =
        export(folder)
            .range(range)
            .kinds(EnumSet.of(DataKind.METRICS, DataKind.EVENTS))
            .servers(Set.of(A))
            .tool("test 1")
            .build()
            .run();

    assertThat(manifest.files()).hasSize(2);
    assertThat(manifest.files())
        .allSatisfy(
            file -> {
              assertThat(range.contains(file.from())).isTrue();
              assertThat(range.contains(file.to())).isTrue();
            });
    assertThat(manifest.servers()).containsExactly(A);
    assertThat(manifest.tool()).isEqualTo("test 1");
    var target = new InMemoryStorage();
    into(target, folder).run();
    assertThat(target.samples().latest()).extracting(ServerMetrics::server).containsExactly(A);
  }

  @Test
  void export_toADirectoryWithSomethingInIt_isRefused_butLeftoversGo() throws IOException {
    var target = folder.resolve("export");
    var leftover = Files.createDirectories(folder.resolve("export.partial"));
    Files.writeString(leftover.resolve("metrics-2026-11-18.ndjson.gz"), "torn");
    export(target).build().run();
    assertThat(names(folder)).containsExactly("export");

    assertThatThrownBy(() -> export(target).build().run())
        .isInstanceOf(ArchiveException.class)
        .hasMessageContaining("holds an export already; name another directory");
    var other = Files.createDirectory(folder.resolve("other"));
    Files.writeString(other.resolve("notes.txt"), "mine");
    assertThatThrownBy(() -> export(other).build().run())
        .hasMessageContaining("is not empty: notes.txt is in it");
    assertThat(names(other)).containsExactly("notes.txt");
    assertThat(names(folder)).containsExactly("export", "other");
    assertThatThrownBy(() -> export(Path.of("/")).build())
        .hasMessageContaining("name a directory in it");
    assertThatThrownBy(() -> export(Path.of("")).build().run())
        .isInstanceOf(ArchiveException.class)
        .hasMessageContaining("is the working directory; name a directory in it");
    assertThatThrownBy(() -> export(other.resolve("notes.txt")).build().run())
        .isInstanceOf(ArchiveException.class);
  }

  @Test
  void export_thatFails_leavesNothingThatLooksWhole() throws IOException {
    var target = folder.resolve("a").resolve("export");
    var failing =
        export(target)
            .progress(
                progress -> {
                  if (progress.kind() == DataKind.HEALTH_CHECKS) {
                    throw new ArchiveException("stopped");
                  }
                })
            .build();

    assertThatThrownBy(failing::run).hasMessage("stopped");
    assertThat(names(folder.resolve("a"))).isEmpty();
    assertThatThrownBy(() -> into(storage, target).run())
        .isInstanceOf(ArchiveException.class)
        .hasMessageContaining("holds no export: manifest.json is missing");
    export(target).build().run();
    assertThat(names(folder.resolve("a"))).containsExactly("export");
  }

  @Test
  void export_thatIsKilled_leavesNothingThatLooksWhole_andCanBeRepeated() throws Exception {
    var target = folder.resolve("export");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classes =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    var child =
        new ProcessBuilder(java, "-cp", classes, ExportChildMain.class.getName(), target.toString())
            .redirectErrorStream(true)
            .start();
    try (var output =
        new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(output.readLine()).isEqualTo("written");
    } finally {
      child.destroyForcibly();
    }
    assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();

    assertThat(names(folder)).containsExactly("export.partial");
    assertThatThrownBy(() -> Manifest.read(target)).hasMessageContaining("holds no export");
    assertThat(export(target).build().run().records(DataKind.METRICS)).isEqualTo(600);
    assertThat(names(folder)).containsExactly("export");
  }

  @Test
  void csv_isForSpreadsheets_andNotImported() throws IOException {
    assertThatThrownBy(() -> export(folder).format(ExportFormat.CSV).build())
        .hasMessageContaining("csv is for metrics only");
    var manifest =
        export(folder).format(ExportFormat.CSV).kinds(EnumSet.of(DataKind.METRICS)).build().run();

    assertThat(manifest.records()).isEqualTo(600);
    var first = manifest.files().get(0);
    try (var lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(folder.resolve(first.name()))),
                StandardCharsets.UTF_8))) {
      assertThat(lines.readLine()).startsWith("server,at,state,responseTimeMs,");
      assertThat(lines.lines().toList())
          .anyMatch(line -> line.startsWith("alpha,2026-11-18T"))
          .anyMatch(line -> line.startsWith("\"'=beta, \"\"the\"\" second\",2026-11-18T"))
          .anyMatch(line -> line.contains("\"'@sum, \"\"quoted\"\""));
    }
    var report = into(new InMemoryStorage(), folder).run();
    assertThat(report.refusals().get(0).toString()).contains("only ndjson can be imported");
    assertThat(report.counts().get(DataKind.METRICS).refused()).isEqualTo(600);
  }

  @Test
  void import_ofADamagedFile_takesTheOthersAndNothingOfIt() throws IOException {
    var manifest = export(folder).kinds(EnumSet.of(DataKind.METRICS)).build().run();
    var damaged = manifest.files().get(0);
    var bytes = Files.readAllBytes(folder.resolve(damaged.name()));
    bytes[bytes.length / 2] ^= 1;
    Files.write(folder.resolve(damaged.name()), bytes);
    Files.delete(folder.resolve(manifest.files().get(1).name()));

    var fresh = new InMemoryStorage();
    var report = into(fresh, folder).run();

    assertThat(report.refusals()).hasSize(2);
    assertThat(report.refusals().get(0).toString())
        .startsWith(damaged.name() + ": is damaged: its SHA-256 is ");
    assertThat(report.refusals().get(1).toString()).endsWith(": is missing");
    var count = report.counts().get(DataKind.METRICS);
    assertThat(count.refused()).isEqualTo(damaged.records() + manifest.files().get(1).records());
    assertThat(count.read() + count.refused()).isEqualTo(600);
    assertThat(storedSamples(fresh)).isEqualTo(count.read());
  }

  private static long storedSamples(Storage storage) {
    var count = new long[1];
    storage.samples().forEach(ALL, sample -> count[0]++);
    return count[0];
  }

  @Test
  void import_ofAForeignFile_namesTheLine_andTakesNothingOfIt() throws IOException {
    export(folder).kinds(EnumSet.of(DataKind.METRICS)).build().run();
    var manifest = Manifest.read(folder);
    var entry = manifest.files().get(0);
    var file = folder.resolve(entry.name());
    var good = "{\"server\":\"a\",\"at\":\"2026-11-20T11:00:00Z\",\"state\":\"HEALTHY\"}\n";
    rewrite(manifest, entry, good + "{\"server\":\"a\",\"mood\":1}\n", 2);

    var fresh = new InMemoryStorage();
    var report = into(fresh, folder).run();
    assertThat(report.refusals().get(0).toString())
        .isEqualTo(entry.name() + " line 2: unknown field 'mood'");
    assertThat(fresh.samples().latest(ServerId.of("a"))).isEmpty();

    rewrite(manifest, entry, good, 3);
    assertThat(into(fresh, folder).run().refusals().get(0).toString())
        .endsWith("holds 1 records where the manifest has 3");
    rewrite(manifest, entry, good.strip(), 1);
    assertThat(into(fresh, folder).run().refusals().get(0).toString())
        .endsWith("line 1: the line has no end");
    Files.writeString(file, "plain text");
    var plain = with(entry, Files.size(file), Checksums.ofFile(file), 1);
    Files.write(
        folder.resolve("manifest.json"),
        new Manifest("t", NOON, manifest.range(), List.of(), List.of(plain)).encode());
    assertThat(into(fresh, folder).run().refusals().get(0).toString())
        .contains("cannot be decompressed");
  }

  @Test
  void import_ofAFileThatHoldsMoreThanItsManifestSays_stopsThere() throws IOException {
    export(folder).kinds(EnumSet.of(DataKind.METRICS)).build().run();
    var manifest = Manifest.read(folder);
    var entry = manifest.files().get(0);
    var good = "{\"server\":\"a\",\"at\":\"2026-11-20T11:00:00Z\",\"state\":\"HEALTHY\"}\n";

    rewrite(manifest, entry, good + good + "nonsense\n", 1);
    assertThat(into(new InMemoryStorage(), folder).run().refusals().get(0).toString())
        .endsWith("line 2: is beyond the 1 records of the manifest");
    rewrite(manifest, entry, " ".repeat((int) entry.rawBytes()) + good, 1);
    assertThat(into(new InMemoryStorage(), folder).run().refusals().get(0).toString())
        .endsWith("is beyond the %d bytes of the manifest".formatted(entry.rawBytes()));
  }

  @Test
  void import_ofARollupWithNegativeCounts_isRefused() throws IOException {
    var manifest = export(folder).kinds(EnumSet.of(DataKind.ROLLUPS)).build().run();
    var entry = manifest.files().get(0);
    String line;
    try (var lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(folder.resolve(entry.name()))),
                StandardCharsets.UTF_8))) {
      line = lines.readLine();
    }
    for (var wrong :
        List.of(
            line.replaceFirst("\"requestCount\":\\d+", "\"requestCount\":-1"),
            line.replaceFirst("\"errorCount\":\\d+", "\"errorCount\":-1"),
            line.replaceFirst("\"HEALTHY\":\\d+", "\"HEALTHY\":-2"))) {
      assertThat(wrong).isNotEqualTo(line);
      rewrite(manifest, longer(entry), wrong + "\n", 1);
      assertThat(into(new InMemoryStorage(), folder).run().refusals().get(0).toString())
          .contains(" line 1: ", "must not be negative");
    }
  }

  @Test
  void newest_leavesOutWhatCannotBeRead() throws IOException {
    var old = folder.resolve("old");
    export(old).build().run();
    time.advance(Duration.ofMinutes(1));
    var last = folder.resolve("last");
    var manifest = export(last).build().run();
    for (var name : List.of("broken", "foreign", "later.partial")) {
      Files.createDirectories(folder.resolve(name));
    }
    Files.writeString(folder.resolve("broken").resolve("manifest.json"), "{");
    Files.createDirectories(folder.resolve("foreign").resolve("manifest.json"));
    Files.copy(last.resolve("manifest.json"), folder.resolve("later.partial/manifest.json"));

    assertThat(Manifest.newest(folder)).contains(new Manifest.Found(last, manifest));
  }

  private void rewrite(Manifest manifest, Manifest.Entry entry, String text, long records)
      throws IOException {
    var file = folder.resolve(entry.name());
    try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
    var changed = with(entry, Files.size(file), Checksums.ofFile(file), records);
    Files.write(
        folder.resolve("manifest.json"),
        new Manifest("t", NOON, manifest.range(), List.of(), List.of(changed)).encode());
  }

  private static Manifest.Entry longer(Manifest.Entry entry) {
    return new Manifest.Entry(
        entry.name(),
        entry.kind(),
        entry.format(),
        entry.records(),
        entry.from(),
        entry.to(),
        entry.rawBytes() + 9,
        entry.fileBytes(),
        entry.sha256());
  }

  private static Manifest.Entry with(
      Manifest.Entry entry, long bytes, String sha256, long records) {
    return new Manifest.Entry(
        entry.name(),
        entry.kind(),
        entry.format(),
        records,
        entry.from(),
        entry.to(),
        entry.rawBytes(),
        bytes,
        sha256);
  }

  @Test
  void import_ofWhatIsOverItsAge_isRefusedWithAHint() {
    export(folder).build().run();
    time.advance(Duration.ofDays(6));

    var fresh = new InMemoryStorage();
    var report = into(fresh, folder).run();

    assertThat(report.refusals())
        .anySatisfy(
            refusal ->
                assertThat(refusal.toString())
                    .startsWith("metrics-2026-11-18.ndjson.gz line 1: ")
                    .contains("are older than the 7 days that metrics are kept")
                    .contains("lengthen retention.metrics"));
    assertThat(storedSamples(fresh))
        .isEqualTo(report.counts().get(DataKind.METRICS).read())
        .isBetween(1L, 599L);
    // Each bucket is as it was: made of all its samples, or restored.
    fresh
        .rollups()
        .forEach(
            ALL,
            rollup ->
                assertThat(
                        storage
                            .rollups()
                            .query(
                                rollup.server(),
                                rollup.window(),
                                TimeRange.startingAt(rollup.start(), rollup.window().length())))
                    .containsExactly(rollup));
    var lengthened =
        McpRealtimeConfig.builder()
            .retention(DataKind.METRICS, Duration.ofDays(60))
            .retention(DataKind.EVENTS, Duration.ofDays(60))
            .retention(DataKind.HEALTH_CHECKS, Duration.ofDays(60))
            .build();
    var all = new InMemoryStorage();
    assertThat(new Import(all, folder, lengthened, time, told::add).run().isComplete()).isTrue();
    assertThat(content(all)).isEqualTo(content(storage));
  }

  @Test
  void import_ofTheFuture_isRefused() {
    storage.samples().insert(List.of(sample(A, NOON.plus(Duration.ofHours(1)), 1)));
    export(folder).kinds(EnumSet.of(DataKind.METRICS)).build().run();

    var report = into(new InMemoryStorage(), folder).run();

    assertThat(report.refusals()).singleElement().asString().contains("lie in the future");
  }

  @Test
  void manifest_thatIsNone_isTold() throws IOException {
    var file = folder.resolve("manifest.json");
    for (var wrong :
        List.of(
            "{",
            "{\"format\":\"other\"}",
            "{\"format\":\"mcp-realtime-export\",\"formatVersion\":9}",
            "{\"format\":\"mcp-realtime-export\",\"formatVersion\":1}",
            """
            {"format":"mcp-realtime-export","formatVersion":1,"tool":"t",
             "created":"2026-11-20T12:00:00Z","from":"2026-11-20T12:00:00Z","to":"2026-11-20T12:00:00Z",
             "files":[{"name":"../secret","kind":"metrics","format":"ndjson","records":1,
             "from":"2026-11-20T12:00:00Z","to":"2026-11-20T12:00:00Z","rawBytes":1,"fileBytes":1,
             "sha256":""}]}""")) {
      Files.writeString(file, wrong);
      assertThatThrownBy(() -> Manifest.read(folder))
          .as(wrong)
          .isInstanceOf(ArchiveException.class)
          .hasMessageContaining("is not the manifest of an export");
    }
    assertThat(Manifest.newest(folder.resolve("none"))).isEmpty();
  }
}
