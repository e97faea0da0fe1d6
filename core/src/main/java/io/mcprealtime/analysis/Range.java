package io.mcprealtime.analysis;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a figure may come to be: the middle and the bounds that it is to lie within, at the
 * probability that its maker states. An absent bound is one that is not reached at all, or later
 * than anybody asks.
 *
 * @param low lower bound
 * @param median as likely above as below
 * @param high upper bound
 */
public record Range<T extends Comparable<? super T>>(T low, @Nullable T median, @Nullable T high) {
  /**
   * @throws IllegalArgumentException when the parts are out of order
   */
  public Range {
    boolean ordered = median == null ? high == null : low.compareTo(median) <= 0;
    if (!ordered || (median != null && high != null && median.compareTo(high) > 0)) {
      throw new IllegalArgumentException(
          "a range goes from low over median to high, got %s, %s, %s".formatted(low, median, high));
    }
  }

  /** The range of something that follows from this, in the same order. */
  public <R extends Comparable<? super R>> Range<R> map(Function<? super T, ? extends R> how) {
    return new Range<>(
        how.apply(low),
        median == null ? null : how.apply(median),
        high == null ? null : how.apply(high));
  }
}
