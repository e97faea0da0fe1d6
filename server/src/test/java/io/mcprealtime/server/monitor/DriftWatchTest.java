package io.mcprealtime.server.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.EventType;
import io.mcprealtime.ManualTime;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.Severity;
import io.mcprealtime.catalog.Catalog;
import io.mcprealtime.catalog.CatalogCodec;
import io.mcprealtime.catalog.CatalogEntry;
import io.mcprealtime.catalog.ChangeClass;
import io.mcprealtime.storage.CatalogStore;
import io.mcprealtime.storage.InMemoryStorage;
import io.mcprealtime.storage.StorageUnavailableException;
import io.mcprealtime.storage.StoredCatalogs;
import io.mcprealtime.testkit.TestData;
import io.mcprealtime.wire.WireJson;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DriftWatchTest {
  private static final ServerId A = TestData.FILESYSTEM;
  private static final ServerId B = TestData.GITHUB;
  private static final Instant NOON = TestData.NOON;
  private static final Catalog ONE = catalog("{\"description\":\"Reads a file.\"}");
  private static final Catalog REWORDED = catalog("{\"description\":\"Reads any file.\"}");
  private static final Catalog HIDING = catalog("{\"description\":\"Reads a file.\u200b\"}");
  private static final Catalog EMPTY = new Catalog(List.of());

  private final ManualTime time = ManualTime.startingAt("2026-11-20T12:00:00Z");
  private final SwitchedStore store = new SwitchedStore();
  private final List<MonitoringEvent> events = new CopyOnWriteArrayList<>();
  private final DriftWatch watch = watch(events);

  private DriftWatch watch(List<MonitoringEvent> told) {
    return new DriftWatch(store, told::addAll, time, Duration.ofMillis(10));
  }

  @AfterEach
  void close() {
    watch.close();
  }

  private static Catalog catalog(String definition) {
    return new Catalog(
        List.of(CatalogEntry.of(CatalogEntry.Kind.TOOL, "read_file", WireJson.parse(definition))));
  }

  /** Shows a catalog, and waits until it is the newest that is kept. */
  private void show(DriftWatch to, Instant at, Catalog catalog) {
    to.observe(A, at, catalog);
    await()
        .until(
            () ->
                store
                    .find(A)
                    .filter(stored -> stored.announced().hash().equals(catalog.hash()))
                    .filter(stored -> stored.announced().told())
                    .isPresent());
  }

  /** Waits until all that was shown before is worked off. */
  private void settle(DriftWatch to) {
    var marker = ServerId.of("marker-" + System.nanoTime());
    to.observe(marker, NOON, EMPTY);
    await().until(() -> store.find(marker).isPresent());
  }

  private void show(Instant at, Catalog catalog) {
    show(watch, at, catalog);
  }

  @Test
  void first_isApprovedByItself_withoutAWord() {
    var pins = new CopyOnWriteArrayList<Map<String, String>>();
    watch.onPins((server, hashes) -> pins.add(hashes));

    show(NOON, ONE);
    settle(watch);

    assertThat(events).isEmpty();
    var view = watch.view(A);
    assertThat(view.stored().approved().by()).isEqualTo("first seen");
    assertThat(view.diff().isEmpty()).isTrue();
    assertThat(watch.pins(A)).isEqualTo(Map.of("read_file", ONE.entries().get(0).hash()));
    assertThat(pins.get(0)).isEqualTo(watch.pins(A));
    assertThat(watch.pins(B)).isEmpty();
    assertThat(watch.drifts()).isEmpty();
  }

  @Test
  void first_withHiddenCharacters_isTold() {
    show(NOON, HIDING);

    assertThat(events).hasSize(1);
    assertThat(events.get(0).severity()).isEqualTo(Severity.ERROR);
    assertThat(events.get(0).message())
        .isEqualTo(
            "filesystem was taken as it is, and nobody approved it: tool 'read_file' holds hidden"
                + " characters");
  }

  @Test
  void change_isToldOnce_withBothTexts_andKeptApart() {
    show(NOON, ONE);
    show(NOON.plusSeconds(15), REWORDED);
    watch.observe(A, NOON.plusSeconds(30), REWORDED);
    settle(watch);

    assertThat(events).hasSize(1);
    var event = events.get(0);
    assertThat(event.type()).isEqualTo(EventType.SCHEMA_DRIFT);
    assertThat(event.severity()).isEqualTo(Severity.WARNING);
    assertThat(event.at()).isEqualTo(NOON.plusSeconds(15));
    assertThat(event.message())
        .isEqualTo(
            "filesystem has changed what it offers (wording): tool 'read_file' has a new description");
    assertThat(event.details())
        .containsEntry("class", "wording")
        .containsEntry("approvedHash", ONE.hash())
        .containsEntry("hash", REWORDED.hash())
        .containsEntry("change01.before", "Reads a file.")
        .containsEntry("change01.after", "Reads any file.");
    assertThat(watch.pins(A)).isEqualTo(Map.of("read_file", ONE.entries().get(0).hash()));
    var drift = watch.drifts().get(0);
    assertThat(drift.server()).isEqualTo(A);
    assertThat(drift.changeClass()).isEqualTo(ChangeClass.WORDING);
    assertThat(drift.since()).isEqualTo(NOON.plusSeconds(15));
  }

  @Test
  void severity_goesByTheWorstChange() {
    show(NOON, ONE);
    show(NOON.plusSeconds(1), new Catalog(List.of(ONE.entries().get(0), more())));
    show(NOON.plusSeconds(2), HIDING);
    show(NOON.plusSeconds(3), EMPTY);

    assertThat(events)
        .extracting(MonitoringEvent::severity)
        .containsExactly(Severity.INFO, Severity.ERROR, Severity.ERROR);
    assertThat(events.get(1).details()).containsEntry("change01.after", "Reads a file.\\u{200b}");
    assertThat(events.get(2).message()).endsWith("(breaking): tool 'read_file' is gone");
  }

  private static CatalogEntry more() {
    return CatalogEntry.of(CatalogEntry.Kind.TOOL, "more", WireJson.object());
  }

  @Test
  void wayBack_isToldAsWell() {
    show(NOON, ONE);
    show(NOON.plusSeconds(15), EMPTY);
    show(NOON.plusSeconds(30), ONE);

    assertThat(events).hasSize(2);
    assertThat(events.get(1).severity()).isEqualTo(Severity.INFO);
    assertThat(events.get(1).message()).isEqualTo("filesystem offers again what is approved");
  }

  @Test
  void restart_andAnotherProcess_tellTheSameEventOrNone() {
    show(NOON, ONE);
    store.forgetsTold = true;
    watch.observe(A, NOON.plusSeconds(15), REWORDED);
    await().until(() -> events.size() == 1);
    store.forgetsTold = false;
    var others = new CopyOnWriteArrayList<MonitoringEvent>();
    try (var other = watch(others)) {
      show(other, NOON.plusSeconds(40), REWORDED);
      settle(other);
    }
    var third = new CopyOnWriteArrayList<MonitoringEvent>();
    try (var again = watch(third)) {
      again.observe(A, NOON.plusSeconds(50), REWORDED);
      settle(again);
      assertThat(again.drifts()).hasSize(1);
    }

    assertThat(others).isEqualTo(events);
    assertThat(third).isEmpty();
  }

  @Test
  void approve_makesItThePinnedOne_andSaysSo() {
    show(NOON, ONE);
    show(NOON.plusSeconds(15), REWORDED);
    settle(watch);
    var pins = new CopyOnWriteArrayList<Map<String, String>>();
    watch.onPins((server, hashes) -> pins.add(hashes));

    var view = watch.approve(A, REWORDED.hash());

    assertThat(view.diff().isEmpty()).isTrue();
    assertThat(view.stored().approved().by()).isEqualTo("approved");
    assertThat(view.stored().approved().at()).isEqualTo(time.instant());
    assertThat(events.get(1).message()).isEqualTo("what filesystem offers now was approved");
    assertThat(pins).containsExactly(Map.of("read_file", REWORDED.entries().get(0).hash()));
    assertThat(watch.drifts()).isEmpty();
    // Again it changes nothing, and is no fault.
    watch.approve(A, REWORDED.hash());
    watch.approve(A, null);
    assertThat(events).hasSize(2);
  }

  @Test
  void approve_ofWhatIsNoLongerOffered_isRefused() {
    assertThatThrownBy(() -> watch.approve(A, ONE.hash()))
        .isInstanceOf(DriftWatch.DriftException.class)
        .hasMessage("no catalog of 'filesystem' is stored yet: wait for its next probe");
    show(NOON, ONE);
    show(NOON.plusSeconds(15), REWORDED);

    assertThatThrownBy(() -> watch.approve(A, EMPTY.hash()))
        .isInstanceOf(DriftWatch.DriftException.class)
        .hasMessageContaining("'filesystem' does not offer the catalog ")
        .hasMessageEndingWith("look at what it offers now, and approve that");
    assertThat(watch.view(A).stored().isDrift()).isTrue();
  }

  @Test
  void approval_byAnotherProcess_isTakenUp() {
    show(NOON, ONE);
    show(NOON.plusSeconds(15), REWORDED);
    settle(watch);
    store.approve(A, REWORDED.hash(), NOON.plusSeconds(20), "approved");

    assertThat(watch.view(A).stored().isDrift()).isFalse();
    assertThat(watch.pins(A)).isEqualTo(Map.of("read_file", REWORDED.entries().get(0).hash()));
    assertThat(watch.drifts()).isEmpty();
  }

  @Test
  void storageThatIsAway_isAskedAgain_withTheNewest() {
    store.away = true;
    watch.observe(A, NOON, ONE);
    watch.observe(B, NOON, ONE);
    watch.observe(A, NOON.plusSeconds(1), REWORDED);
    await().until(() -> store.refused > 2);
    store.away = false;

    await().until(() -> store.find(A).isPresent() && store.find(B).isPresent());
    settle(watch);
    assertThat(store.find(A).orElseThrow().announced().catalog()).isEqualTo(REWORDED);
    assertThat(events).isEmpty();
  }

  @Test
  void catalogThatIsTooLarge_isTold() {
    var much =
        catalog("{\"description\":\"%s\"}".formatted("a".repeat(CatalogCodec.MAX_PLAIN_BYTES)));
    watch.observe(B, NOON, much);
    await().until(() -> events.size() == 1);
    assertThat(events.get(0).severity()).isEqualTo(Severity.WARNING);
    assertThat(watch.view(B).stored()).isNull();

    show(NOON, ONE);
    watch.observe(A, NOON.plusSeconds(15), much);
    watch.observe(A, NOON.plusSeconds(30), much);
    settle(watch);

    assertThat(events).hasSize(2);
    assertThat(events.get(1).severity()).isEqualTo(Severity.ERROR);
    assertThat(events.get(1).message())
        .startsWith("changes of what filesystem offers are not seen: the catalog takes 8,000,0");
    assertThat(watch.view(A).problem()).startsWith("the catalog takes");
    assertThatThrownBy(() -> watch.approve(A, null)).isInstanceOf(DriftWatch.DriftException.class);
    show(NOON.plusSeconds(45), REWORDED);
    settle(watch);
    assertThat(watch.view(A).problem()).isNull();
  }

  @Test
  void catalogThatChangesAllTheTime_isToldUpToABound_butWorseIsTold() {
    show(NOON, ONE);
    for (int i = 1; i <= 40; i++) {
      watch.observe(A, NOON.plusSeconds(i), catalog("{\"description\":\"At %d.\"}".formatted(i)));
      settle(watch);
    }

    assertThat(events).hasSize(7);
    assertThat(events.get(6).message()).contains("again and again");
    show(NOON.plusSeconds(50), EMPTY);
    assertThat(events.get(7).severity()).isEqualTo(Severity.ERROR);
    // What it stays with is taken up when it is quiet again.
    watch.observe(A, NOON.plusSeconds(51), ONE);
    settle(watch);
    assertThat(store.find(A).orElseThrow().isDrift()).isTrue();
    show(NOON.plus(Duration.ofHours(2)), ONE);
    assertThat(events.get(events.size() - 1).message()).contains("offers again");
  }

  @Test
  void rows_ofServersThatAreGone_goAfterAWhile() {
    show(NOON, ONE);
    settle(watch);
    store.announce(B, ONE, NOON.minus(Duration.ofDays(200)));
    watch.observe(A, NOON.plusSeconds(1), ONE);
    settle(watch);
    assertThat(store.find(B)).isPresent();

    time.advance(Duration.ofDays(1));
    watch.observe(A, time.instant(), ONE);
    settle(watch);

    await().until(() -> store.find(B).isEmpty());
    assertThat(store.find(A)).isPresent();
  }

  @Test
  void forgotten_isNotShownAnyMore() {
    show(NOON, ONE);
    show(NOON.plusSeconds(1), EMPTY);
    settle(watch);
    watch.forget(A);

    assertThat(watch.drifts()).isEmpty();
    assertThat(watch.view(A).stored().isDrift()).isTrue();
  }

  /** The heap, with a switch that takes it away. */
  private static final class SwitchedStore implements CatalogStore {
    private final CatalogStore delegate = new InMemoryStorage().catalogs();
    private volatile boolean away;
    private volatile boolean forgetsTold;
    private volatile int refused;

    private synchronized CatalogStore delegate() {
      if (away) {
        refused++;
        throw new StorageUnavailableException("the database is away", null);
      }
      return delegate;
    }

    @Override
    public Optional<StoredCatalogs> find(ServerId server) {
      return delegate().find(server);
    }

    @Override
    public StoredCatalogs announce(ServerId server, Catalog catalog, Instant at) {
      return delegate().announce(server, catalog, at);
    }

    @Override
    public void told(ServerId server, String hash) {
      if (!forgetsTold) {
        delegate().told(server, hash);
      }
    }

    @Override
    public Optional<StoredCatalogs> approve(ServerId server, String hash, Instant at, String by) {
      return delegate().approve(server, hash, at, by);
    }

    @Override
    public void seen(ServerId server, Instant at) {
      delegate().seen(server, at);
    }

    @Override
    public int dropUnseen(Instant since) {
      return delegate().dropUnseen(since);
    }
  }
}
