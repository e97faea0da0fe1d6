package io.mcprealtime.testkit;

import static io.mcprealtime.testkit.TestData.FILESYSTEM;
import static io.mcprealtime.testkit.TestData.GITHUB;
import static io.mcprealtime.testkit.TestData.NOON;
import static io.mcprealtime.testkit.TestData.rollup;
import static io.mcprealtime.testkit.TestData.samples;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.Rollup;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.Window;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.TimeRange;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every backend's roll-ups do. The storage is empty before each test. */
public abstract class RollupStoreContract {
  private static final Duration INTERVAL = Duration.ofSeconds(15);
  private static final TimeRange HOUR = TimeRange.startingAt(NOON, Duration.ofHours(1));

  protected abstract Storage storage();

  @Test
  void query_isMadeFromTheSamples() {
    var series = samples(FILESYSTEM, NOON, INTERVAL, 40);
    storage().samples().insert(series);

    assertThat(storage().rollups().query(FILESYSTEM, Window.FIVE_MINUTES, HOUR))
        .containsExactly(
            ofSamples(Window.FIVE_MINUTES, series.subList(0, 20)),
            ofSamples(Window.FIVE_MINUTES, series.subList(20, 40)));
  }

  @Test
  void query_ofAWiderWindow_isMergedFromTheNarrowOnes() {
    var series = samples(FILESYSTEM, NOON, INTERVAL, 240);
    storage().samples().insert(series);

    for (var window : List.of(Window.FIFTEEN_MINUTES, Window.ONE_HOUR)) {
      var found = storage().rollups().query(FILESYSTEM, window, HOUR);
      int size = (int) (window.length().toSeconds() / INTERVAL.toSeconds());
      assertThat(found).hasSize(240 / size);
      assertThat(found.get(0)).isEqualTo(ofSamples(window, series.subList(0, size)));
    }
  }

  @Test
  void query_isOfBucketsThatBeginInTheRange() {
    storage().samples().insert(samples(FILESYSTEM, NOON.minusSeconds(300), INTERVAL, 60));
    var range = new TimeRange(NOON.minusSeconds(299), NOON.plusSeconds(1));

    var found = storage().rollups().query(FILESYSTEM, Window.FIVE_MINUTES, range);

    assertThat(found).extracting(Rollup::start).containsExactly(NOON);
    assertThat(found).extracting(Rollup::sampleCount).containsExactly(20);
  }

  @Test
  void query_afterALateSample_holdsIt() {
    var series = samples(FILESYSTEM, NOON, INTERVAL, 20);
    storage().samples().insert(series.subList(1, 20));
    storage().rollups().query(FILESYSTEM, Window.ONE_HOUR, HOUR);

    storage().samples().insert(series.subList(0, 1));

    assertThat(storage().rollups().query(FILESYSTEM, Window.ONE_HOUR, HOUR))
        .containsExactly(ofSamples(Window.ONE_HOUR, series));
  }

  @Test
  void query_afterTheSamplesAreDropped_isTheSame() {
    var old = NOON.minus(Duration.ofDays(10));
    storage().samples().insert(samples(FILESYSTEM, old, INTERVAL, 40));
    storage().samples().insert(samples(GITHUB, old, INTERVAL, 3));
    var all = TimeRange.startingAt(old, Duration.ofHours(1));
    var before = storage().rollups().query(FILESYSTEM, Window.FIFTEEN_MINUTES, all);

    storage().maintenance().dropBefore(DataKind.METRICS, NOON.minus(Duration.ofDays(7)));

    assertThat(storage().samples().latest(FILESYSTEM)).isEmpty();
    assertThat(before).hasSize(1);
    assertThat(storage().rollups().query(FILESYSTEM, Window.FIFTEEN_MINUTES, all))
        .isEqualTo(before);
    assertThat(storage().rollups().query(GITHUB, Window.FIVE_MINUTES, all)).hasSize(1);
  }

  @Test
  void forEach_isOfEveryServer() {
    storage().samples().insert(samples(FILESYSTEM, NOON, INTERVAL, 40));
    storage().samples().insert(samples(GITHUB, NOON, INTERVAL, 20));
    var found = new ArrayList<Rollup>();

    storage().rollups().forEach(HOUR, found::add);

    var byServer = storage().rollups().query(FILESYSTEM, Window.FIVE_MINUTES, HOUR);
    assertThat(found).filteredOn(r -> r.server().equals(FILESYSTEM)).isEqualTo(byServer);
    assertThat(found).filteredOn(r -> r.server().equals(GITHUB)).hasSize(1);
  }

  @Test
  void restore_bringsBackOnce() {
    var lost = rollup(FILESYSTEM, Window.FIVE_MINUTES, NOON);

    assertThat(storage().rollups().restore(List.of(lost))).isEqualTo(1);
    assertThat(storage().rollups().restore(List.of(lost))).isZero();

    assertThat(storage().rollups().query(FILESYSTEM, Window.FIVE_MINUTES, HOUR))
        .containsExactly(lost);
  }

  @Test
  void restore_whereThereAreSamples_leavesTheirs() {
    var series = samples(FILESYSTEM, NOON, INTERVAL, 3);
    storage().samples().insert(series);

    storage().rollups().restore(List.of(rollup(FILESYSTEM, Window.FIVE_MINUTES, NOON)));

    assertThat(storage().rollups().query(FILESYSTEM, Window.FIVE_MINUTES, HOUR))
        .containsExactly(ofSamples(Window.FIVE_MINUTES, series));
  }

  @Test
  void restore_ofAWiderWindow_isRefused() {
    var wide = List.of(rollup(FILESYSTEM, Window.ONE_HOUR, NOON));

    assertThatThrownBy(() -> storage().rollups().restore(wide))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("only 5m roll-ups can be restored, not one of 1h");
  }

  private static Rollup ofSamples(Window window, List<ServerMetrics> samples) {
    var start = window.bucketOf(samples.get(0).at());
    return Rollup.ofSamples(FILESYSTEM, window, start, samples);
  }
}
