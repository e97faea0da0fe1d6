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
   * @param again whether it was changed once more, and the wait began anew; that happens once
   */
  public record Change(Instant at, String from, String to, Figure before, boolean again) {
    Change(Instant at, String from, String to, Figure before) {
      this(at, from, to, before, false);
    }

    /** Somebody changed it to something else still. */
    Change to(String setting, Instant now) {
      return new Change(again ? at : now, from, setting, before, true);
    }
  }

  OpenAdvice seen(Recommendation newest, Instant now) {
    return new OpenAdvice(newest, since, now, change);
  }

  /** Its numbers hold still, but what was acted on is kept as it was. */
  OpenAdvice seen(Instant now) {
    return new OpenAdvice(recommendation, since, now, change);
  }

  OpenAdvice changed(@Nullable Change value) {
    return new OpenAdvice(recommendation, since, seen, value);
  }
}
