package io.mcprealtime.spool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.EventType;
import io.mcprealtime.HealthCheck;
import io.mcprealtime.ManualTime;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.Severity;
import io.mcprealtime.internal.Timer;
import io.mcprealtime.storage.InMemoryStorage;
import io.mcprealtime.storage.TimeRange;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is written is the same for readers, wherever its parts lie. */
class SpooledStorageTest {
  private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
  private static final TimeRange ALWAYS = SwitchedStorage.ALWAYS;
  private static final TimeRange MIDDLE =
      TimeRange.startingAt(NOON.plusSeconds(100), Duration.ofSeconds(300));

  @TempDir private Path directory;

  private final ManualTime time = ManualTime.startingAt("2026-11-20T12:00:00Z");
  private final SwitchedStorage storage = new SwitchedStorage();
  private final InMemoryStorage expected = new InMemoryStorage();
  private final Random random = new Random(20261122);
  private WritePath path;
  private SpooledStorage merged;

  @BeforeEach
  void open() {
    path =
        new WritePath(storage, new WritePath.Settings(directory, 64 << 20), time, new Timer(time));
    path.start(null);
    merged = new SpooledStorage(storage, path);
  }

  @AfterEach
  void close() {
    path.close();
    merged.close();
  }

  private static ServerId server(int number) {
    return ServerId.of("s" + number);
  }

  private <T> void write(RecordKind<T> kind, List<T> values) {
    path.write(kind, values);
    kind.insert(expected, values);
  }

  private ServerMetrics anySample() {
    return ServerMetrics.builder(
            server(random.nextInt(5)), NOON.plusSeconds(random.nextInt(600)), ServerState.HEALTHY)
        .build();
  }

  private HealthCheck anyCheck() {
    return new HealthCheck(
        server(random.nextInt(5)),
        NOON.plusSeconds(random.nextInt(600)),
        ServerState.DOWN,
        null,
        "refused",
        List.of(),
        null,
        null,
        null,
        null);
  }

  private MonitoringEvent anyEvent() {
    var at = NOON.plusSeconds(random.nextInt(600));
    return random.nextInt(4) == 0
        ? MonitoringEvent.ofMonitor(at, EventType.CONFIG, Severity.INFO, "changed")
        : MonitoringEvent.of(
            server(random.nextInt(5)), at, EventType.RECOVERY, Severity.INFO, "is back");
  }

  private void writeSome(int rounds) {
    for (int i = 0; i < rounds; i++) {
      var samples = new ArrayList<ServerMetrics>();
      for (int n = random.nextInt(1, 40); n > 0; n--) {
        samples.add(anySample());
      }
      write(RecordKind.METRICS, samples);
      write(RecordKind.HEALTH_CHECKS, List.of(anyCheck(), anyCheck()));
      write(RecordKind.EVENTS, List.of(anyEvent(), anyEvent()));
    }
  }

  private void assertSame() {
    for (var range : List.of(ALWAYS, MIDDLE)) {
      for (int i = 0; i < 5; i++) {
        var server = server(i);
        var found = new ArrayList<ServerMetrics>();
        var wanted = new ArrayList<ServerMetrics>();
        merged.samples().forEach(server, range, found::add);
        expected.samples().forEach(server, range, wanted::add);
        assertThat(found).isEqualTo(wanted);
        assertThat(merged.healthChecks().query(server, range, 7))
            .isEqualTo(expected.healthChecks().query(server, range, 7));
        assertThat(merged.events().query(server, range, 1_000))
            .containsExactlyInAnyOrderElementsOf(expected.events().query(server, range, 1_000));
      }
      assertEachServerInOrder(range);
      var events = new ArrayList<MonitoringEvent>();
      merged.events().forEach(range, events::add);
      assertThat(events)
          .containsExactlyInAnyOrderElementsOf(
              expected.events().query(null, range, Integer.MAX_VALUE))
          .isSortedAccordingTo((one, other) -> one.at().compareTo(other.at()));
      assertThat(merged.events().query(null, range, 20))
          .extracting(MonitoringEvent::at)
          .isEqualTo(
              expected.events().query(null, range, 20).stream().map(MonitoringEvent::at).toList());
    }
    for (int i = 0; i < 5; i++) {
      assertThat(merged.samples().recent(server(i), 9))
          .isEqualTo(expected.samples().recent(server(i), 9));
      assertThat(merged.samples().latest(server(i)))
          .isEqualTo(expected.samples().latest(server(i)));
    }
    assertThat(merged.samples().latest()).isEqualTo(expected.samples().latest());
  }

  private void assertEachServerInOrder(TimeRange range) {
    var found = new HashMap<ServerId, List<ServerMetrics>>();
    var wanted = new HashMap<ServerId, List<ServerMetrics>>();
    merged
        .samples()
        .forEach(range, s -> found.computeIfAbsent(s.server(), id -> new ArrayList<>()).add(s));
    expected
        .samples()
        .forEach(range, s -> wanted.computeIfAbsent(s.server(), id -> new ArrayList<>()).add(s));
    assertThat(found).isEqualTo(wanted);
    var checks = new ArrayList<HealthCheck>();
    var wantedChecks = new ArrayList<HealthCheck>();
    merged.healthChecks().forEach(range, checks::add);
    expected.healthChecks().forEach(range, wantedChecks::add);
    assertThat(checks).containsExactlyInAnyOrderElementsOf(wantedChecks);
  }

  /** Frames that wait, as readers see them while the storage answers reads alone. */
  private void appendToSpool(int rounds) {
    var spool = path.spool();
    for (int i = 0; i < rounds; i++) {
      var samples = new ArrayList<ServerMetrics>();
      for (int n = random.nextInt(1, 40); n > 0; n--) {
        samples.add(anySample());
      }
      spool.append(RecordKind.METRICS, samples);
      RecordKind.METRICS.insert(expected, samples);
      var checks = List.of(anyCheck());
      spool.append(RecordKind.HEALTH_CHECKS, checks);
      RecordKind.HEALTH_CHECKS.insert(expected, checks);
      var events = List.of(anyEvent());
      spool.append(RecordKind.EVENTS, events);
      RecordKind.EVENTS.insert(expected, events);
    }
  }

  @Test
  void reads_mergeWhatIsStored_andWhatWaits() {
    writeSome(20);
    // The replay waits for its gates, so that the frames stay where they are.
    RecordKind.ALL.forEach(kind -> path.gate(kind).writeLock().lock());
    try {
      appendToSpool(20);
      assertThat(path.status().orElseThrow().frames()).isEqualTo(60);
      assertSame();
    } finally {
      RecordKind.ALL.forEach(kind -> path.gate(kind).writeLock().unlock());
    }
    path.retryNow();
    await().atMost(Duration.ofSeconds(20)).until(() -> path.status().orElseThrow().frames() == 0);
    assertSame();
  }

  @Test
  void reads_duringTheReplay_missNothing_andRepeatNothing() throws Exception {
    storage.goAway();
    writeSome(60);
    storage.comeBack();
    var done = new AtomicBoolean();
    var wanted = new ArrayList<ServerMetrics>();
    expected.samples().forEach(server(1), ALWAYS, wanted::add);
    var failures = Collections.synchronizedList(new ArrayList<String>());
    var reader =
        new Thread(
            () -> {
              while (!done.get()) {
                var found = new ArrayList<ServerMetrics>();
                merged.samples().forEach(server(1), ALWAYS, found::add);
                if (!found.equals(wanted)) {
                  failures.add("%d instead of %d".formatted(found.size(), wanted.size()));
                }
              }
            });
    reader.start();
    path.retryNow();
    await().atMost(Duration.ofSeconds(20)).until(() -> path.status().orElseThrow().frames() == 0);
    done.set(true);
    reader.join(10_000);
    assertThat(failures).isEmpty();
    assertSame();
  }

  @Test
  void reads_whileTheStorageIsAway_fail_andTheNewestSpooledAreKnown() {
    storage.goAway();
    var sample = ServerMetrics.builder(server(1), NOON, ServerState.DOWN).build();
    write(RecordKind.METRICS, List.of(sample));
    assertThatThrownBy(() -> merged.samples().latest()).hasMessage("the database is away");
    assertThat(merged.newestSpooled()).containsExactly(sample);
    assertThat(merged.name()).isEqualTo("switched");
    storage.comeBack();
    merged.check();
  }
}
