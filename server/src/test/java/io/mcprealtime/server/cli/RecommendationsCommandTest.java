package io.mcprealtime.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.wire.WireJson;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RecommendationsCommandTest {
  private static String nothing(@Nullable String lookingSince, String at) {
    return RecommendationsCommand.nothing(
        WireJson.object().put("at", at).put("lookingSince", lookingSince));
  }

  @Test
  void nothing_beforeTheMonitorLooked_saysSo() {
    assertThat(nothing(null, "2026-11-20T12:00:00Z"))
        .isEqualTo(
            "Not looked yet: the monitor has not looked at everything since its start."
                + " Ask again in some minutes.");
  }

  @Test
  void nothing_soonAfterTheStart_isNotTheLastWord() {
    assertThat(nothing("2026-11-20T12:00:00Z", "2026-11-20T12:14:59Z"))
        .isEqualTo(
            "Nothing is recommended yet: looked only since 2026-11-20T12:00:00Z."
                + " Ask again after 2026-11-20T12:15:00Z.");
  }

  @Test
  void nothing_afterThat_isWell() {
    assertThat(nothing("2026-11-20T12:00:00Z", "2026-11-20T12:15:00Z"))
        .isEqualTo("Nothing is recommended: every figure is where it should be.");
  }
}
