package io.mcprealtime.testkit;

import static io.mcprealtime.testkit.TestData.FILESYSTEM;
import static io.mcprealtime.testkit.TestData.GITHUB;
import static io.mcprealtime.testkit.TestData.NOON;
import static io.mcprealtime.testkit.TestData.healthCheck;
import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.ServerState;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.TimeRange;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every backend's health checks do. The storage is empty before each test. */
public abstract class HealthCheckStoreContract {
  private static final TimeRange DAY = TimeRange.endingAt(NOON.plusSeconds(60), Duration.ofDays(1));

  protected abstract Storage storage();

  @Test
  void insert_keepsEveryField() {
    var full = healthCheck(FILESYSTEM, NOON);
    var bare =
        new HealthCheck(
            FILESYSTEM,
            NOON.plusMillis(1),
            ServerState.HEALTHY,
            null,
            null,
            List.of(),
            null,
            null,
            null,
            null);

    assertThat(storage().healthChecks().insert(List.of(full, bare))).isEqualTo(2);

    assertThat(storage().healthChecks().query(FILESYSTEM, DAY, 10)).containsExactly(bare, full);
  }

  @Test
  void insert_twice_keepsOne() {
    var check = healthCheck(FILESYSTEM, NOON);

    assertThat(storage().healthChecks().insert(List.of(check, check))).isEqualTo(1);
    assertThat(storage().healthChecks().insert(List.of(check))).isZero();
    assertThat(storage().healthChecks().query(FILESYSTEM, DAY, 10)).containsExactly(check);
  }

  @Test
  void query_isNewestFirstBoundedAndOfOneServer() {
    for (int i = 0; i < 5; i++) {
      storage().healthChecks().insert(List.of(healthCheck(FILESYSTEM, NOON.minusSeconds(i))));
      storage().healthChecks().insert(List.of(healthCheck(GITHUB, NOON.minusSeconds(i))));
    }

    assertThat(storage().healthChecks().query(FILESYSTEM, DAY, 2))
        .containsExactly(
            healthCheck(FILESYSTEM, NOON), healthCheck(FILESYSTEM, NOON.minusSeconds(1)));
    assertThat(
            storage()
                .healthChecks()
                .query(FILESYSTEM, new TimeRange(NOON.minusSeconds(4), NOON.minusSeconds(3)), 9))
        .containsExactly(healthCheck(FILESYSTEM, NOON.minusSeconds(4)));
  }
}
