package io.mcprealtime.advice;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A recommendation that stands, or whose effect is being measured.
 *
 * @param since when it was made first
 * @param seen when its numbers held last
 * @param change what was done about it; absent while nothing was
 */
public record OpenAdvice(
    Recommendation recommendation, Instant since, Instant seen, @Nullable Change change) {

  /**
   * The setting was changed, so somebody acted.
   *
   * @param at when that was noticed
   * @param from the setting before
   * @param to the setting now
   * @param before the figure as it was measured last before that
   */
  public record Change(Instant at, String from, String to, Figure before) {}

  OpenAdvice seen(Recommendation newest, Instant now) {
    return new OpenAdvice(newest, since, now, change);
  }

  OpenAdvice changed(@Nullable Change value) {
    return new OpenAdvice(recommendation, since, seen, value);
  }
}
