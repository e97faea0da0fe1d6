package io.mcprealtime.mcp.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.mcp.sample.SampleBehaviour.Eras;
import io.mcprealtime.mcp.sample.SampleBehaviour.Quirk;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SampleOptionsTest {
  @Test
  void parse_readsWhatFormatWrote() {
    SampleBehaviour behaviour =
        SampleBehaviour.builder("all of it")
            .eras(Eras.LEGACY)
            .tools(SampleTool.ADD, SampleTool.TIME)
            .latency(Duration.ofMillis(40), 0.5, 7)
            .failureShare(0.25)
            .flapping(Duration.ofSeconds(60), Duration.ofSeconds(20))
            .bearerToken("a=b,c")
            .slowStart(Duration.ofSeconds(2))
            .requiredCapability("elicitation")
            .quirk(Quirk.STDOUT_NOISE)
            .quirk(Quirk.SOFT_FAILURE)
            .build();
    assertThat(SampleOptions.parse(SampleOptions.format(behaviour))).isEqualTo(behaviour);
  }

  @Test
  void parse_startsFromAHealthyServer() {
    assertThat(SampleOptions.parse(List.of())).isEqualTo(SampleBehaviour.healthy("sample"));
    SampleBehaviour healthy = SampleBehaviour.healthy("x");
    assertThat(SampleOptions.parse(SampleOptions.format(healthy))).isEqualTo(healthy);
    assertThat(SampleOptions.parse(List.of("latency=5")).latency().median())
        .isEqualTo(Duration.ofMillis(5));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "noise | 'noise' must be written as KEY=VALUE",
        "latency=x | the value of 'latency' is not understood",
        "flapping=5 | the value of 'flapping' is not understood",
        "quirks=odd | the value of 'quirks' is not understood",
        "colour=red | the value of 'colour' is not understood: no such key; use name, eras"
      })
  void parse_namesWhatItDoesNotUnderstand(String word, String message) {
    assertThatThrownBy(() -> SampleOptions.parse(List.of(word)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(message);
  }
}
