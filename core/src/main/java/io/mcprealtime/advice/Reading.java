package io.mcprealtime.advice;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How what a recommendation is about stands now.
 *
 * @param setting the value of what was to be changed; absent where nobody can see it. One that
 *     moved to the worse is told as it was: nobody acted
 * @param figure the quantity that was to change; absent while it is not measured
 * @param longestWait how long after a change the figure may lack before that is given up
 * @param settled whether the setting of now leaves nothing to recommend, whatever the figure is
 * @param silenceCounts whether the rule would speak if there was cause, so that its silence says
 *     that there is none
 * @param setBySomebody whether another setting says that somebody acted on this; one that changes
 *     anyhow is an act only where it helped
 */
public record Reading(
    @Nullable String setting,
    @Nullable Figure figure,
    Duration longestWait,
    boolean settled,
    boolean silenceCounts,
    boolean setBySomebody) {
  public Reading {
    // As the recommendation's own, which it is compared with.
    setting = setting == null ? null : Recommendation.clean(setting);
  }

  public Reading(@Nullable String setting, @Nullable Figure figure) {
    this(setting, figure, Comparison.LONGEST_WAIT, false, true, true);
  }

  /** The same, of a figure that takes so long to be measured after a change. */
  public Reading within(Duration wait) {
    return new Reading(setting, figure, wait, settled, silenceCounts, setBySomebody);
  }

  /** The same, where the setting of now may leave nothing to recommend. */
  public Reading settled(boolean value) {
    return new Reading(setting, figure, longestWait, value, silenceCounts, setBySomebody);
  }

  /** The same, of a rule whose silence says nothing. */
  public Reading withoutSilence() {
    return new Reading(setting, figure, longestWait, settled, false, setBySomebody);
  }

  /** The same, of a setting that changes anyhow, as releases do. */
  public Reading incidental() {
    return new Reading(setting, figure, longestWait, settled, silenceCounts, false);
  }
}
