package io.mcprealtime.analysis;

import io.mcprealtime.ServerId;
import io.mcprealtime.Window;
import org.jspecify.annotations.Nullable;

/**
 * Where a server's response time is going over a window, with the evidence.
 *
 * @param points values that the test saw, after thinning
 * @param beforeMillis median response time of the window's first quarter, milliseconds
 * @param afterMillis median response time of the window's last quarter, milliseconds
 * @param slopeMillisPerHour Theil–Sen slope, milliseconds per hour
 * @param pValue two-sided, of the hypothesis that there is no trend
 * @param avgResponseTimeMillis mean over the window, milliseconds
 */
public record Trend(
    ServerId server,
    Window window,
    Direction direction,
    int points,
    @Nullable Double beforeMillis,
    @Nullable Double afterMillis,
    @Nullable Double slopeMillisPerHour,
    @Nullable Double pValue,
    @Nullable Double avgResponseTimeMillis) {

  /** What the evidence says. */
  public enum Direction {
    IMPROVING,
    STABLE,
    DEGRADING,
    NOT_ENOUGH_DATA
  }
}
