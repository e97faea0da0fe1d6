package io.mcprealtime;

import static io.mcprealtime.Samples.FILESYSTEM;
import static io.mcprealtime.Samples.GITHUB;
import static io.mcprealtime.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mcprealtime.CleanupResult.Action;
import io.mcprealtime.CleanupResult.Outcome;
import io.mcprealtime.CleanupResult.Step;
import io.mcprealtime.archive.Manifest;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.InMemoryStorage;
import io.mcprealtime.storage.StorageMaintenance.UsagePoint;
import io.mcprealtime.storage.TimeRange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class McpDataRetentionManagerTest {
  private static final Duration DAY = Duration.ofDays(1);
  private static final TimeRange ALL =
      TimeRange.endingAt(NOON.plusSeconds(1), DAY.multipliedBy(99));

  private final ManualTime time = ManualTime.startingAt("2026-11-20T12:00:00Z");
  private final SwitchableStorage storage = new SwitchableStorage();
  private final McpRealtimeConfig.Builder config = McpRealtimeConfig.builder();

  private McpDataRetentionManager retention() {
    var built = config.build();
    var cache = new McpCacheManager(time);
    return new McpDataRetentionManager(cache, storage, built, time);
  }

  private void writeSamplesOfDays(int days) {
    for (int day = 0; day < days; day++) {
      var at = NOON.minus(DAY.multipliedBy(day));
      storage.samples().insert(List.of(Samples.healthy(FILESYSTEM, at, 5)));
    }
  }

  private void writeEvent(Instant at) {
    storage
        .events()
        .insert(List.of(MonitoringEvent.ofMonitor(at, EventType.QUOTA, Severity.INFO, "old")));
  }

  private List<MonitoringEvent> events() {
    return storage.events().query(null, ALL, 100);
  }

  @Test
  void fullCleanup_dropsWhatIsOverItsAge() {
    writeSamplesOfDays(10);
    writeEvent(NOON.minus(DAY.multipliedBy(4)));
    writeEvent(NOON.minus(DAY));

    var result = retention().performFullCleanup();

    assertThat(result.outcome()).isEqualTo(Outcome.DONE);
    assertThat(result.emergency()).isFalse();
    assertThat(result.dropped())
        .containsEntry(DataKind.METRICS, 2L)
        .containsEntry(DataKind.EVENTS, 1L)
        .containsEntry(DataKind.HEALTH_CHECKS, 0L);
    assertThat(result.steps()).extracting(Step::action).containsOnly(Action.DROP_OVER_AGE);
    assertThat(result.ratio()).isEmpty();
    assertThat(events()).hasSize(1);
  }

  @Test
  void fullCleanup_overTheEmergencyShare_makesRoomInStages() {
    config.storageLimitBytes(1_000L);
    writeSamplesOfDays(7);
    storage.bytesPerRow = 200;
    storage.unpackedBytes = 300;

    var result = retention().performFullCleanup();

    assertThat(result.emergency()).isTrue();
    assertThat(result.bytesBefore()).isEqualTo(1_700);
    var pack = only(result, Action.PACK).get(0);
    assertThat(pack.bytesFreed()).isEqualTo(300);
    assertThat(pack.records()).isEqualTo(10);
    assertThat(pack.age()).isEqualTo(Duration.ofMinutes(5));
    // Packed as far as the tight window, it is still over: everything is packed.
    assertThat(only(result, Action.PACK)).extracting(Step::age).contains(Duration.ZERO);
    var shortened = only(result, Action.SHORTEN_AGE);
    assertThat(shortened.get(0).kind()).isEqualTo(DataKind.METRICS);
    assertThat(shortened.get(0).age()).isEqualTo(Duration.ofHours(84));
    assertThat(shortened.get(0).bytesFreed()).isEqualTo(600);
    assertThat(shortened).hasSize(1);
    assertThat(result.ratio()).contains(0.8);
    assertThat(result.advice()).isNull();
    assertThat(events())
        .singleElement()
        .satisfies(
            event -> {
              assertThat(event.type()).isEqualTo(EventType.STORAGE);
              assertThat(event.severity()).isEqualTo(Severity.WARNING);
              assertThat(event.message()).contains("freed 900 bytes", "80.0 %");
              assertThat(event.details()).containsEntry("metrics dropped", "3");
            });
  }

  private static List<Step> only(CleanupResult result, Action action) {
    return result.steps().stream().filter(step -> step.action() == action).toList();
  }

  @Test
  void emergencyCleanup_thatPackingSaves_dropsNothingWithinItsAge() {
    config.storageLimitBytes(1_000L);
    writeSamplesOfDays(4);
    storage.bytesPerRow = 200;
    storage.unpackedBytes = 300;

    var result = retention().performEmergencyCleanup();

    assertThat(result.steps())
        .extracting(Step::action)
        .startsWith(Action.CLEAR_CACHE, Action.PACK, Action.DROP_OVER_AGE)
        .doesNotContain(Action.SHORTEN_AGE);
    assertThat(only(result, Action.PACK)).hasSize(1);
    assertThat(result.bytesFreed()).contains(300L);
  }

  @Test
  void emergencyCleanup_thatCannotReachItsLimit_stopsAtTheFloorsAndSaysWhatHelps() {
    config.storageLimitBytes(1L).floor(DataKind.METRICS, DAY.multipliedBy(2));
    for (int day = 0; day < 7; day++) {
      var at = NOON.minus(DAY.multipliedBy(day));
      storage.samples().insert(List.of(Samples.healthy(FILESYSTEM, at, 5)));
      storage
          .rollups()
          .restore(List.of(Rollup.ofSamples(GITHUB, Window.FIVE_MINUTES, at, List.of())));
    }
    storage.bytesPerRow = 200;

    var result = retention().performEmergencyCleanup();

    assertThat(storage.samples().recent(FILESYSTEM, 10)).hasSize(3);
    assertThat(storage.rollups().query(GITHUB, Window.FIVE_MINUTES, ALL)).hasSize(2);
    assertThat(result.advice())
        .contains("All that may go is gone", "database.limitMegabytes", "retention.floors");
    assertThat(result.ratio().orElseThrow()).isGreaterThan(1);
    assertThat(events())
        .singleElement()
        .extracting(MonitoringEvent::message)
        .asString()
        .contains("retention.floors");
    assertThat(only(result, Action.SHORTEN_AGE))
        .filteredOn(step -> step.kind() == DataKind.METRICS)
        .extracting(Step::age)
        .containsExactly(Duration.ofHours(84), Duration.ofHours(48));
  }

  @Test
  void previews_measureWhatWouldGo_andChangeNothing() {
    config.storageLimitBytes(1_000L);
    writeSamplesOfDays(10);
    storage.bytesPerRow = 200;
    var retention = retention();

    var full = retention.previewFullCleanup();
    var emergency = retention.previewEmergencyCleanup();

    assertThat(storage.samples().recent(FILESYSTEM, 100)).hasSize(10);
    assertThat(events()).isEmpty();
    assertThat(full.outcome()).isEqualTo(Outcome.PREVIEW);
    assertThat(only(full, Action.DROP_OVER_AGE).get(0).records()).isEqualTo(2);
    assertThat(only(emergency, Action.SHORTEN_AGE).get(0).bytesFreed()).isEqualTo(800);
    assertThat(emergency.bytesAfter()).isEqualTo(800);
    assertThat(emergency.advice()).isNull();
    storage.bytesPerRow = 20_000;
    assertThat(retention.previewFullCleanup().advice())
        .startsWith("That is all that may go, and it would not be enough")
        .doesNotContain("is gone", "run it again");
    storage.bytesPerRow = 200;
    assertThat(only(emergency, Action.PACK)).extracting(Step::bytesFreed).containsOnlyNulls();
    var real = retention.performEmergencyCleanup();
    assertThat(real.bytesAfter()).isEqualTo(emergency.bytesAfter());
    assertThat(real.dropped()).isEqualTo(emergency.dropped());
  }

  @Test
  void cleanup_thatCannotDropOneKind_dropsTheOthersAndSaysSo() {
    storage.undroppable = DataKind.METRICS;
    writeEvent(NOON.minus(DAY.multipliedBy(9)));

    var result = retention().performFullCleanup();

    assertThat(result.faults()).containsExactly("metrics: locked");
    assertThat(events()).isEmpty();
  }

  @Test
  void cleanup_whileAnotherRuns_doesNothingAndSaysSo() {
    writeSamplesOfDays(10);
    var retention = retention();

    storage
        .maintenance()
        .exclusively(
            "clean-up",
            () -> {
              var result = CompletableFuture.supplyAsync(retention::performFullCleanup).join();
              assertThat(result.outcome()).isEqualTo(Outcome.ALREADY_RUNNING);
              assertThat(result.ran()).isFalse();
              assertThat(result.steps()).isEmpty();
            });

    assertThat(storage.samples().recent(FILESYSTEM, 100)).hasSize(10);
  }

  @Test
  void cleanup_withAnArchive_exportsBeforeItDrops(@TempDir Path directory) {
    config.archiveDirectory(directory);
    writeSamplesOfDays(10);
    var retention = retention();

    var result = retention.performFullCleanup();

    var step = result.steps().get(0);
    assertThat(step.records()).isEqualTo(2);
    var manifest = Manifest.read(step.archive());
    assertThat(manifest.records(DataKind.METRICS)).isEqualTo(2);
    assertThat(step.archive()).isEqualTo(directory.resolve("metrics-before-2026-11-13"));
    assertThat(Manifest.newest(directory)).contains(new Manifest.Found(step.archive(), manifest));
    assertThat(retention.performFullCleanup().steps())
        .extracting(Step::archive)
        .containsOnlyNulls();
  }

  @Test
  void cleanup_withAnArchive_exportsAgainWhatArrivesMeanwhile(@TempDir Path directory) {
    config.archiveDirectory(directory);
    writeSamplesOfDays(10);
    var late = NOON.minus(DAY.multipliedBy(9)).plusSeconds(15);
    storage.onSampleRead =
        range -> {
          if (range.from().isAfter(late)) {
            storage.samples().insert(List.of(Samples.healthy(FILESYSTEM, late, 5)));
          }
        };

    var step = retention().performFullCleanup().steps().get(0);

    assertThat(step.records()).isEqualTo(3);
    assertThat(Manifest.read(step.archive()).records()).isEqualTo(3);
  }

  @Test
  void cleanup_whoseOldDataKeepsComing_dropsNothingOfIt(@TempDir Path directory) {
    config.archiveDirectory(directory);
    writeSamplesOfDays(10);
    var late = new AtomicInteger();
    storage.onSampleRead =
        range -> {
          var at = NOON.minus(DAY.multipliedBy(9)).plusSeconds(late.incrementAndGet());
          storage.samples().insert(List.of(Samples.healthy(FILESYSTEM, at, 5)));
        };

    var result = retention().performFullCleanup();

    assertThat(result.faults())
        .singleElement()
        .asString()
        .startsWith("metrics: nothing was dropped, as more came each time");
    assertThat(storage.samples().recent(FILESYSTEM, 100)).hasSize(10 + late.get());
  }

  @Test
  void cleanup_thatCannotMeasureAfterADrop_tellsOfTheStepAllTheSame() {
    config.storageLimitBytes(1_000L);
    storage.bytesPerRow = 200;
    writeSamplesOfDays(10);
    storage.unmeasurableAfter = 1;

    var result = retention().performFullCleanup();

    assertThat(result.steps().get(0).records()).isEqualTo(2);
    assertThat(result.steps().get(0).bytesFreed()).isNull();
    assertThat(result.faults()).isNotEmpty().containsOnly("measuring: cannot be measured");
    assertThat(only(result, Action.SHORTEN_AGE)).isEmpty();
    assertThat(storage.samples().recent(FILESYSTEM, 100)).hasSize(8);
  }

  @Test
  void cleanup_thatCannotSortByThen_shortensAllTheSame() {
    config.storageLimitBytes(1_000L);
    storage.bytesPerRow = 200;
    writeSamplesOfDays(7);
    // Before, four kinds, packing twice; then the one that sorts.
    storage.unmeasurableAfter = 7;

    var result = retention().performFullCleanup();

    assertThat(result.faults()).contains("measuring: cannot be measured");
    assertThat(result.steps()).extracting(Step::action).contains(Action.SHORTEN_AGE);
  }

  @Test
  void cleanup_whoseArchiveFails_dropsNothing(@TempDir Path directory) throws IOException {
    config.archiveDirectory(Files.createFile(directory.resolve("file")));
    writeSamplesOfDays(10);

    var result = retention().performFullCleanup();

    assertThat(storage.samples().recent(FILESYSTEM, 100)).hasSize(10);
    assertThat(result.faults())
        .singleElement()
        .asString()
        .startsWith("metrics: cannot write an export to");
  }

  @Test
  void archiveOldData_exportsAllKindsThatWouldGo(@TempDir Path directory) {
    writeSamplesOfDays(10);
    writeEvent(NOON.minus(DAY.multipliedBy(9)));

    var manifest =
        retention().archiveOldData(directory.resolve("old"), NOON.minus(DAY.multipliedBy(5)));

    assertThat(manifest.records(DataKind.METRICS)).isEqualTo(4);
    assertThat(manifest.records(DataKind.EVENTS)).isEqualTo(1);
    assertThat(storage.samples().recent(FILESYSTEM, 100)).hasSize(10);
    assertThat(Manifest.read(directory.resolve("old"))).isEqualTo(manifest);
  }

  @Test
  void pack_waitsShorterWhileTheStorageIsTight() {
    config.storageLimitBytes(1_000L);
    storage.bytesPerRow = 100;
    writeSamplesOfDays(6);
    var retention = retention();

    retention.pack();
    assertThat(storage.packedBefore).isEqualTo(NOON.minus(Duration.ofHours(6)));
    storage.bytesPerRow = 101;
    retention.pack();
    assertThat(storage.packedBefore).isEqualTo(NOON.minus(Duration.ofMinutes(5)));
  }

  @Test
  void maintain_keepsTheSizeOnceAnHour_andMakesRoomWhenItIsShort() {
    config.storageLimitBytes(10_000L);
    storage.bytesPerRow = 100;
    writeSamplesOfDays(7);
    var retention = retention();
    for (int i = 0; i < 24; i++) {
      retention.maintain();
      time.advance(Duration.ofMinutes(5));
    }
    assertThat(storage.maintenance().usageSince(NOON.minus(DAY))).hasSize(2);
    assertThat(events()).isEmpty();

    storage.bytesPerRow = 2_000;
    retention.maintain();
    retention.maintain();
    assertThat(storage.samples().recent(FILESYSTEM, 100)).hasSize(4);
    assertThat(
            storage.events().query(null, TimeRange.endingAt(time.instant().plusMillis(1), DAY), 9))
        .hasSize(1);
  }

  @Test
  void maintain_ofAStorageThatIsReadOnly_makesRoomAllTheSame() {
    config.storageLimitBytes(1_000L);
    storage.bytesPerRow = 200;
    storage.readOnly = true;
    writeSamplesOfDays(7);

    assertThatThrownBy(retention()::maintain).hasMessage("read-only");

    assertThat(storage.samples().recent(FILESYSTEM, 100)).hasSize(4);
  }

  @Test
  void usage_knowsItsGrowth_andWhenItIsFull() {
    config.storageLimitBytes(2_000_000L);
    storage.bytesPerRow = 1_000_000;
    writeSamplesOfDays(1);
    var retention = retention();
    for (int hour = 48; hour >= 1; hour--) {
      long bytes = 1_000_000 - hour * 1_000L;
      storage.maintenance().recordUsage(new UsagePoint(NOON.minus(Duration.ofHours(hour)), bytes));
    }

    var usage = retention.analyzeDataUsage();

    assertThat(usage.ratio()).contains(0.5);
    var growth = usage.growth();
    assertThat(growth.bytesPerDay().median()).isCloseTo(24_000, within(1.0));
    assertThat(growth.bytesPerDay().low()).isLessThanOrEqualTo(growth.bytesPerDay().median());
    assertThat(growth.bytesPerDay().high()).isGreaterThanOrEqualTo(growth.bytesPerDay().median());
    assertThat(growth.points()).isEqualTo(49);
    var days = usage.fullInDays().orElseThrow();
    assertThat(days.median()).isCloseTo(1_000_000 / 24_000.0, within(0.1));
    assertThat(days.low()).isCloseTo(days.median(), within(0.1));
  }

  @Test
  void growth_ofFewOrCloseMeasurements_isAbsent_andShrinkingIsNeverFull() {
    var points = new ArrayList<UsagePoint>();
    for (int i = 0; i < 4; i++) {
      points.add(new UsagePoint(NOON.plus(Duration.ofMinutes(59L * i)), 9_000 - i));
    }
    assertThat(StorageGrowth.of(points.subList(0, 3))).isEmpty();
    assertThat(StorageGrowth.of(points)).isEmpty();
    points.add(new UsagePoint(NOON.plus(Duration.ofHours(5)), 8_000));
    assertThat(StorageGrowth.of(points).orElseThrow().daysUntil(1)).isEmpty();
    assertThat(new InMemoryStorage().maintenance().usage().totalBytes()).isNull();
  }
}
