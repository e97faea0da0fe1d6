package io.mcprealtime.server.advice;

import static io.mcprealtime.advice.Figure.Unit.SHARE;
import static io.mcprealtime.server.advice.ServerRule.format;
import static io.mcprealtime.server.advice.ServerRule.time;

import io.mcprealtime.advice.Figure;
import io.mcprealtime.advice.Reading;
import io.mcprealtime.advice.Recommendation;
import java.time.Instant;
import java.util.Optional;

/** Whether a server is waited for as long as it needs, and no longer. */
final class TimeoutRules {
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double SECOND = 1_000;

  private TimeoutRules() {}

  private static double timeout(ServerFacts facts) {
    return facts.requestTimeout().toNanos() / NANOS_PER_MILLI;
  }

  private static String setting(ServerFacts facts) {
    return "request time-out " + time(timeout(facts));
  }

  private static String where(ServerFacts facts) {
    return facts.definition().timeout().isPresent()
        ? "timeout in its config"
        : "collection.requestTimeout, or a timeout of its own";
  }

  private static double wholeSeconds(double millis) {
    return Math.ceil(millis / SECOND) * SECOND;
  }

  /** Answers come late or not at all, as far as anybody waits. */
  static final class TooTight implements ServerRule {
    static final String NAME = "timeout-too-tight";
    static final int MIN_PROBES = 50;
    static final int MIN_HUNG = 3;

    /** So many answers tell the slowest of a hundred. */
    static final int MIN_FOR_P99 = 200;

    private static final double HUNG_SHARE = 0.02;

    /** Where most hang, the server does, and no time-out helps. */
    private static final double MOST_HUNG_SHARE = 0.5;

    private static final double CLOSE = 0.7;

    /** Who never took half of the time-out would not have come in twice of it either. */
    private static final double HALF = 0.5;

    private static final String SHARE_NAME = "the share of probes that time out";

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public Optional<Recommendation> look(ServerFacts facts) {
      var probes = facts.probes().all();
      double timeout = timeout(facts);
      double p99 = probes.slowest().quantile(0.99).orElse(0);
      boolean hangs =
          probes.probes() >= MIN_PROBES
              && probes.hung().count() >= MIN_HUNG
              && probes.hungShare() >= HUNG_SHARE
              && probes.hungShare() <= MOST_HUNG_SHARE;
      boolean close = probes.slowest().count() >= MIN_FOR_P99 && p99 > CLOSE * timeout;
      if (!(hangs && slow(facts, probes)) && !close) {
        return Optional.empty();
      }
      double better = wholeSeconds(Math.max(2 * p99, 1.5 * timeout));
      return Optional.of(
          Recommendation.of(NAME)
              .server(facts.id())
              .what(
                  "Raise the request time-out of %s to %.0f s (%s)"
                      .formatted(facts.id(), better / SECOND, where(facts)))
              .together("Raise the request time-out of")
              .why(
                  format(
                      "%d of %d probes timed out after %s; of the answers that came, the slowest of"
                          + " 100 took %s (n = %d)",
                      probes.hung().count(),
                      probes.probes(),
                      time(timeout),
                      time(p99),
                      probes.slowest().count()))
              .effect("answers that come late are not taken for an outage")
              .figure(hungShare(probes))
              .setting(setting(facts))
              .evidence("probes", probes.probes())
              .evidence("timedOut", probes.hung().count())
              .evidence("p99Millis", format("%.1f", p99))
              .build());
    }

    /** A server that answers at once or not at all is not slow. */
    private static boolean slow(ServerFacts facts, ProbeSeries.Figures probes) {
      double half = HALF * timeout(facts);
      // Starts of processes have a time-out of their own.
      boolean process = facts.definition().transport().equals("stdio");
      return probes.slowest().longest() > half || (!process && probes.first().longest() > half);
    }

    private static Figure hungShare(ProbeSeries.Figures probes) {
      return Figure.lower(SHARE_NAME, probes.hungShare(), SHARE).of(probes.probes());
    }

    @Override
    public Optional<Reading> read(ServerFacts facts, Recommendation recommendation, Instant since) {
      var probes = facts.probes().since(since);
      // One of another version may go by another figure.
      boolean measured =
          probes.probes() >= MIN_PROBES && recommendation.figure().name().equals(SHARE_NAME);
      var reading = new Reading(setting(facts), measured ? hungShare(probes) : null);
      // With more time, what came late is no longer near its end, and the rule is silent.
      return Optional.of(reading.withoutSilence());
    }
  }

  /** Who does not answer is waited for much longer than any answer takes. */
  static final class TooLoose implements ServerRule {
    static final String NAME = "timeout-too-loose";
    static final int MIN_PROBES = 500;

    private static final double FACTOR = 20;
    private static final double ROOM = 5;
    private static final double ROOM_FOR_LONGEST = 2;

    /** Probes since a change before they tell whether more time out. */
    private static final int MIN_SINCE = 200;

    private static final String LATE = "the share of probes that time out";

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public Optional<Recommendation> look(ServerFacts facts) {
      var probes = facts.probes().all();
      double timeout = timeout(facts);
      double p99 = probes.slowest().quantile(0.99).orElse(timeout);
      boolean hung = probes.hung().longest() > 0.9 * timeout;
      double longest = probes.longest().longest();
      double better =
          Math.max(SECOND, wholeSeconds(Math.max(ROOM * p99, ROOM_FOR_LONGEST * longest)));
      if (probes.probes() < MIN_PROBES || !hung || p99 * FACTOR >= timeout || better >= timeout) {
        return Optional.empty();
      }
      return Optional.of(
          Recommendation.of(NAME)
              .server(facts.id())
              .what(
                  "Lower the request time-out of %s to %.0f s (%s)"
                      .formatted(facts.id(), better / SECOND, where(facts)))
              .together("Lower the request time-out of")
              .why(
                  format(
                      "99 of 100 answers take up to %s (n = %d), the longest request %s, and %d of"
                          + " %d probes waited %s for one that never came",
                      time(p99),
                      probes.slowest().count(),
                      time(longest),
                      probes.hung().count(),
                      probes.probes(),
                      time(timeout)))
              .effect("an outage is seen sooner")
              .figure(late(probes))
              .setting(setting(facts))
              .evidence("probes", probes.probes())
              .evidence("p99Millis", format("%.1f", p99))
              .evidence("longestMillis", format("%.1f", longest))
              .build());
    }

    private static Figure late(ProbeSeries.Figures probes) {
      return Figure.notHigher(LATE, probes.lateShare(), SHARE).of(probes.probes());
    }

    @Override
    public Optional<Reading> read(ServerFacts facts, Recommendation recommendation, Instant since) {
      var probes = facts.probes().since(since);
      return Optional.of(
          new Reading(setting(facts), probes.probes() < MIN_SINCE ? null : late(probes)));
    }
  }
}
