package io.mcprealtime.cache;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where cached values are kept. A value past its expiry is not given out; one that cannot be read
 * is a miss, and counted. What cannot be done is a {@link io.mcprealtime.McpRealtimeException}.
 * Constructors do no I/O. Thread-safe.
 */
public interface CacheBackend extends AutoCloseable {
  /** The backend's name for people: {@code in-process}, {@code redis}, {@code upstash}. */
  String name();

  /**
   * Puts values of any tiers, replacing those that are there. A remote backend sends them as one
   * command, or as few as its limit on a request's size allows.
   */
  void put(Collection<? extends CacheValue<?>> values);

  /** The values of those keys; a key without one is absent. */
  <T> Map<String, T> get(CacheTier<T> tier, Collection<String> keys);

  /** Every value of a tier, by key. */
  <T> Map<String, T> getAll(CacheTier<T> tier);

  /** Removes every value of a tier. */
  void clear(CacheTier<?> tier);

  /** What the backend holds now, measured. */
  Usage usage();

  /** Values found that could not be read, since the start. */
  long unreadable();

  @Override
  void close();

  /**
   * What a backend holds.
   *
   * @param keys values held
   * @param bytes memory in use; absent where the backend cannot measure it
   * @param limitBytes what it may use; absent where there is no limit, or none is told
   */
  record Usage(long keys, @Nullable Long bytes, @Nullable Long limitBytes) {}
}
