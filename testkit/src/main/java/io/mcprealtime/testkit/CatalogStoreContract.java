package io.mcprealtime.testkit;

import static io.mcprealtime.testkit.TestData.FILESYSTEM;
import static io.mcprealtime.testkit.TestData.GITHUB;
import static io.mcprealtime.testkit.TestData.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.catalog.Catalog;
import io.mcprealtime.catalog.CatalogCodec;
import io.mcprealtime.catalog.CatalogEntry;
import io.mcprealtime.catalog.CatalogTooLargeException;
import io.mcprealtime.storage.CatalogStore;
import io.mcprealtime.storage.Storage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How every backend keeps catalogs. The storage is empty before each test. */
public abstract class CatalogStoreContract {
  private static final Catalog ONE = catalog("read", "Reads ✓ \u0000 \ud800 \"a\"");
  private static final Catalog TWO = catalog("read", "Reads, then writes");
  private static final Catalog THREE = catalog("write", "Writes");
  private static final Instant LATER = NOON.plusSeconds(60);

  protected abstract Storage storage();

  /** Another storage on the same backend, as another process has it; closed by the test. */
  protected abstract Storage another();

  private CatalogStore catalogs() {
    return storage().catalogs();
  }

  private static Catalog catalog(String tool, String description) {
    return new Catalog(
        List.of(
            new CatalogEntry(
                CatalogEntry.Kind.TOOL, tool, "{\"description\":\"%s\"}".formatted(description)),
            new CatalogEntry(CatalogEntry.Kind.RESOURCE_TEMPLATE, "file:///{path}", "{}")));
  }

  @Test
  void find_ofWhatWasNotAnnounced_isEmpty() {
    assertThat(catalogs().find(FILESYSTEM)).isEmpty();
    assertThat(catalogs().approve(FILESYSTEM, ONE.hash(), NOON, CatalogStore.APPROVED)).isEmpty();
    catalogs().told(FILESYSTEM, ONE.hash());
    catalogs().seen(FILESYSTEM, NOON);
    assertThat(catalogs().find(FILESYSTEM)).isEmpty();
  }

  @Test
  void announce_ofTheFirst_approvesIt() {
    var stored = catalogs().announce(FILESYSTEM, ONE, NOON.plusNanos(1_234_567));

    assertThat(stored.approved().catalog()).isEqualTo(ONE);
    assertThat(stored.approved().hash()).isEqualTo(ONE.hash());
    assertThat(stored.approved().at()).isEqualTo(NOON.plusMillis(1));
    assertThat(stored.approved().by()).isEqualTo("first seen");
    assertThat(stored.announced().catalog()).isEqualTo(ONE);
    assertThat(stored.announced().since()).isEqualTo(NOON.plusMillis(1));
    assertThat(stored.announced().told()).isFalse();
    assertThat(stored.isDrift()).isFalse();
    assertThat(catalogs().find(FILESYSTEM)).hasValue(stored);
    assertThat(catalogs().find(GITHUB)).isEmpty();
  }

  @Test
  void announce_ofAnother_keepsTheApprovedOne() {
    catalogs().announce(FILESYSTEM, ONE, NOON);

    var stored = catalogs().announce(FILESYSTEM, TWO, LATER);

    assertThat(stored.isDrift()).isTrue();
    assertThat(stored.approved().catalog()).isEqualTo(ONE);
    assertThat(stored.approved().at()).isEqualTo(NOON);
    assertThat(stored.announced().catalog()).isEqualTo(TWO);
    assertThat(stored.announced().since()).isEqualTo(LATER);
    assertThat(catalogs().find(FILESYSTEM)).hasValue(stored);
  }

  @Test
  void announce_again_keepsWhenItWasFirstSeen_andThatItWasTold() {
    catalogs().announce(FILESYSTEM, ONE, NOON);
    catalogs().announce(FILESYSTEM, TWO, LATER);
    catalogs().told(FILESYSTEM, ONE.hash());
    assertThat(catalogs().find(FILESYSTEM).orElseThrow().announced().told()).isFalse();
    catalogs().told(FILESYSTEM, TWO.hash());

    var stored = catalogs().announce(FILESYSTEM, TWO, LATER.plusSeconds(60));

    assertThat(stored.announced().since()).isEqualTo(LATER);
    assertThat(stored.announced().told()).isTrue();
    assertThat(catalogs().announce(FILESYSTEM, THREE, LATER.plusSeconds(90)).announced().told())
        .isFalse();
  }

  @Test
  void announce_ofTheApprovedOne_endsTheDrift() {
    catalogs().announce(FILESYSTEM, ONE, NOON);
    catalogs().announce(FILESYSTEM, TWO, LATER);

    var stored = catalogs().announce(FILESYSTEM, ONE, LATER.plusSeconds(1));

    assertThat(stored.isDrift()).isFalse();
    assertThat(stored.approved().at()).isEqualTo(NOON);
    assertThat(stored.announced().catalog()).isEqualTo(ONE);
    assertThat(stored.announced().since()).isEqualTo(LATER.plusSeconds(1));
    assertThat(stored.announced().told()).isFalse();
    assertThat(catalogs().find(FILESYSTEM)).hasValue(stored);
  }

  @Test
  void announce_ofAnOlderOne_changesNothing() {
    catalogs().announce(FILESYSTEM, ONE, NOON);
    var newest = catalogs().announce(FILESYSTEM, TWO, LATER);

    assertThat(catalogs().announce(FILESYSTEM, THREE, NOON.plusSeconds(1))).isEqualTo(newest);
  }

  @Test
  void approve_ofTheNewest_makesItTheApprovedOne() {
    catalogs().announce(FILESYSTEM, ONE, NOON);
    catalogs().announce(FILESYSTEM, TWO, LATER);
    var at = LATER.plusSeconds(5);

    var stored =
        catalogs().approve(FILESYSTEM, TWO.hash(), at, CatalogStore.APPROVED).orElseThrow();

    assertThat(stored.isDrift()).isFalse();
    assertThat(stored.approved().catalog()).isEqualTo(TWO);
    assertThat(stored.approved().at()).isEqualTo(at);
    assertThat(stored.approved().by()).isEqualTo("approved");
    assertThat(stored.announced().since()).isEqualTo(LATER);
    assertThat(stored.announced().told()).isTrue();
    assertThat(catalogs().find(FILESYSTEM)).hasValue(stored);
    assertThat(catalogs().announce(FILESYSTEM, ONE, at.plusSeconds(1)).isDrift()).isTrue();
  }

  @Test
  void approve_ofAnother_changesNothing() {
    catalogs().announce(FILESYSTEM, ONE, NOON);
    var stored = catalogs().announce(FILESYSTEM, TWO, LATER);

    assertThat(catalogs().approve(FILESYSTEM, ONE.hash(), LATER, CatalogStore.APPROVED)).isEmpty();
    assertThat(catalogs().find(FILESYSTEM)).hasValue(stored);
  }

  @Test
  void dropUnseen_dropsOnlyWhatWasNotSeen() {
    catalogs().announce(FILESYSTEM, ONE, NOON);
    catalogs().announce(GITHUB, ONE, NOON);
    catalogs().seen(GITHUB, LATER);
    catalogs().seen(GITHUB, NOON);

    assertThat(catalogs().dropUnseen(NOON)).isZero();
    assertThat(catalogs().dropUnseen(NOON.plus(Duration.ofSeconds(1)))).isEqualTo(1);
    assertThat(catalogs().find(FILESYSTEM)).isEmpty();
    assertThat(catalogs().find(GITHUB)).isPresent();
  }

  @Test
  void announce_ofTooMuch_isRefused_andChangesNothing() {
    catalogs().announce(FILESYSTEM, ONE, NOON);
    var much = catalog("read", "a".repeat(CatalogCodec.MAX_PLAIN_BYTES));

    assertThatThrownBy(() -> catalogs().announce(FILESYSTEM, much, LATER))
        .isInstanceOf(CatalogTooLargeException.class)
        .hasMessageContaining("at most 8,000,000 are kept");
    assertThat(catalogs().find(FILESYSTEM).orElseThrow().announced().catalog()).isEqualTo(ONE);
  }

  @Test
  void announce_andApprove_fromTwoStoragesAtOnce_keepOneOfEach() {
    var approved = new AtomicInteger();
    catalogs().announce(FILESYSTEM, ONE, NOON);
    catalogs().announce(FILESYSTEM, TWO, LATER);
    try (var other = another()) {
      IntStream.range(0, 8)
          .parallel()
          .forEach(
              i -> {
                var store = (i % 2 == 0 ? storage() : other).catalogs();
                store.announce(GITHUB, ONE, NOON.plusSeconds(i));
                store.announce(FILESYSTEM, TWO, LATER.plusSeconds(i));
                store
                    .approve(FILESYSTEM, TWO.hash(), LATER.plusSeconds(i), CatalogStore.APPROVED)
                    .ifPresent(stored -> approved.incrementAndGet());
              });
    }

    assertThat(approved.get()).isEqualTo(8);
    var github = catalogs().find(GITHUB).orElseThrow();
    assertThat(github.isDrift()).isFalse();
    assertThat(github.approved().at()).isEqualTo(github.announced().since());
    assertThat(catalogs().find(FILESYSTEM).orElseThrow().approved().catalog()).isEqualTo(TWO);
  }
}
