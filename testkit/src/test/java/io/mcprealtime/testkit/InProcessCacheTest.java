package io.mcprealtime.testkit;

import io.mcprealtime.cache.CacheBackend;
import io.mcprealtime.cache.InProcessCache;

class InProcessCacheTest extends CacheBackendContract {
  private final CacheBackend cache = new InProcessCache(time);

  @Override
  protected CacheBackend cache() {
    return cache;
  }
}
