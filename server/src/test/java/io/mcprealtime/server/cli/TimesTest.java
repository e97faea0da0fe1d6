package io.mcprealtime.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimesTest {
  private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");

  @ParameterizedTest
  @CsvSource({
    "now, 2026-11-22T10:00:00Z",
    "2026-11-20, 2026-11-20T00:00:00Z",
    "2026-11-20T09:30:00Z, 2026-11-20T09:30:00Z",
    "2026-11-20T09:30:00+09:00, 2026-11-20T00:30:00Z",
    "2026-11-20T09:30, 2026-11-20T09:30:00Z",
    "7d, 2026-11-15T10:00:00Z",
    "-7d, 2026-11-15T10:00:00Z",
    "2h ago, 2026-11-22T08:00:00Z"
  })
  void parse_takesWhatPeopleWrite(String text, Instant expected) {
    assertThat(Times.parse(text, NOW)).isEqualTo(expected);
  }

  @Test
  void parse_ofAnythingElse_saysWhatToWrite() {
    assertThatThrownBy(() -> Times.parse("yesterday", NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "'yesterday' is no time; write 2026-11-20, 2026-11-20T09:30:00Z, or 7d for 7 days ago");
  }

  @Test
  void figures_haveUnits() {
    assertThat(Figures.bytes(999)).isEqualTo("999 B");
    assertThat(Figures.bytes(440_000_000L)).isEqualTo("440.0 MB");
    assertThat(Figures.bytes(-1_500)).isEqualTo("-1.5 kB");
    assertThat(Figures.bytes(null)).isEqualTo("-");
    assertThat(Figures.age(Duration.ofHours(84))).isEqualTo("84h");
    assertThat(Figures.age(Duration.ofDays(7))).isEqualTo("7d");
    assertThat(Figures.age(Duration.ofMinutes(30))).isEqualTo("30m");
    assertThat(Figures.age(Duration.ZERO)).isEqualTo("0m");
  }
}
