package io.mcprealtime.server.cli;

import io.mcprealtime.budget.Meter;
import io.mcprealtime.cache.CacheBackend;
import io.mcprealtime.redis.RedisCache;
import io.mcprealtime.server.config.CacheConfig;
import io.mcprealtime.server.config.ConfigException;
import java.util.List;
import java.util.Optional;

/** Makes the cache that processes share. */
final class SharedCaches {
  private SharedCaches() {}

  /**
   * The shared cache of the configuration; nothing connects yet.
   *
   * @throws ConfigException when its address cannot be used
   */
  static Optional<CacheBackend> of(CacheConfig config, Meter meter) {
    var redis = config.redisUrl();
    var url = config.upstashUrl();
    var token = config.upstashToken();
    try {
      if (redis != null) {
        return Optional.of(
            RedisCache.redis(redis)
                .prefix(config.prefix())
                .timeout(config.timeout())
                .meter(meter)
                .build());
      }
      if (url != null && token != null) {
        return Optional.of(
            RedisCache.upstash(url, token)
                .prefix(config.prefix())
                .timeout(config.timeout())
                .meter(meter)
                .build());
      }
      return Optional.empty();
    } catch (IllegalArgumentException e) {
      throw new ConfigException(List.of(String.valueOf(e.getMessage())));
    }
  }
}
