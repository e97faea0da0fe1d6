package io.mcprealtime.testkit;

import static io.mcprealtime.testkit.TestData.FILESYSTEM;
import static io.mcprealtime.testkit.TestData.GITHUB;
import static io.mcprealtime.testkit.TestData.NOON;
import static io.mcprealtime.testkit.TestData.event;
import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.EventType;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.Severity;
import io.mcprealtime.storage.Storage;
import io.mcprealtime.storage.TimeRange;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every backend's events do. The storage is empty before each test. */
public abstract class EventStoreContract {
  private static final TimeRange DAY = TimeRange.endingAt(NOON.plusSeconds(60), Duration.ofDays(1));

  protected abstract Storage storage();

  @Test
  void insert_keepsEveryField() {
    var ofServer = event(FILESYSTEM, NOON);
    var ofMonitor =
        MonitoringEvent.ofMonitor(
            NOON.plusMillis(1), EventType.STORAGE, Severity.CRITICAL, "the database is away");

    assertThat(storage().events().insert(List.of(ofServer, ofMonitor))).isEqualTo(2);

    assertThat(storage().events().query(null, DAY, 10)).containsExactly(ofMonitor, ofServer);
  }

  @Test
  void insert_twice_keepsOne() {
    var event = event(FILESYSTEM, NOON);

    assertThat(storage().events().insert(List.of(event, event))).isEqualTo(1);
    assertThat(storage().events().insert(List.of(event))).isZero();
    assertThat(storage().events().query(null, DAY, 10)).containsExactly(event);
  }

  @Test
  void query_isNewestFirstBoundedAndByServer() {
    var older = event(FILESYSTEM, NOON.minusSeconds(2));
    var other = event(GITHUB, NOON.minusSeconds(1));
    var newer = event(FILESYSTEM, NOON);
    storage().events().insert(List.of(older, other, newer));

    assertThat(storage().events().query(FILESYSTEM, DAY, 10)).containsExactly(newer, older);
    assertThat(storage().events().query(null, DAY, 2)).containsExactly(newer, other);
    assertThat(storage().events().query(null, new TimeRange(NOON.minusSeconds(2), NOON), 10))
        .containsExactly(other, older);
  }
}
