package io.mcprealtime;

import io.mcprealtime.cache.CacheBackend;
import io.mcprealtime.cache.CacheTier;
import io.mcprealtime.cache.CacheValue;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A cache that can go away, and counts calls. */
final class SwitchableCache implements CacheBackend {
  private final CacheBackend delegate;
  volatile boolean away;
  volatile @Nullable Error error;
  volatile boolean full;
  final AtomicInteger calls = new AtomicInteger();

  SwitchableCache(CacheBackend delegate) {
    this.delegate = delegate;
  }

  private CacheBackend delegate() {
    calls.incrementAndGet();
    var toThrow = error;
    if (toThrow != null) {
      throw toThrow;
    }
    if (away) {
      throw new McpRealtimeException("the cache is away");
    }
    return delegate;
  }

  @Override
  public String name() {
    return delegate.name();
  }

  @Override
  public void put(Collection<? extends CacheValue<?>> values) {
    if (full) {
      calls.incrementAndGet();
      throw new McpRealtimeException("the cache is full");
    }
    delegate().put(values);
  }

  @Override
  public <T> Map<String, T> get(CacheTier<T> tier, Collection<String> keys) {
    return delegate().get(tier, keys);
  }

  @Override
  public <T> Map<String, T> getAll(CacheTier<T> tier) {
    return delegate().getAll(tier);
  }

  @Override
  public void clear(CacheTier<?> tier) {
    delegate().clear(tier);
  }

  @Override
  public Usage usage() {
    return delegate().usage();
  }

  @Override
  public long unreadable() {
    return 0;
  }

  @Override
  public void close() {
    delegate.close();
  }
}
