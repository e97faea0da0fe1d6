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
import java.util.ArrayList;
import java.util.Comparator;
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

  @Test
  void query_overDays_goesBackAsFarAsTheLimitAsks() {
    for (int day = 0; day < 5; day++) {
      storage()
          .healthChecks()
          .insert(
              List.of(
                  healthCheck(FILESYSTEM, NOON.minus(Duration.ofDays(day))),
                  healthCheck(FILESYSTEM, NOON.minus(Duration.ofDays(day)).minusSeconds(30))));
    }
    var week = TimeRange.endingAt(NOON.plusSeconds(60), Duration.ofDays(7));

    assertThat(storage().healthChecks().query(FILESYSTEM, week, 100))
        .hasSize(10)
        .isSortedAccordingTo(Comparator.comparing(HealthCheck::at).reversed());
    assertThat(storage().healthChecks().query(FILESYSTEM, week, 3))
        .extracting(HealthCheck::at)
        .containsExactly(NOON, NOON.minusSeconds(30), NOON.minus(Duration.ofDays(1)));
  }

  @Test
  void forEach_isOfEveryServerInOrder() {
    for (int i = 0; i < 3; i++) {
      storage().healthChecks().insert(List.of(healthCheck(GITHUB, NOON.plusSeconds(i))));
      storage().healthChecks().insert(List.of(healthCheck(FILESYSTEM, NOON.plusSeconds(i))));
    }
    var found = new ArrayList<HealthCheck>();

    storage().healthChecks().forEach(new TimeRange(NOON, NOON.plusSeconds(2)), found::add);

    assertThat(found).hasSize(4);
    assertThat(found)
        .filteredOn(check -> check.server().equals(GITHUB))
        .containsExactly(healthCheck(GITHUB, NOON), healthCheck(GITHUB, NOON.plusSeconds(1)));
  }
}
