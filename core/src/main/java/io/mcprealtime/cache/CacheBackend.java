package io.mcprealtime.cache;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where cached values are kept. A value that is older than its tier's time to live is not given
 * out. What cannot be done is a {@link io.mcprealtime.McpRealtimeException}. Constructors do no
 * I/O.
 */
public interface CacheBackend extends AutoCloseable {
  /** The backend's name for people: {@code in-process}, {@code redis}. */
  String name();

  /** Puts values by key, replacing those that are there. */
  <T> void putAll(CacheTier<T> tier, Map<String, T> values);

  /** The values of those keys; a key without one is absent. */
  <T> Map<String, T> getAll(CacheTier<T> tier, Collection<String> keys);

  /** Every value of a tier, by key. */
  <T> Map<String, T> getAll(CacheTier<T> tier);

  /** Removes every value of a tier. */
  void clear(CacheTier<?> tier);

  /** What the backend holds now, measured. */
  Usage usage();

  @Override
  void close();

  /**
   * What a backend holds.
   *
   * @param keys values held
   * @param bytes memory in use; absent where the backend cannot measure it
   */
  record Usage(long keys, @Nullable Long bytes) {}
}
