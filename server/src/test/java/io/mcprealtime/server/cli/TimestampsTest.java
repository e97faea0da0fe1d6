package io.mcprealtime.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampsTest {
  @ParameterizedTest
  @CsvSource({
    "2014-04-01 00:05:00, 2014-04-01T00:05:00Z",
    "2024-02-29 09:30:00, 2024-02-29T09:30:00Z",
    "2014-04-01 00:05, 2014-04-01T00:05:00Z",
    "2014-04-01, 2014-04-01T00:00:00Z",
    "2014-04-01T00:05:00, 2014-04-01T00:05:00Z",
    "2014-04-01T00:05:00Z, 2014-04-01T00:05:00Z",
    "2014-04-01t00:05:00z, 2014-04-01T00:05:00Z",
    "2014-04-01T00:05:00.25+02:00, 2014-03-31T22:05:00.25Z",
    "2014-04-01 00:05:00-0530, 2014-04-01T05:35:00Z",
    "2014-04-01 00:05:00+02, 2014-03-31T22:05:00Z",
    "2014-04-01 00:05:00.123456, 2014-04-01T00:05:00.123456Z",
    "2014-04-01 00:05:00 UTC, 2014-04-01T00:05:00Z",
    "2014-04-01 00:05:00+00:00, 2014-04-01T00:05:00Z",
    "0, 1970-01-01T00:00:00Z",
    "-1.5, 1969-12-31T23:59:58.5Z",
    "1396310700, 2014-04-01T00:05:00Z",
    "1396310700.5, 2014-04-01T00:05:00.5Z",
    "1396310700250, 2014-04-01T00:05:00.25Z",
    "1396310700250125, 2014-04-01T00:05:00.250125Z",
    "1396310700250125001, 2014-04-01T00:05:00.250125001Z",
    "1.3963107e9, 2014-04-01T00:05:00Z"
  })
  void timesAsFilesHaveThem_areRead(String text, Instant expected) {
    assertThat(Timestamps.parse(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "now",
        "01/04/2014",
        "2014-13-01",
        "2026-02-30",
        "2026-02-29 09:30:00",
        "2014-04-01 25:00:00",
        "2014-04-01 00:05:00 CET",
        "1e999999999",
        "1e-999999999",
        "--1",
        "2014-04-01 00:05:00.1234567890",
        "99999999999999999999999999999999999999999999"
      })
  void otherTexts_areRefused(String text) {
    assertThatThrownBy(() -> Timestamps.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("which is no time; write 2026-11-20 09:30:00");
  }
}
