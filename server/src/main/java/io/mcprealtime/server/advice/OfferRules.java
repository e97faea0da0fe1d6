package io.mcprealtime.server.advice;

import static io.mcprealtime.advice.Figure.Unit.COUNT;
import static io.mcprealtime.advice.Figure.Unit.DAYS;
import static io.mcprealtime.advice.Figure.Unit.SHARE;
import static io.mcprealtime.server.advice.ServerRule.format;

import io.mcprealtime.Era;
import io.mcprealtime.advice.Figure;
import io.mcprealtime.advice.Reading;
import io.mcprealtime.advice.Recommendation;
import io.mcprealtime.advice.Urgency;
import io.mcprealtime.mcp.Expiry;
import io.mcprealtime.mcp.Revisions;
import io.mcprealtime.server.monitor.ServerView;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** What a server offers, speaks and relies on. */
final class OfferRules {
  private OfferRules() {}

  /** More tools than models choose well from. */
  static final class TooManyTools implements ServerRule {
    static final String NAME = "too-many-tools";

    /**
     * The most that Google's style guide for MCP Toolbox grants a server, and the most that Cursor
     * once passed on to a model.
     */
    static final int MOST = 40;

    @Override
    public String name() {
      return NAME;
    }

    private static String setting(int count) {
      return count + " tools";
    }

    private static Figure tools(int count) {
      return Figure.lower("the number of its tools", count, COUNT);
    }

    @Override
    public Optional<Recommendation> look(ServerFacts facts) {
      var check = facts.view().lastCheck();
      var count = check == null ? null : check.toolCount();
      if (count == null || count <= MOST) {
        return Optional.empty();
      }
      var bytes = facts.probes().toolBytes();
      var size =
          bytes.isPresent()
              ? format(", whose definitions take %.1f kB of JSON", bytes.getAsLong() / 1e3)
              : "";
      var recommendation =
          Recommendation.of(NAME)
              .server(facts.id())
              .what("Switch off tools of %s that nobody needs, or split it".formatted(facts.id()))
              .together("Switch off tools that nobody needs of, or split,")
              .why(
                  "it lists %d tools%s; clients hand all of them to the model, and over %d it chooses worse"
                      .formatted(count, size, MOST))
              .effect("models have more room and choose the right tool more often")
              .figure(tools(count))
              .setting(setting(count));
      bytes.ifPresent(value -> recommendation.evidence("definitionBytes", value));
      return Optional.of(recommendation.build());
    }

    @Override
    public Optional<Reading> read(ServerFacts facts, Recommendation recommendation, Instant since) {
      var check = facts.view().lastCheck();
      var count = check == null ? null : check.toolCount();
      if (count == null) {
        return Optional.of(new Reading(null, null));
      }
      // More tools are no answer to the advice.
      boolean fewer = count < recommendation.figure().value();
      return Optional.of(
          new Reading(fewer ? setting(count) : recommendation.setting(), tools(count)));
    }
  }

  /** It speaks a revision of MCP that two others have followed. */
  static final class OldRevision implements ServerRule {
    static final String NAME = "old-revision";
    static final int MIN_BEHIND = 2;

    @Override
    public String name() {
      return NAME;
    }

    private static Figure behind(int revisions) {
      return Figure.lower("the number of newer revisions of MCP", revisions, COUNT);
    }

    /** Another release that speaks the same is no answer. */
    private static String setting(String revision) {
      return "MCP " + revision;
    }

    @Override
    public Optional<Recommendation> look(ServerFacts facts) {
      var check = facts.view().lastCheck();
      var revision = check == null ? null : check.protocolVersion();
      if (check == null || check.era() != Era.LEGACY || revision == null) {
        return Optional.empty();
      }
      var newer = Revisions.newerThan(revision);
      if (newer.size() < MIN_BEHIND) {
        return Optional.empty();
      }
      return Optional.of(
          Recommendation.of(NAME)
              .server(facts.id())
              .what("Update %s to a release that speaks a newer MCP".formatted(facts.id()))
              .together("Update to releases that speak a newer MCP")
              .why(
                  "it speaks MCP %s; newer revisions are %s"
                      .formatted(revision, String.join(", ", newer)))
              .effect("clients that leave old revisions behind can still use it")
              .figure(behind(newer.size()))
              .setting(setting(revision))
              .build());
    }

    @Override
    public Optional<Reading> read(ServerFacts facts, Recommendation recommendation, Instant since) {
      var check = facts.view().lastCheck();
      var revision = check == null ? null : check.protocolVersion();
      return Optional.of(
          revision == null
              ? new Reading(null, null)
              : new Reading(setting(revision), behind(Revisions.newerThan(revision).size())));
    }
  }

  /** A certificate or a token ends. */
  static final class EndsSoon implements ServerRule {
    static final String NAME = "ends-soon";

    private static final String END = "end";

    private static final Duration SOON = Duration.ofDays(14);

    /** Of a lifetime: who renews by machine does so before. */
    private static final int LAST_PART = 3;

    private static final Duration NOW = Duration.ofDays(1);
    private static final double SECONDS_PER_DAY = 86_400;

    @Override
    public String name() {
      return NAME;
    }

    private static Optional<Expiry> next(ServerFacts facts) {
      var watch = facts.view().watch();
      List<Expiry> all = watch == null ? List.of() : watch.expiries();
      return all.stream().min(Comparator.comparing(Expiry::at));
    }

    private static String setting(Expiry expiry) {
      return "%s until %s".formatted(expiry.kind().wireName(), expiry.at());
    }

    private static Figure left(ServerFacts facts, Expiry expiry) {
      double days = Duration.between(facts.now(), expiry.at()).toSeconds() / SECONDS_PER_DAY;
      return Figure.higher("the time until it ends", days, DAYS);
    }

    @Override
    public Optional<Recommendation> look(ServerFacts facts) {
      return next(facts)
          .filter(expiry -> !expiry.at().isAfter(facts.now().plus(soon(expiry))))
          .map(expiry -> advice(facts, expiry));
    }

    private static Duration soon(Expiry expiry) {
      var begins = expiry.begins();
      if (begins == null) {
        return SOON;
      }
      var part = Duration.between(begins, expiry.at()).dividedBy(LAST_PART);
      return part.compareTo(SOON) < 0 ? part : SOON;
    }

    private static Recommendation advice(ServerFacts facts, Expiry expiry) {
      var left = left(facts, expiry);
      var what =
          expiry.kind() == Expiry.Kind.CERTIFICATE
              ? "the certificate of " + expiry.subject()
              : "the token in " + expiry.subject();
      return Recommendation.of(NAME)
          .server(facts.id())
          .what("Renew %s for %s".formatted(what, facts.id()))
          .together("Renew certificates or tokens of")
          .why(
              left.value() <= 0
                  ? "it ended on " + expiry.at()
                  : format("it ends in %.1f days, on %s", left.value(), expiry.at()))
          .effect("the server can be reached after that")
          .urgency(expiry.at().isAfter(facts.now().plus(NOW)) ? Urgency.NORMAL : Urgency.URGENT)
          .figure(left)
          .setting(setting(expiry))
          .evidence(END, expiry.at())
          .build();
    }

    @Override
    public Optional<Reading> read(ServerFacts facts, Recommendation recommendation, Instant since) {
      // A probe that fails sees none of them.
      return Optional.of(
          next(facts)
              .map(
                  expiry ->
                      new Reading(
                          isLater(expiry, recommendation)
                              ? setting(expiry)
                              : recommendation.setting(),
                          left(facts, expiry)))
              .orElse(new Reading(null, null)));
    }

    /** Nobody renews by making it end sooner. */
    private static boolean isLater(Expiry expiry, Recommendation recommendation) {
      var end = recommendation.evidence().get(END);
      return end == null || expiry.at().isAfter(Instant.parse(end));
    }
  }

  /** Its state goes to and fro. */
  static final class Flaps implements ServerRule {
    static final String NAME = "flapping";
    static final int MIN_SAMPLES = 20;

    @Override
    public String name() {
      return NAME;
    }

    private static int changes(List<ServerView.Point> samples) {
      int changes = 0;
      for (int i = 1; i < samples.size(); i++) {
        changes += samples.get(i).state() == samples.get(i - 1).state() ? 0 : 1;
      }
      return changes;
    }

    private static Figure share(List<ServerView.Point> samples) {
      double share = (double) changes(samples) / Math.max(1, samples.size());
      return Figure.lower("the share of its latest samples that changed its state", share, SHARE)
          .of(samples.size());
    }

    @Override
    public Optional<Recommendation> look(ServerFacts facts) {
      var watch = facts.view().watch();
      if (watch == null || !watch.flapping()) {
        return Optional.empty();
      }
      var recent = facts.view().recent();
      return Optional.of(
          Recommendation.of(NAME)
              .server(facts.id())
              .what("Find out why the state of %s goes to and fro".formatted(facts.id()))
              .together("Find out why states go to and fro of")
              .why(
                  "its state changed %d times in its last %d samples%s"
                      .formatted(changes(recent), recent.size(), reason(facts.view())))
              .effect("its state can be relied on")
              .figure(share(recent))
              .setting(facts.release())
              .build());
    }

    private static String reason(ServerView view) {
      var reason = view.reason();
      return reason == null ? "" : "; at last: " + reason;
    }

    @Override
    public Optional<Reading> read(ServerFacts facts, Recommendation recommendation, Instant since) {
      var samples =
          facts.view().recent().stream().filter(point -> !point.at().isBefore(since)).toList();
      return Optional.of(
          new Reading(facts.release(), samples.size() < MIN_SAMPLES ? null : share(samples))
              .incidental());
    }
  }
}
