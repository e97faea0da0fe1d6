package io.mcprealtime.redis;

import static io.mcprealtime.testkit.TestData.FILESYSTEM;
import static io.mcprealtime.testkit.TestData.sample;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mcprealtime.budget.Resource;
import io.mcprealtime.cache.CacheTier;
import io.mcprealtime.cache.CacheValue;
import io.mcprealtime.redis.CacheException.Reason;
import io.mcprealtime.testkit.TestRedis;
import io.mcprealtime.testkit.UpstashStandIn;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class RedisTlsTest {
  private static final String TOKEN = "a-token-for-tests";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @RegisterExtension private static final TestRedis REDIS = new TestRedis();

  @TempDir private Path folder;

  private static void assertWorks(RedisCache cache) {
    var now = Instant.now();
    cache.put(
        List.of(
            new CacheValue<>(
                CacheTier.METRICS, "filesystem", sample(FILESYSTEM, now), now.plusSeconds(600))));
    assertThat(cache.getAll(CacheTier.METRICS)).containsOnlyKeys("filesystem");
  }

  private static void assertUntrusted(RedisCache cache) {
    var failure = catchThrowableOfType(CacheException.class, () -> cache.getAll(CacheTier.METRICS));
    assertThat(failure).hasMessageContaining("cannot be reached (TLS: ");
    assertThat(failure.reason()).isEqualTo(Reason.AWAY);
  }

  @Test
  void certificate_isCheckedWithItsHost()
      throws IOException, GeneralSecurityException, InterruptedException {
    var meter = new CountingMeter();
    try (var upstash = UpstashStandIn.start(REDIS, TOKEN);
        var redisFront = TlsFront.start(folder, "localhost", REDIS.port());
        var upstashFront = TlsFront.start(folder, "localhost2", upstash.url().getPort());
        var trusted =
            RedisCache.redis("rediss://localhost:" + redisFront.port())
                .sslContext(redisFront.context())
                .meter(meter)
                .timeout(PATIENCE)
                .build();
        var unknown =
            RedisCache.redis("rediss://localhost:" + redisFront.port()).timeout(PATIENCE).build();
        var otherHost =
            RedisCache.redis("rediss://localhost:" + upstashFront.port())
                .sslContext(upstashFront.context())
                .timeout(PATIENCE)
                .build();
        var otherRestHost =
            RedisCache.upstash(URI.create("https://localhost:" + upstashFront.port()), TOKEN)
                .sslContext(upstashFront.context())
                .timeout(PATIENCE)
                .build()) {
      assertWorks(trusted);
      assertThat(meter.counted(Resource.REDIS_TRAFFIC)).isGreaterThan(1_500);
      assertUntrusted(unknown);
      assertUntrusted(otherHost);
      assertUntrusted(otherRestHost);
    }
  }

  @Test
  void upstash_overTls() throws IOException, GeneralSecurityException, InterruptedException {
    try (var upstash = UpstashStandIn.start(REDIS, TOKEN);
        var front = TlsFront.start(folder, "localhost", upstash.url().getPort());
        var cache =
            RedisCache.upstash(URI.create("https://localhost:" + front.port()), TOKEN)
                .sslContext(front.context())
                .timeout(PATIENCE)
                .build()) {
      assertWorks(cache);
    }
  }
}
