package io.mcprealtime.server.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProvidersTest {
  private static final CacheConfig NONE =
      new CacheConfig(null, null, null, "mcp:", Duration.ofSeconds(1));

  private static CacheConfig redis(String url) {
    return new CacheConfig(url, null, null, "mcp:", Duration.ofSeconds(1));
  }

  private static CacheConfig upstash(String url) {
    return new CacheConfig(null, URI.create(url), "token", "mcp:", Duration.ofSeconds(1));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgres://postgres.ref:pass@aws-0-eu-west-1.pooler.supabase.com:5432/postgres",
        "postgresql://postgres:p%40ss@DB.REF.SUPABASE.CO/postgres?sslmode=require",
        "jdbc:postgresql://db.ref.supabase.co:5432/postgres?user=postgres"
      })
  void database_ofSupabase_isKnown(String url) {
    assertThat(Providers.presets(url, NONE)).containsExactly("supabase-free");
  }

  @ParameterizedTest
  @CsvSource({
    "rediss://default:pass@name.upstash.io:6379, https://name.upstash.io",
    "rediss://default:p@ss@eu1-name.UPSTASH.io, https://EU1-name.Upstash.io/"
  })
  void cache_ofUpstash_isKnown(String redis, String rest) {
    assertThat(Providers.presets(null, redis(redis))).containsExactly("upstash-free");
    assertThat(Providers.presets(null, upstash(rest))).containsExactly("upstash-free");
  }

  @Test
  void both_areKnownTogether() {
    assertThat(
            Providers.presets(
                "postgres://db.ref.supabase.co/postgres", upstash("https://name.upstash.io")))
        .containsExactly("upstash-free", "supabase-free");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "postgres://user:supabase.co@localhost:5432/postgres",
        "postgres://db.supabase.co.example.org/postgres",
        "postgres://notsupabase.co/postgres",
        "postgres://localhost/supabase.co",
        "postgres://localhost/postgres?options=-c@db.ref.supabase.co",
        "no address at all"
      })
  void database_ofOthers_hasNoLimits(String url) {
    assertThat(Providers.presets(url, NONE)).isEmpty();
  }

  @Test
  void cache_ofOthers_hasNoLimits() {
    assertThat(Providers.presets(null, NONE)).isEmpty();
    assertThat(Providers.presets(null, redis("redis://upstash.io:secret@127.0.0.1"))).isEmpty();
    assertThat(Providers.presets(null, redis("redis://myupstash.io"))).isEmpty();
    assertThat(Providers.presets(null, upstash("http://127.0.0.1:8080/upstash.io"))).isEmpty();
  }
}
