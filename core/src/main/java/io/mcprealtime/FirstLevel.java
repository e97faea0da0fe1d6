package io.mcprealtime;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.cache.CacheTier;
import io.mcprealtime.cache.CacheValue;
import io.mcprealtime.cache.InProcessCache;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The cache in the process. What it lacks is fetched once, however many ask at the same time; who
 * comes second waits for the first one's answer.
 */
final class FirstLevel {
  private final InProcessCache cache;
  private final TimeSource time;
  private final Map<Key, CompletableFuture<Answer<?>>> flights = new ConcurrentHashMap<>();

  FirstLevel(TimeSource time) {
    this.cache = new InProcessCache(time);
    this.time = time;
  }

  /**
   * @param scope what the fetch may ask: who may ask less must not answer for who may ask more
   */
  private record Key(CacheTier<?> tier, String key, Object scope) {}

  /** A value, and where it came from; none when there is none anywhere. */
  private record Answer<T>(Map<String, Found<T>> found) {}

  /** A value that was found, and where. */
  record Found<T>(T value, MetricsResult.Source source) {}

  InProcessCache cache() {
    return cache;
  }

  /** Keeps a value, unless there is a newer one of a server. */
  <T> void put(CacheTier<T> tier, String key, T value, Duration lifetime) {
    var cached = new CacheValue<>(tier, key, value, time.instant().plus(lifetime));
    if (measuredAt(value) == null) {
      cache.put(List.of(cached));
    } else {
      cache.putUnlessNewer(cached, one -> requireNonNull(measuredAt(one)));
    }
  }

  /** When a value of a server was measured; null for what is worked out. */
  static @Nullable Instant measuredAt(Object value) {
    if (value instanceof ServerMetrics sample) {
      return sample.at();
    }
    return value instanceof HealthCheck check ? check.at() : null;
  }

  /**
   * The values of those keys.
   *
   * @param scope what the fetch may ask
   * @param fetch finds those of the keys that are not here, and may throw
   */
  <T> Map<String, Found<T>> get(
      CacheTier<T> tier,
      Collection<String> keys,
      Object scope,
      Function<List<String>, Map<String, Found<T>>> fetch) {
    var found = new LinkedHashMap<String, Found<T>>();
    cache
        .get(tier, keys)
        .forEach((key, value) -> found.put(key, new Found<>(value, MetricsResult.Source.CACHE)));
    if (found.size() == keys.size()) {
      return found;
    }
    var flight = new CompletableFuture<Answer<?>>();
    var mine = new ArrayList<String>();
    var others = new HashMap<String, CompletableFuture<Answer<?>>>();
    for (var key : keys) {
      if (!found.containsKey(key)) {
        var other = flights.putIfAbsent(new Key(tier, key, scope), flight);
        if (other == null) {
          mine.add(key);
        } else if (other != flight) {
          others.put(key, other);
        }
      }
    }
    if (!mine.isEmpty()) {
      found.putAll(fly(tier, mine, scope, flight, fetch));
    }
    others.forEach(
        (key, other) -> {
          var value = join(other).found().get(key);
          if (value != null) {
            found.put(key, new Found<>(tier.type().cast(value.value()), value.source()));
          }
        });
    return found;
  }

  private <T> Map<String, Found<T>> fly(
      CacheTier<T> tier,
      List<String> keys,
      Object scope,
      CompletableFuture<Answer<?>> flight,
      Function<List<String>, Map<String, Found<T>>> fetch) {
    try {
      var found = fetch.apply(keys);
      flight.complete(new Answer<>(found));
      return found;
    } catch (RuntimeException | Error e) {
      flight.completeExceptionally(e);
      throw e;
    } finally {
      keys.forEach(key -> flights.remove(new Key(tier, key, scope), flight));
    }
  }

  private static Answer<?> join(CompletableFuture<Answer<?>> flight) {
    try {
      return flight.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof RuntimeException known) {
        throw known;
      }
      throw e;
    }
  }
}
