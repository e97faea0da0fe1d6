package io.mcprealtime.server.config;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cache that processes share. Without an address there is none, and the cache is in the
 * process.
 *
 * @param redisUrl {@code redis://} or {@code rediss://}, with user and password; a secret
 * @param upstashUrl of Upstash's REST
 * @param upstashToken for it; a secret
 * @param prefix of its keys, so that monitors can share a Redis
 * @param timeout of a call
 */
public record CacheConfig(
    @Nullable String redisUrl,
    @Nullable URI upstashUrl,
    @Nullable String upstashToken,
    String prefix,
    Duration timeout) {

  /** Whether there is one. */
  public boolean isShared() {
    return redisUrl != null || upstashUrl != null;
  }

  /** Everything that does not fit together. */
  List<String> errors() {
    var errors = new ArrayList<String>();
    if (redisUrl != null && upstashUrl != null) {
      errors.add(
          "two shared caches are set, a Redis (REDIS_URL or cache.url) and an Upstash"
              + " (UPSTASH_REDIS_REST_URL or cache.upstashUrl): unset one");
    }
    if ((upstashUrl == null) != (upstashToken == null)) {
      errors.add(
          "%s is set without %s: set both, or neither"
              .formatted(
                  upstashUrl == null ? "UPSTASH_REDIS_REST_TOKEN" : "UPSTASH_REDIS_REST_URL",
                  upstashUrl == null ? "UPSTASH_REDIS_REST_URL" : "UPSTASH_REDIS_REST_TOKEN"));
    }
    if (timeout.compareTo(Duration.ofMillis(50)) < 0
        || timeout.compareTo(Duration.ofSeconds(30)) > 0) {
      errors.add("cache.timeout must lie between 50ms and 30s, is %s".formatted(timeout));
    }
    return errors;
  }

  /** Says nothing of addresses and the token. */
  @Override
  public String toString() {
    return "CacheConfig[%s, prefix %s]"
        .formatted(redisUrl != null ? "redis" : upstashUrl != null ? "upstash" : "none", prefix);
  }
}
