package io.mcprealtime.server.advice;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.CacheStats;
import io.mcprealtime.McpDataRetentionManager.DataUsage;
import io.mcprealtime.ServerId;
import io.mcprealtime.StorageGrowth;
import io.mcprealtime.analysis.GrowthForecast;
import io.mcprealtime.internal.Timer.Timings;
import io.mcprealtime.server.advice.SampleSources.Shares;
import io.mcprealtime.storage.StorageUsage;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StoragePaceTest {
  private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");

  private static final Shares ALL = Shares.ALL_PROBES;

  private final StoragePace pace = new StoragePace(Duration.ofSeconds(15), Duration.ofDays(7));

  private static GrowthForecast steady(double bytesPerDay) {
    var days = IntStream.range(0, 24).mapToDouble(hour -> hour / 24.0).toArray();
    var bytes = Arrays.stream(days).map(day -> day * bytesPerDay).toArray();
    return GrowthForecast.of(days, bytes, bytesPerDay).orElseThrow();
  }

  private static DataUsage usage(long total, double bytesPerDay) {
    return new DataUsage(
        "test",
        new StorageUsage(total, List.of()),
        500_000_000L,
        new StorageGrowth(steady(bytesPerDay), 24, Duration.ofHours(23)),
        new CacheStats(
            "test",
            0,
            0,
            0,
            0,
            Timings.NONE,
            Timings.NONE,
            Timings.NONE,
            null,
            null,
            null,
            Map.of(),
            null));
  }

  @Test
  void growthThatDoesNotFit_callsForALongerInterval() {
    assertThat(pace.look(usage(100_000_000, 100_000_000), 900, ALL).orElseThrow().text())
        .isEqualTo(
            "Lengthen collection.interval to 27 s: 900 servers probed every 15.0 s make the database"
                + " grow by 100.00 MB a day, which over the 7.00 days that samples are kept is"
                + " 700 MB, of a limit of 500 MB");
  }

  @Test
  void growth_isReadAtOnceWhileNothingChanged_andThenAsThatSinceTheChange() {
    var found = pace.look(usage(100_000_000, 100_000_000), 900, ALL).orElseThrow();
    var less = usage(100_000_000, 48_000_000);
    assertThat(pace.read(less, ALL, found, NOON, NOON).figure())
        .isNotNull()
        .satisfies(figure -> assertThat(figure.text()).isEqualTo("2.0 MB an hour"));
    assertThat(pace.read(null, ALL, found, NOON, NOON).figure()).isNull();

    var longer = new StoragePace(Duration.ofSeconds(27), Duration.ofDays(7));
    var early = longer.read(less, ALL, found, NOON, NOON.plus(Duration.ofHours(22)));
    assertThat(early.setting()).isEqualTo("collection.interval 27000 ms");
    assertThat(early.figure()).isNull();
    assertThat(early.longestWait()).isEqualTo(Duration.ofDays(8));
    assertThat(longer.read(less, ALL, found, NOON, NOON.plus(Duration.ofHours(23))).figure())
        .isNotNull();
  }

  @Test
  void growthThatFits_orIsNotKnown_doesNot() {
    assertThat(pace.look(usage(100_000_000, 57_000_000), 900, ALL)).isEmpty();
    assertThat(pace.look(usage(100_000_000, -5), 900, ALL)).isEmpty();
    assertThat(pace.look(usage(100_000_000, 100_000_000), 0, ALL)).isEmpty();
    assertThat(pace.look(null, 900, ALL)).isEmpty();
  }

  private static Shares shares(double probes) {
    return new Shares(probes, ServerId.of("plant"));
  }

  @Test
  void growthThatOthersShare_isTakenByTheShareOfProbes_andNamesWhoSendsMost() {
    var usage = usage(100_000_000, 100_000_000);
    var found = pace.look(usage, 900, shares(0.6)).orElseThrow();

    assertThat(found.text())
        .isEqualTo(
            "Lengthen collection.interval to 53 s: 900 servers probed every 15.0 s make the database"
                + " grow by 60.00 MB a day, which over the 7.00 days that samples are kept is"
                + " 420 MB, of a limit of 500 MB; 40 % of all samples are sent by others, which is"
                + " 280 MB more, most of them by plant");
    assertThat(found.figure().text()).isEqualTo("2.5 MB an hour");
    assertThat(pace.read(usage, shares(0.3), found, NOON, NOON).figure())
        .isNotNull()
        .satisfies(figure -> assertThat(figure.text()).isEqualTo("1.3 MB an hour"));
    assertThat(pace.read(usage, null, found, NOON, NOON).figure()).isNull();
  }

  @Test
  void growthThatIsMostlyOfOthers_orOfWhomIsNotKnown_isNoMatterOfTheInterval() {
    var usage = usage(100_000_000, 100_000_000);

    assertThat(pace.look(usage, 900, shares(0.49))).isEmpty();
    assertThat(pace.look(usage, 900, null)).isEmpty();
    assertThat(pace.look(usage(100_000_000, 140_000_000), 900, shares(0.55)))
        .as("others alone take too much")
        .isEmpty();
  }
}
