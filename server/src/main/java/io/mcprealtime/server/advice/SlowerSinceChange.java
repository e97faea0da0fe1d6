package io.mcprealtime.server.advice;

import static io.mcprealtime.advice.Figure.Unit.MILLISECONDS;
import static io.mcprealtime.server.advice.ServerRule.format;
import static io.mcprealtime.server.advice.ServerRule.time;

import io.mcprealtime.advice.Figure;
import io.mcprealtime.advice.Reading;
import io.mcprealtime.advice.Recommendation;
import io.mcprealtime.analysis.MannWhitney;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A server answers more slowly since it offers something else: medians of five minutes before and
 * after its catalog changed, by Mann and Whitney.
 */
final class SlowerSinceChange implements ServerRule {
  static final String NAME = "slower-since-change";

  /** Five minutes each, before and after. */
  static final int MIN_BLOCKS = 6;

  private static final String CHANGED = "changedAt";
  private static final Duration SPAN = Duration.ofHours(3);
  private static final double SIGNIFICANCE = 0.001;
  private static final double FACTOR = 1.2;
  private static final double MIN_MILLIS = 2;

  private final Marks marks;

  SlowerSinceChange(Marks marks) {
    this.marks = marks;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public Optional<Recommendation> look(ServerFacts facts) {
    return marks.drift(facts.id()).flatMap(event -> since(facts, event.at()));
  }

  private static Optional<Recommendation> since(ServerFacts facts, Instant change) {
    var history = facts.history();
    var before = history.responseTimes(facts.id(), change.minus(SPAN), change);
    boolean lately = change.plus(SPAN).isAfter(facts.now());
    var until = lately ? facts.now() : change.plus(SPAN);
    var after = history.responseTimes(facts.id(), change, until);
    double p = slower(before, after);
    if (p >= SIGNIFICANCE) {
      return Optional.empty();
    }
    // What was slow for hours and is not any more needs nobody.
    var last =
        lately ? after : history.responseTimes(facts.id(), facts.now().minus(SPAN), facts.now());
    if (!lately && slower(before, last) >= SIGNIFICANCE) {
      return Optional.empty();
    }
    double old = before.median().orElse(0);
    double now = last.median().orElse(0);
    return Optional.of(
        Recommendation.of(NAME)
            .server(facts.id())
            .what(
                "Look at what changed in %s at %s, or go back to the release before"
                    .formatted(facts.id(), change))
            .together("Look at what changed in")
            .why(
                format(
                    "since it offers something else its answers take %s at the median, %s before"
                        + " (medians of 5 minutes: %d before, %d after, p = %.2g)",
                    time(now), time(old), before.medians().size(), after.medians().size(), p))
            .effect("it answers as fast as before")
            .figure(median(now, last.samples()))
            .setting(facts.release())
            .evidence(CHANGED, change)
            .evidence("medianBeforeMillis", format("%.1f", old))
            .evidence("pValue", p)
            .build());
  }

  /** How likely chance alone makes it so much slower; 1 where that is too little to matter. */
  private static double slower(History.ResponseTimes before, History.ResponseTimes after) {
    if (before.medians().size() < MIN_BLOCKS || after.medians().size() < MIN_BLOCKS) {
      return 1;
    }
    double old = before.median().orElse(0);
    double now = after.median().orElse(0);
    return now < FACTOR * old || now - old < MIN_MILLIS
        ? 1
        : MannWhitney.higherSince(History.array(before.medians()), History.array(after.medians()))
            .pValue();
  }

  private static Figure median(double millis, long samples) {
    return Figure.lower("the median response time", millis, MILLISECONDS).of(samples);
  }

  @Override
  public Optional<Reading> read(ServerFacts facts, Recommendation recommendation, Instant since) {
    var setting = facts.release();
    boolean over = Marks.isOver(recommendation, CHANGED, facts.now());
    var present = new Reading(setting, null).setting();
    if (over && present != null && present.equals(recommendation.setting())) {
      return Optional.empty();
    }
    var from = since.isBefore(facts.now().minus(SPAN)) ? facts.now().minus(SPAN) : since;
    var times = facts.history().responseTimes(facts.id(), from, facts.now());
    var figure =
        times.medians().size() < MIN_BLOCKS || times.median().isEmpty()
            ? null
            : median(times.median().getAsDouble(), times.samples());
    var reading = new Reading(setting, figure).incidental();
    return Optional.of(
        !over && isOfNewest(facts, recommendation) ? reading : reading.withoutSilence());
  }

  /** Whether the catalog did not change once more, since which it may be no slower. */
  private boolean isOfNewest(ServerFacts facts, Recommendation recommendation) {
    return marks
        .drift(facts.id())
        .filter(event -> event.at().toString().equals(recommendation.evidence().get(CHANGED)))
        .isPresent();
  }
}
