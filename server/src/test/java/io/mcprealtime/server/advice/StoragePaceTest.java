package io.mcprealtime.server.advice;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.CacheStats;
import io.mcprealtime.McpDataRetentionManager.DataUsage;
import io.mcprealtime.StorageGrowth;
import io.mcprealtime.analysis.GrowthForecast;
import io.mcprealtime.internal.Timer.Timings;
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
    assertThat(pace.look(usage(100_000_000, 100_000_000), 900).orElseThrow().text())
        .isEqualTo(
            "Lengthen collection.interval to 27 s: 900 servers probed every 15.0 s make the database"
                + " grow by 100.00 MB a day, which over the 7.00 days that samples are kept is"
                + " 700 MB, of a limit of 500 MB");
  }

  @Test
  void growth_isReadAtOnceWhileNothingChanged_andThenAsThatSinceTheChange() {
    var found = pace.look(usage(100_000_000, 100_000_000), 900).orElseThrow();
    var less = usage(100_000_000, 48_000_000);
    assertThat(pace.read(less, found, NOON, NOON).figure())
        .isNotNull()
        .satisfies(figure -> assertThat(figure.text()).isEqualTo("2.0 MB an hour"));
    assertThat(pace.read(null, found, NOON, NOON).figure()).isNull();

    var longer = new StoragePace(Duration.ofSeconds(27), Duration.ofDays(7));
    var early = longer.read(less, found, NOON, NOON.plus(Duration.ofHours(22)));
    assertThat(early.setting()).isEqualTo("collection.interval 27000 ms");
    assertThat(early.figure()).isNull();
    assertThat(early.longestWait()).isEqualTo(Duration.ofDays(8));
    assertThat(longer.read(less, found, NOON, NOON.plus(Duration.ofHours(23))).figure())
        .isNotNull();
  }

  @Test
  void growthThatFits_orIsNotKnown_doesNot() {
    assertThat(pace.look(usage(100_000_000, 57_000_000), 900)).isEmpty();
    assertThat(pace.look(usage(100_000_000, -5), 900)).isEmpty();
    assertThat(pace.look(usage(100_000_000, 100_000_000), 0)).isEmpty();
    assertThat(pace.look(null, 900)).isEmpty();
  }
}
