package io.mcprealtime.benchmarks;

import io.mcprealtime.benchmarks.TrendSimulation.Share;
import java.util.Arrays;
import java.util.Locale;

/** How long it takes until a change is told. */
final class Delays {
  private static final double NINE_IN_TEN = 0.9;

  /** Of those that were told, ascending. */
  private final int[] found;

  private final int runs;

  private Delays(int[] found, int runs) {
    this.found = found;
    this.runs = runs;
  }

  /** Of each run, -1 where it was not told. */
  static Delays of(int... each) {
    return new Delays(
        Arrays.stream(each).filter(delay -> delay >= 0).sorted().toArray(), each.length);
  }

  Share share() {
    return new Share(found.length, runs);
  }

  /** The value at a share of those that were told. */
  int quantile(double share) {
    return found[Math.max(0, Math.min(found.length - 1, (int) Math.floor(share * found.length)))];
  }

  int median() {
    return quantile(0.5);
  }

  /** Half the distance between the values that lie a standard error of ranks off the middle. */
  double medianError() {
    double ranks = 0.5 / Math.sqrt(found.length);
    return (quantile(0.5 + ranks) - quantile(0.5 - ranks)) / 2.0;
  }

  /** Such as {@code 24 ±1 (36) 86 ±2 %}: median, nine in ten within, and the share found. */
  String text() {
    if (found.length == 0) {
      return "none";
    }
    var times =
        String.format(Locale.ROOT, "%d ±%.1f (%d)", median(), medianError(), quantile(NINE_IN_TEN));
    return found.length == runs ? times : times + " " + percent(share());
  }

  /** Such as {@code 86.0 ±2.5 %}. */
  static String percent(Share share) {
    return String.format(
        Locale.ROOT, "%.1f ±%.1f %%", 100 * share.value(), 100 * share.standardError());
  }
}
