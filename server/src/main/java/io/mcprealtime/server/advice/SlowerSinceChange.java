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
    var until = change.plus(SPAN).isBefore(facts.now()) ? change.plus(SPAN) : facts.now();
    var after = history.responseTimes(facts.id(), change, until);
    if (after.medians().size() < MIN_BLOCKS) {
      return Optional.empty();
    }
    var before = history.responseTimes(facts.id(), change.minus(SPAN), change);
    if (before.medians().size() < MIN_BLOCKS) {
      return Optional.empty();
    }
    double old = before.median().orElse(0);
    double now = after.median().orElse(0);
    double p =
        MannWhitney.higher(History.array(before.medians()), History.array(after.medians()))
            .pValue();
    if (p >= SIGNIFICANCE || now < FACTOR * old || now - old < MIN_MILLIS) {
      return Optional.empty();
    }
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
            .figure(median(now, after.samples()))
            .setting(facts.release())
            .evidence("changedAt", change)
            .evidence("medianBeforeMillis", format("%.1f", old))
            .evidence("pValue", p)
            .build());
  }

  private static Figure median(double millis, long samples) {
    return Figure.lower("the median response time", millis, MILLISECONDS).of(samples);
  }

  @Override
  public Optional<Reading> read(ServerFacts facts, Recommendation recommendation, Instant since) {
    var from = since.isBefore(facts.now().minus(SPAN)) ? facts.now().minus(SPAN) : since;
    var times = facts.history().responseTimes(facts.id(), from, facts.now());
    var figure =
        times.medians().size() < MIN_BLOCKS || times.median().isEmpty()
            ? null
            : median(times.median().getAsDouble(), times.samples());
    return Optional.of(new Reading(facts.release(), figure));
  }
}
