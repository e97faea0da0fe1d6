package io.mcprealtime.analysis;

import java.time.Instant;
import java.util.Locale;

/**
 * A lasting change of a server's response time.
 *
 * @param since the last sample of the old level
 * @param seenAt the sample by which it was clear
 * @param beforeMillis typical response time before, milliseconds (mean of logarithms)
 * @param afterMillis typical response time since, milliseconds (mean of logarithms)
 * @param beforeSamples samples behind the figure before
 * @param afterSamples samples behind the figure since
 */
public record Shift(
    Instant since,
    Instant seenAt,
    double beforeMillis,
    double afterMillis,
    long beforeSamples,
    long afterSamples) {

  public boolean isSlower() {
    return afterMillis > beforeMillis;
  }

  /** The shift for people. */
  public String sentence() {
    return String.format(
        Locale.ROOT,
        "Response time %s from %.1f ms (%d samples) to %.1f ms (%d samples) at %s.",
        isSlower() ? "rose" : "fell",
        beforeMillis,
        beforeSamples,
        afterMillis,
        afterSamples,
        since);
  }
}
