package io.mcprealtime.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CacheConfigTest {
  private static final String REDIS = "redis://user:hidden-password@host:6379";
  private static final URI UPSTASH = URI.create("https://name.upstash.io");
  private static final String TOKEN = "hidden-token";

  private static CacheConfig config(
      @Nullable String redis, @Nullable URI upstash, @Nullable String token) {
    return new CacheConfig(redis, upstash, token, "mcp:", Duration.ofSeconds(1));
  }

  @Test
  void errors_ofWhatFits_areNone() {
    assertThat(config(null, null, null).errors()).isEmpty();
    assertThat(config(REDIS, null, null).errors()).isEmpty();
    assertThat(config(null, UPSTASH, TOKEN).errors()).isEmpty();
    assertThat(config(null, null, null).isShared()).isFalse();
    assertThat(config(REDIS, null, null).isShared()).isTrue();
    assertThat(config(null, UPSTASH, TOKEN).isShared()).isTrue();
  }

  @Test
  void errors_ofTwoCaches_nameBothWaysToSetEach() {
    assertThat(config(REDIS, UPSTASH, TOKEN).errors())
        .containsExactly(
            "two shared caches are set, a Redis (REDIS_URL or cache.url) and an Upstash"
                + " (UPSTASH_REDIS_REST_URL or cache.upstashUrl): unset one");
  }

  @Test
  void errors_ofHalfAnUpstash_nameTheOtherHalf() {
    assertThat(config(null, UPSTASH, null).errors())
        .containsExactly(
            "UPSTASH_REDIS_REST_URL is set without UPSTASH_REDIS_REST_TOKEN: set both, or neither");
    assertThat(config(null, null, TOKEN).errors())
        .containsExactly(
            "UPSTASH_REDIS_REST_TOKEN is set without UPSTASH_REDIS_REST_URL: set both, or neither");
    assertThat(config(REDIS, UPSTASH, null).errors()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({"49, 1", "50, 0", "30000, 0", "30001, 1"})
  void errors_ofATimeOut_areThoseOutOfItsBounds(long millis, int errors) {
    var config = new CacheConfig(REDIS, null, null, "mcp:", Duration.ofMillis(millis));
    assertThat(config.errors()).hasSize(errors);
    assertThat(config.errors())
        .allSatisfy(
            error ->
                assertThat(error).startsWith("cache.timeout must lie between 50ms and 30s, is PT"));
  }

  @Test
  void secrets_areNeverShown() {
    assertThat(config(REDIS, null, null)).hasToString("CacheConfig[redis, prefix mcp:]");
    assertThat(config(null, UPSTASH, TOKEN)).hasToString("CacheConfig[upstash, prefix mcp:]");
    assertThat(config(null, null, null)).hasToString("CacheConfig[none, prefix mcp:]");
    assertThat(config(REDIS, UPSTASH, null).errors().toString()).doesNotContain("hidden");
  }
}
