package io.mcprealtime.advice;

import io.mcprealtime.advice.AdviceOutcome.Verdict;
import io.mcprealtime.advice.Figure.Better;
import io.mcprealtime.advice.Figure.Unit;
import io.mcprealtime.advice.OpenAdvice.Change;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether a figure got better by a change. Better is a tenth better, or so much that the rule finds
 * nothing to recommend any more; for shares it must not be chance either (two proportions, one
 * sided, 5 %). What was nothing before cannot get better, and says at most that it did not help.
 * What should only not rise helped where it did not; where it rose that must not be chance either.
 */
final class Comparison {
  static final Duration WAIT = Duration.ofMinutes(30);
  static final Duration LONGEST_WAIT = Duration.ofDays(1);
  static final long ENOUGH_SAMPLES = 200;
  static final long MIN_SAMPLES = 20;

  private static final double IMPROVEMENT = 0.1;

  /** One-sided 5 % of the standard normal. */
  private static final double Z_LIMIT = 1.6449;

  private Comparison() {}

  /**
   * Judges a change; empty while there is too little to judge by.
   *
   * @param reading how it stands since the change
   * @param advised whether the rule still recommends the same
   */
  static Optional<Verdict> judge(Change change, Reading reading, boolean advised, Instant now) {
    if (reading.settled() && !advised) {
      return Optional.of(Verdict.NO_LONGER_NEEDED);
    }
    boolean over = !now.isBefore(change.at().plus(reading.longestWait()));
    var after = reading.figure();
    if (after == null || (after.samples() != null && after.samples() < MIN_SAMPLES)) {
      return unclear(over);
    }
    boolean waited = !now.isBefore(change.at().plus(WAIT));
    boolean enough = after.samples() != null && after.samples() >= ENOUGH_SAMPLES;
    if (!waited && !enough) {
      return Optional.empty();
    }
    var before = change.before();
    boolean rose = after.value() > before.value();
    if (before.better() == Better.NOT_HIGHER) {
      if (!rose) {
        return Optional.of(Verdict.HELPED);
      }
      return mayBeChance(before, after) ? unclear(over) : Optional.of(Verdict.DID_NOT_HELP);
    }
    if (before.better() == Better.LOWER && before.value() == 0) {
      return Optional.of(
          rose && !mayBeChance(before, after) ? Verdict.DID_NOT_HELP : Verdict.UNCLEAR);
    }
    double gain =
        before.better() == Better.LOWER
            ? before.value() - after.value()
            : after.value() - before.value();
    boolean ended = !advised && reading.silenceCounts();
    boolean better = gain > 0 && (gain >= IMPROVEMENT * Math.abs(before.value()) || ended);
    if (!better) {
      return Optional.of(Verdict.DID_NOT_HELP);
    }
    return mayBeChance(before, after) ? unclear(over) : Optional.of(Verdict.HELPED);
  }

  /** More may be measured until the wait is over. */
  private static Optional<Verdict> unclear(boolean over) {
    return over ? Optional.of(Verdict.UNCLEAR) : Optional.empty();
  }

  private static boolean mayBeChance(Figure before, Figure after) {
    if (before.unit() != Unit.SHARE || before.samples() == null || after.samples() == null) {
      return false;
    }
    double n = before.samples();
    double m = after.samples();
    double pooled = (before.value() * n + after.value() * m) / (n + m);
    double error = Math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m));
    return Math.abs(before.value() - after.value()) < Z_LIMIT * error;
  }
}
