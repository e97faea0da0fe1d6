package io.mcprealtime.budget;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * One of the steps that a governor goes by.
 *
 * @param interval between two writes
 * @param stretch of the first level's times to live
 */
record Step(Duration interval, double stretch) {
  private static final List<Integer> SECONDS = List.of(15, 20, 30, 60, 120, 300, 900);

  /** A shorter base than that of samples lengthens nothing. */
  private static final Duration SHORTEST = Duration.ofSeconds(15);

  private static final List<Double> STRETCHES = List.of(1.0, 1.5, 2.0, 4.0, 8.0, 20.0);

  /** From the base on to the widest, the narrowest first. */
  static List<Step> from(Duration base) {
    var steps = new ArrayList<Step>();
    double unstretched = Math.max(base.toMillis(), SHORTEST.toMillis());
    steps.add(new Step(base, 1));
    for (int seconds : SECONDS) {
      var interval = Duration.ofSeconds(seconds);
      if (interval.compareTo(base) > 0) {
        // What is written that rarely need not be read more often.
        steps.add(new Step(interval, (double) interval.toMillis() / unstretched));
      }
    }
    return steps;
  }

  /** Of the first level alone, where nothing is written. */
  static List<Step> ofStretch() {
    return STRETCHES.stream().map(stretch -> new Step(Duration.ofDays(1), stretch)).toList();
  }
}
