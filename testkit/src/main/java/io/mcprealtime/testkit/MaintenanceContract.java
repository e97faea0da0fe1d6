package io.mcprealtime.testkit;

import static io.mcprealtime.testkit.TestData.FILESYSTEM;
import static io.mcprealtime.testkit.TestData.GITHUB;
import static io.mcprealtime.testkit.TestData.NOON;
import static io.mcprealtime.testkit.TestData.event;
import static io.mcprealtime.testkit.TestData.healthCheck;
import static io.mcprealtime.testkit.TestData.rollup;
import static io.mcprealtime.testkit.TestData.sample;
import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.Window;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.StorageMaintenance.UsagePoint;
import io.mcprealtime.storage.TimeRange;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What every backend's maintenance does. The storage is empty before each test. */
public abstract class MaintenanceContract {
  private static final TimeRange ALL =
      TimeRange.endingAt(NOON.plusSeconds(60), Duration.ofDays(365));

  protected abstract Storage storage();

  @ParameterizedTest
  @EnumSource
  void dropBefore_dropsTheOldAndKeepsTheNew(DataKind kind) {
    var old = NOON.minus(Duration.ofDays(90));
    write(old);
    write(NOON);

    var dropped = storage().maintenance().dropBefore(kind, NOON.minus(Duration.ofDays(7)));

    assertThat(dropped.units()).isPositive();
    assertThat(dropped.rows()).isPositive();
    for (var other : DataKind.values()) {
      assertThat(count(other)).as(other.name()).isEqualTo(other == kind ? 1 : 2);
    }
  }

  @Test
  void dropBefore_withNothingOld_dropsNothing() {
    write(NOON);

    var dropped =
        storage().maintenance().dropBefore(DataKind.METRICS, NOON.minus(Duration.ofDays(7)));

    assertThat(dropped.rows()).isZero();
    assertThat(count(DataKind.METRICS)).isEqualTo(1);
  }

  @Test
  void pack_changesNothingThatIsRead() {
    write(NOON);
    write(NOON.minus(Duration.ofDays(1)));
    var maintenance = storage().maintenance();

    assertThat(maintenance.pack(NOON.plus(Duration.ofDays(1)), Duration.ofHours(1)).complete())
        .isTrue();
    assertThat(maintenance.pack(NOON.plus(Duration.ofDays(1)), Duration.ofHours(1)).records())
        .isZero();

    for (var kind : DataKind.values()) {
      assertThat(count(kind)).as(kind.name()).isEqualTo(2);
    }
  }

  @Test
  void usage_namesEveryKind() {
    write(NOON);

    var usage = storage().maintenance().usage();

    assertThat(usage.relations()).extracting(r -> r.kind()).contains(DataKind.values());
  }

  @Test
  void prepare_twice_isHarmless() {
    storage().maintenance().prepare();
    storage().maintenance().prepare();

    write(NOON.plus(Duration.ofDays(1)));

    assertThat(storage().samples().latest(FILESYSTEM)).isPresent();
  }

  @Test
  void exclusively_whileItRuns_isNotRunAgain() {
    var inner = new boolean[] {true};

    boolean ran =
        storage()
            .maintenance()
            .exclusively(
                "clean-up",
                () ->
                    inner[0] =
                        CompletableFuture.supplyAsync(
                                () -> storage().maintenance().exclusively("clean-up", () -> {}))
                            .join());

    assertThat(ran).isTrue();
    assertThat(inner[0]).isFalse();
    assertThat(storage().maintenance().exclusively("clean-up", () -> {})).isTrue();
  }

  @Test
  void usagePoints_areKeptThirtyDays() {
    var maintenance = storage().maintenance();
    var old = new UsagePoint(NOON.minus(Duration.ofDays(31)), 1);
    var recent = new UsagePoint(NOON.minus(Duration.ofDays(1)), 2);
    var now = new UsagePoint(NOON, 3);
    maintenance.recordUsage(old);
    maintenance.recordUsage(recent);
    maintenance.recordUsage(now);

    assertThat(maintenance.usageSince(old.at())).containsExactly(recent, now);
    assertThat(maintenance.usageSince(NOON)).containsExactly(now);
  }

  private void write(java.time.Instant at) {
    storage().samples().insert(List.of(sample(FILESYSTEM, at)));
    storage().healthChecks().insert(List.of(healthCheck(FILESYSTEM, at)));
    storage().events().insert(List.of(event(FILESYSTEM, at)));
    storage().rollups().restore(List.of(rollup(GITHUB, Window.FIVE_MINUTES, at)));
  }

  private int count(DataKind kind) {
    return switch (kind) {
      case METRICS -> {
        var found = new int[1];
        storage().samples().forEach(FILESYSTEM, ALL, sample -> found[0]++);
        yield found[0];
      }
      case HEALTH_CHECKS -> storage().healthChecks().query(FILESYSTEM, ALL, 10).size();
      case EVENTS -> storage().events().query(FILESYSTEM, ALL, 10).size();
      case ROLLUPS -> storage().rollups().query(GITHUB, Window.FIVE_MINUTES, ALL).size();
    };
  }
}
