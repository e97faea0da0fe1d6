package io.mcprealtime.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class PartitionsTest {
  private static Partition partition(String from, String to) {
    return new Partition(
        TimeTable.SAMPLES,
        Instant.parse("2026-11-" + from + ":00Z"),
        Instant.parse("2026-11-" + to + ":00Z"));
  }

  @Test
  void name_tellsTheSpan() {
    var partition = partition("20T06:00", "20T12:00");

    assertThat(partition.name()).isEqualTo("samples_202611200600_360");
    assertThat(Partition.ofName(TimeTable.SAMPLES, partition.name())).contains(partition);
    assertThat(Partition.ofName(TimeTable.SAMPLES, "samples_by_hand")).isEmpty();
  }

  @Test
  void gaps_ofNothingThere_isTheWhole() {
    var day = partition("20T00:00", "21T00:00");

    assertThat(Partitions.gaps(day, List.of())).containsExactly(day);
    assertThat(Partitions.gaps(day, List.of(partition("19T00:00", "20T00:00"))))
        .containsExactly(day);
    assertThat(Partitions.gaps(day, List.of(day))).isEmpty();
  }

  @Test
  void gaps_besidePartitionsOfAnotherLength_fillWhatIsLeft() {
    var existing =
        List.of(
            partition("19T18:00", "20T06:00"),
            partition("20T12:00", "20T18:00"),
            partition("21T00:00", "22T00:00"));

    assertThat(Partitions.gaps(partition("20T00:00", "21T00:00"), existing))
        .containsExactly(partition("20T06:00", "20T12:00"), partition("20T18:00", "21T00:00"));
  }
}
