package io.mcprealtime.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DurationsTest {
  @ParameterizedTest
  @CsvSource({
    "250ms, PT0.25S",
    "15s, PT15S",
    "5m, PT5M",
    "6h, PT6H",
    "7d, P7D",
    "' 2 s ', PT2S",
    "999999999ms, PT277H46M39.999S"
  })
  void parse_readsANumberAndItsUnit(String text, Duration expected) {
    assertThat(Durations.parse(text)).isEqualTo(expected);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "15", "s", "-1s", "1.5s", "5 min", "1S", "1h30m", "9999999999s"})
  void parse_ofSomethingElse_showsIt(String text) {
    assertThatThrownBy(() -> Durations.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "'%s' is no duration; write a number and a unit: 250ms, 15s, 5m, 6h or 7d", text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0s", "0ms", "00d"})
  void parse_ofNothing_isRefused(String text) {
    assertThatThrownBy(() -> Durations.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'%s' must be longer than nothing", text);
  }
}
