package io.mcprealtime.testkit;

import static io.mcprealtime.testkit.TestData.FILESYSTEM;
import static io.mcprealtime.testkit.TestData.GITHUB;
import static io.mcprealtime.testkit.TestData.NOON;
import static io.mcprealtime.testkit.TestData.rollup;
import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.Rollup;
import io.mcprealtime.Window;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.TimeRange;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every backend's roll-ups do. The storage is empty before each test. */
public abstract class RollupStoreContract {
  private static final TimeRange HOUR = new TimeRange(NOON, NOON.plus(Duration.ofHours(1)));

  protected abstract Storage storage();

  @Test
  void put_keepsEveryField() {
    var full = rollup(FILESYSTEM, Window.FIVE_MINUTES, NOON);
    var empty = Rollup.ofSamples(GITHUB, Window.FIVE_MINUTES, NOON, List.of());

    storage().rollups().put(List.of(full, empty));

    assertThat(storage().rollups().query(Window.FIVE_MINUTES, HOUR)).containsExactly(full, empty);
  }

  @Test
  void put_again_replaces() {
    storage().rollups().put(List.of(rollup(FILESYSTEM, Window.ONE_HOUR, NOON)));
    var replaced =
        Rollup.ofSamples(
            FILESYSTEM, Window.ONE_HOUR, NOON, List.of(TestData.sample(FILESYSTEM, NOON)));

    storage().rollups().put(List.of(replaced));

    assertThat(storage().rollups().query(FILESYSTEM, Window.ONE_HOUR, HOUR))
        .containsExactly(replaced);
  }

  @Test
  void query_isOfOneWindowOldestFirst() {
    var second = rollup(FILESYSTEM, Window.FIVE_MINUTES, NOON.plusSeconds(300));
    var first = rollup(FILESYSTEM, Window.FIVE_MINUTES, NOON);
    var after = rollup(FILESYSTEM, Window.FIVE_MINUTES, NOON.plusSeconds(3600));
    var wider = rollup(FILESYSTEM, Window.FIFTEEN_MINUTES, NOON);
    storage().rollups().put(List.of(second, first, after, wider));

    assertThat(storage().rollups().query(FILESYSTEM, Window.FIVE_MINUTES, HOUR))
        .containsExactly(first, second);
  }

  @Test
  void newest_isTheStartOfTheLastBucket() {
    assertThat(storage().rollups().newest(Window.FIVE_MINUTES)).isEmpty();

    storage().rollups().put(List.of(rollup(FILESYSTEM, Window.FIVE_MINUTES, NOON)));
    storage().rollups().put(List.of(rollup(GITHUB, Window.FIVE_MINUTES, NOON.minusSeconds(300))));

    assertThat(storage().rollups().newest(Window.FIVE_MINUTES)).contains(NOON);
    assertThat(storage().rollups().newest(Window.ONE_DAY)).isEmpty();
  }
}
