package io.mcprealtime.server.advice;

import static io.mcprealtime.advice.Figure.Unit.COUNT;
import static io.mcprealtime.advice.Figure.Unit.MILLISECONDS;
import static io.mcprealtime.server.advice.ServerRule.format;
import static io.mcprealtime.server.advice.ServerRule.time;

import io.mcprealtime.advice.Figure;
import io.mcprealtime.advice.Reading;
import io.mcprealtime.advice.Recommendation;
import java.time.Instant;
import java.util.Optional;

/** What probes cost, and what sessions cost that begin again and again. */
final class PaceRules {
  private PaceRules() {}

  /** Probes take so long that the server is probed less often than the configuration says. */
  static final class IntervalTooShort implements ServerRule {
    static final String NAME = "interval-too-short";
    static final long MIN_PROBES = 50;

    @Override
    public String name() {
      return NAME;
    }

    private static String setting(ServerFacts facts) {
      return "collection.interval %d ms, collection.probeShare %s"
          .formatted(facts.settings().interval().toMillis(), facts.settings().probeShare());
    }

    private static Figure intervals(int intervals) {
      return Figure.lower("the number of intervals between two probes", intervals, COUNT);
    }

    @Override
    public Optional<Recommendation> look(ServerFacts facts) {
      var watch = facts.view().watch();
      if (watch == null || watch.load().probes() < MIN_PROBES || watch.load().intervals() < 2) {
        return Optional.empty();
      }
      var load = watch.load();
      double mean = load.busy().toMillis() / (double) load.probes();
      double every = facts.settings().interval().toMillis() * (double) load.intervals();
      return Optional.of(
          Recommendation.of(NAME)
              .server(facts.id())
              .what(
                  format(
                      "Set collection.interval to %s for what is as slow as %s, or raise"
                          + " collection.probeShare",
                      time(every), facts.id()))
              .together("Lengthen collection.interval, or raise collection.probeShare, for")
              .why(
                  format(
                      "its probes take %s on average (n = %d) and may take %.0f %% of the time, so"
                          + " it is probed every %s rather than every %s",
                      time(mean),
                      load.probes(),
                      facts.settings().probeShare() * 100,
                      time(every),
                      time((double) facts.settings().interval().toMillis())))
              .effect("it is probed as often as the configuration says")
              .figure(intervals(load.intervals()))
              .setting(setting(facts))
              .evidence("requests", load.requests())
              .evidence("share", format("%.3f", load.share()))
              .build());
    }

    @Override
    public Optional<Reading> read(ServerFacts facts, Recommendation recommendation, Instant since) {
      var watch = facts.view().watch();
      boolean known = watch != null && watch.load().probes() >= MIN_PROBES;
      return Optional.of(
          new Reading(
              setting(facts), known && watch != null ? intervals(watch.load().intervals()) : null));
    }
  }

  /** First requests of sessions take most of the time. */
  static final class ColdStart implements ServerRule {
    static final String NAME = "cold-start";
    static final int MIN_FIRST = 10;

    private static final double MIN_MILLIS = 1_000;
    private static final double FACTOR = 5;
    private static final double SHARE_OF_TIME = 0.5;

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public Optional<Recommendation> look(ServerFacts facts) {
      var probes = facts.probes().all();
      double first = probes.first().quantile(0.5).orElse(0);
      double later = probes.slowest().quantile(0.5).orElse(first);
      double all = probes.first().total() + probes.laterTotal();
      double share = all <= 0 ? 0 : probes.first().total() / all;
      if (probes.first().count() < MIN_FIRST
          || first < MIN_MILLIS
          || first < FACTOR * later
          || share < SHARE_OF_TIME) {
        return Optional.empty();
      }
      boolean process = facts.definition().transport().equals("stdio");
      return Optional.of(
          Recommendation.of(NAME)
              .server(facts.id())
              .what(
                  process
                      ? "Find out why the process of %s has to be started so often"
                          .formatted(facts.id())
                      : "Keep %s warm, or let its sessions last".formatted(facts.id()))
              .together("Let sessions last longer of")
              .why(
                  format(
                      "the first request of a session takes %s at the median (n = %d), later ones"
                          + " up to %s a probe; first requests are %.0f %% of the time that it is"
                          + " waited for",
                      time(first), probes.first().count(), time(later), share * 100))
              .effect("clients get their first answer as fast as the others")
              .figure(median(first))
              .setting(facts.release())
              .evidence("sessions", probes.first().count())
              .evidence("probes", probes.probes())
              .build());
    }

    private static Figure median(double first) {
      return Figure.lower("the median of first requests", first, MILLISECONDS);
    }

    @Override
    public Optional<Reading> read(ServerFacts facts, Recommendation recommendation, Instant since) {
      var probes = facts.probes().since(since);
      var figure =
          probes.first().count() < MIN_FIRST
              ? null
              : median(probes.first().quantile(0.5).orElse(0));
      return Optional.of(new Reading(facts.release(), figure).incidental());
    }
  }
}
