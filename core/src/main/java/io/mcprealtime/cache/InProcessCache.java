package io.mcprealtime.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import io.mcprealtime.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/** Keeps values in the heap by Caffeine, a bounded number for each tier. */
public final class InProcessCache implements CacheBackend {
  private static final long MAX_VALUES_PER_TIER = 100_000;

  private final TimeSource time;
  private final Map<String, Cache<String, CacheValue<?>>> tiers = new ConcurrentHashMap<>();

  public InProcessCache(TimeSource time) {
    this.time = time;
  }

  @Override
  public String name() {
    return "in-process";
  }

  @Override
  public void put(Collection<? extends CacheValue<?>> values) {
    for (var value : values) {
      of(value.tier()).put(value.key(), value);
    }
  }

  /** Puts a value unless the one that is there is newer. */
  public <T> void putUnlessNewer(CacheValue<T> value, Function<T, Instant> at) {
    var tier = value.tier();
    of(tier)
        .asMap()
        .compute(
            value.key(),
            (key, old) ->
                old != null
                        && at.apply(tier.type().cast(old.value())).isAfter(at.apply(value.value()))
                    ? old
                    : value);
  }

  @Override
  public <T> Map<String, T> get(CacheTier<T> tier, Collection<String> keys) {
    var cache = of(tier);
    var found = new HashMap<String, T>();
    for (var key : keys) {
      var value = cache.getIfPresent(key);
      if (value != null) {
        found.put(key, tier.type().cast(value.value()));
      }
    }
    return found;
  }

  @Override
  public <T> Map<String, T> getAll(CacheTier<T> tier) {
    var found = new TreeMap<String, T>();
    of(tier).asMap().forEach((key, value) -> found.put(key, tier.type().cast(value.value())));
    return found;
  }

  @Override
  public void clear(CacheTier<?> tier) {
    of(tier).invalidateAll();
  }

  @Override
  public Usage usage() {
    long keys = 0;
    for (var cache : tiers.values()) {
      cache.cleanUp();
      keys += cache.estimatedSize();
    }
    return new Usage(keys, null, null);
  }

  /** Always zero: nothing is encoded. */
  @Override
  public long unreadable() {
    return 0;
  }

  @Override
  public void close() {
    tiers.clear();
  }

  private Cache<String, CacheValue<?>> of(CacheTier<?> tier) {
    return tiers.computeIfAbsent(
        tier.name(),
        name ->
            Caffeine.newBuilder()
                .maximumSize(MAX_VALUES_PER_TIER)
                .expireAfter(Expiry.<String, CacheValue<?>>writing((key, value) -> left(value)))
                .ticker(time::nanoTime)
                .executor(Runnable::run)
                .build());
  }

  private Duration left(CacheValue<?> value) {
    var left = Duration.between(time.instant(), value.expiresAt());
    return left.isNegative() ? Duration.ZERO : left;
  }
}
