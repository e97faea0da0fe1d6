package io.mcprealtime;

import java.time.Duration;

/**
 * An answer with where it came from.
 *
 * @param data what was asked for
 * @param responseTime how long the answer took
 */
public record MetricsResult<T>(T data, Source source, Duration responseTime) {
  /** Where an answer came from. */
  public enum Source {
    /** This process's own memory. */
    CACHE,
    /** The cache that processes share. */
    REDIS,
    DATABASE,
    NONE
  }
}
