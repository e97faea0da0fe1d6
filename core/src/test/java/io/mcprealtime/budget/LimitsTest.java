package io.mcprealtime.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LimitsTest {
  @Test
  void presets_together_areWhatTheServicesGive() {
    var limits = Limits.ofPresets(List.of("upstash-free", "supabase-free"));

    assertThat(limits.values())
        .isEqualTo(
            Map.of(
                Resource.REDIS_COMMANDS, 500_000L,
                Resource.REDIS_TRAFFIC, 10_000_000_000L,
                Resource.REDIS_MEMORY, 256_000_000L,
                Resource.DATABASE_EGRESS, 5_000_000_000L,
                Resource.DATABASE_SIZE, 500_000_000L));
    assertThat(Limits.ofPresets(List.of("none"))).isEqualTo(Limits.NONE);
  }

  @Test
  void with_overridesASingleValue() {
    var limits =
        Limits.UPSTASH_FREE
            .with(Resource.REDIS_COMMANDS, 1_000_000)
            .without(Resource.REDIS_TRAFFIC);

    assertThat(limits.of(Resource.REDIS_COMMANDS)).hasValue(1_000_000);
    assertThat(limits.of(Resource.REDIS_TRAFFIC)).isEmpty();
    assertThat(limits.of(Resource.REDIS_MEMORY)).hasValue(256_000_000);
  }

  @Test
  void ofPresets_ofAnUnknownName_saysWhichThereAre() {
    assertThatThrownBy(() -> Limits.ofPresets(List.of("upstash")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "there are no limits named upstash; use one of [none, supabase-free, upstash-free]");
  }

  @Test
  void limit_ofNothing_isRefused() {
    assertThatThrownBy(() -> Limits.NONE.with(Resource.REDIS_TRAFFIC, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a limit of redis_traffic must be at least 1, is 0");
  }
}
