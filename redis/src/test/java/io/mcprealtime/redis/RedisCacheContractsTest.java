package io.mcprealtime.redis;

import io.mcprealtime.cache.CacheBackend;
import io.mcprealtime.testkit.CacheBackendContract;
import io.mcprealtime.testkit.TestRedis;
import io.mcprealtime.testkit.UpstashStandIn;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class RedisCacheContractsTest {
  private static final String TOKEN = "a-token-for-tests";

  // Machines that build are busy: this is no test of time-outs.
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  @RegisterExtension private static final TestRedis REDIS = new TestRedis();

  private abstract static class Contract extends CacheBackendContract {
    private RedisCache cache;

    abstract RedisCacheBuilder options();

    @BeforeEach
    void open() {
      REDIS.flush();
      cache = options().time(time).timeout(PATIENCE).build();
    }

    @AfterEach
    void close() {
      cache.close();
    }

    @Override
    protected CacheBackend cache() {
      return cache;
    }
  }

  @Nested
  class Resp extends Contract {
    @Override
    RedisCacheBuilder options() {
      return RedisCache.redis(REDIS.url());
    }
  }

  @Nested
  class RespInSmallRequests extends Contract {
    @Override
    RedisCacheBuilder options() {
      return RedisCache.redis(REDIS.url() + "/3").maxRequestBytes(300);
    }
  }

  @Nested
  class Rest extends Contract {
    private static UpstashStandIn upstash;

    @BeforeAll
    static void start() {
      upstash = UpstashStandIn.start(REDIS, TOKEN);
    }

    @AfterAll
    static void stop() {
      upstash.close();
    }

    @Override
    RedisCacheBuilder options() {
      return RedisCache.upstash(upstash.url(), TOKEN);
    }
  }

  @Nested
  class RestThatEncodesOk extends Contract {
    private static UpstashStandIn upstash;

    @BeforeAll
    static void start() {
      upstash = UpstashStandIn.start(REDIS, TOKEN);
      upstash.encodeOk();
    }

    @AfterAll
    static void stop() {
      upstash.close();
    }

    @Override
    RedisCacheBuilder options() {
      return RedisCache.upstash(upstash.url(), TOKEN).maxRequestBytes(1_000);
    }
  }

  @Nested
  class RestOfOthers extends Contract {
    @TempDir private static java.nio.file.Path logs;
    private static @Nullable NodeUpstash upstash;

    @BeforeAll
    static void start() {
      upstash = NodeUpstash.start(REDIS, TOKEN, logs);
    }

    @AfterAll
    static void stop() {
      // Absent where Node or its packages are.
      if (upstash != null) {
        upstash.close();
      }
    }

    @Override
    RedisCacheBuilder options() {
      return RedisCache.upstash(URI.create("http://127.0.0.1:" + upstash.port()), TOKEN);
    }
  }
}
