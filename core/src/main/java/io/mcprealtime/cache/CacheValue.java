package io.mcprealtime.cache;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * A value to be cached.
 *
 * @param key of the value within its tier; a server's name, or with other parts before it, each
 *     ended by a tab
 * @param expiresAt from when on it is not given out any more
 */
public record CacheValue<T>(CacheTier<T> tier, String key, T value, Instant expiresAt) {
  public CacheValue {
    requireNonNull(tier, "tier");
    requireNonNull(key, "key");
    requireNonNull(value, "value");
    requireNonNull(expiresAt, "expiresAt");
  }
}
