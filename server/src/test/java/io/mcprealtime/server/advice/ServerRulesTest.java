package io.mcprealtime.server.advice;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.EventType;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.Severity;
import io.mcprealtime.advice.Figure;
import io.mcprealtime.advice.Reading;
import io.mcprealtime.advice.Recommendation;
import io.mcprealtime.advice.Urgency;
import io.mcprealtime.catalog.Catalog;
import io.mcprealtime.catalog.CatalogEntry;
import io.mcprealtime.mcp.Expiry;
import io.mcprealtime.mcp.Operation;
import io.mcprealtime.mcp.ProcessStats;
import io.mcprealtime.server.monitor.Cadence;
import io.mcprealtime.server.monitor.ServerView;
import io.mcprealtime.wire.WireJson;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ServerRulesTest {
  private final Facts facts = new Facts();
  private final Marks marks = new Marks();

  @AfterEach
  void close() {
    facts.close();
  }

  private String text(ServerRule rule) {
    return rule.look(facts.now()).orElseThrow().text();
  }

  private Reading read(ServerRule rule, Instant since) {
    var recommendation =
        Recommendation.of(rule.name())
            .server(Facts.GITHUB)
            .what("Do it")
            .why("why")
            .effect("effect")
            .figure(Figure.lower("figure", 1, Figure.Unit.COUNT))
            .build();
    return rule.read(facts.now(), recommendation, since).orElseThrow();
  }

  private static String figure(Reading reading) {
    assertThat(reading.figure()).isNotNull();
    return reading.figure().text();
  }

  @Test
  void probesOverTheirShareOfTime_callForALongerInterval() {
    var rule = new PaceRules.IntervalTooShort();
    facts.load = new Cadence.Load(Facts.NOON, 50, 150, Duration.ofSeconds(300), 0.2, 2);

    assertThat(text(rule))
        .isEqualTo(
            "Set collection.interval to 30.00 s for what is as slow as github, or raise"
                + " collection.probeShare: its probes take 6.00 s on average (n = 50) and may take"
                + " 20 % of the time, so it is probed every 30.00 s rather than every 15.00 s");
    assertThat(read(rule, Facts.NOON).setting())
        .isEqualTo("collection.interval 15000 ms, collection.probeShare 0.2");
    assertThat(figure(read(rule, Facts.NOON))).isEqualTo("2");
    facts.load = new Cadence.Load(Facts.NOON, 49, 150, Duration.ofSeconds(300), 0.2, 2);
    assertThat(rule.look(facts.now())).isEmpty();
    assertThat(read(rule, Facts.NOON).figure()).isNull();
    facts.load = new Cadence.Load(Facts.NOON, 50, 150, Duration.ofSeconds(100), 0.2, 1);
    assertThat(rule.look(facts.now())).isEmpty();
  }

  private void sessions(int count, double firstMillis, double laterMillis) {
    for (int i = 0; i < count; i++) {
      facts.probe(Facts.first(firstMillis), Facts.answer(laterMillis));
    }
  }

  @Test
  void firstRequestsThatTakeMostOfTheTime_areColdStarts() {
    var rule = new PaceRules.ColdStart();
    sessions(10, 2_000, 100);
    facts.answers(20, 100);

    assertThat(text(rule))
        .isEqualTo(
            "Keep github warm, or let its sessions last: the first request of a session takes"
                + " 2.00 s at the median (n = 10), later ones up to 75.0 ms a probe; first requests"
                + " are 91 % of the time that it is waited for");
    assertThat(read(rule, Facts.NOON).setting()).isEqualTo("github 1.0, MCP 2026-07-28");
    assertThat(read(rule, Facts.NOON).setBySomebody()).isFalse();
    assertThat(figure(read(rule, Facts.NOON))).isEqualTo("2.00 s");
    assertThat(read(rule, facts.time.instant()).figure()).isNull();
    facts.definition = Facts.definition(Facts.STDIO);
    assertThat(text(rule))
        .startsWith("Find out why the process of github has to be started so often");
  }

  @Test
  void firstRequests_thatAreFewOrFastOrNoFasterLater_areNoColdStarts() {
    var rule = new PaceRules.ColdStart();
    sessions(9, 2_000, 100);
    assertThat(rule.look(facts.now())).isEmpty();
    facts.answers(ProbeSeries.KEPT, 5);
    sessions(20, 990, 100);
    assertThat(rule.look(facts.now())).isEmpty();
    facts.answers(ProbeSeries.KEPT, 5);
    for (int i = 0; i < 700; i++) {
      facts.probe(Facts.first(2_000), Facts.answer(450));
    }
    assertThat(rule.look(facts.now())).isEmpty();
  }

  @Test
  void overFortyTools_areTooMany() {
    var rule = new OfferRules.TooManyTools();
    facts.toolCount = 41;
    assertThat(text(rule))
        .isEqualTo(
            "Switch off tools of github that nobody needs, or split it: it lists 41 tools;"
                + " clients hand all of them to the model, and over 40 it chooses worse");
    var entries = new ArrayList<CatalogEntry>();
    for (int i = 0; i < 41; i++) {
      var definition = WireJson.object().put("description", "x".repeat(80));
      entries.add(CatalogEntry.of(CatalogEntry.Kind.TOOL, "t" + i, definition));
    }
    facts.probes.add(Facts.result(Facts.NOON, new Catalog(entries)), false);

    assertThat(text(rule)).contains("it lists 41 tools, whose definitions take 4.0 kB of JSON");
    assertThat(rule.look(facts.now()).orElseThrow().evidence())
        .containsEntry("definitionBytes", "4018");
    facts.toolCount = 40;
    assertThat(rule.look(facts.now())).isEmpty();
    assertThat(read(rule, Facts.NOON).setting()).as("no fewer than 1").isNull();
    facts.toolCount = null;
    assertThat(rule.look(facts.now())).isEmpty();
    assertThat(read(rule, Facts.NOON)).isEqualTo(new Reading(null, null));
  }

  @Test
  void toolsThatBecomeMore_areNoAnswer() {
    var rule = new OfferRules.TooManyTools();
    facts.toolCount = 60;
    var found = rule.look(facts.now()).orElseThrow();
    facts.toolCount = 62;
    assertThat(rule.read(facts.now(), found, Facts.NOON).orElseThrow().setting())
        .isEqualTo("60 tools");
    facts.toolCount = 59;
    assertThat(rule.read(facts.now(), found, Facts.NOON).orElseThrow().setting())
        .isEqualTo("59 tools");
  }

  @Test
  void rule_thatCannotJudge_isSilent() {
    var rule =
        new Guarded(
            new ServerRule() {
              @Override
              public String name() {
                return "broken";
              }

              @Override
              public Optional<Recommendation> look(ServerFacts facts) {
                throw new IllegalStateException("a fault of ours");
              }

              @Override
              public Optional<Reading> read(
                  ServerFacts facts, Recommendation recommendation, Instant since) {
                throw new IllegalStateException("a fault of ours");
              }
            });

    assertThat(rule.look(facts.now())).isEmpty();
    assertThat(read(rule, Facts.NOON)).isEqualTo(new Reading(null, null));
  }

  @Test
  void revision_thatTwoOthersFollowed_isOld() {
    var rule = new OfferRules.OldRevision();
    facts.revision = "2025-06-18";
    assertThat(text(rule))
        .isEqualTo(
            "Update github to a release that speaks a newer MCP:"
                + " it speaks MCP 2025-06-18; newer revisions are 2026-07-28, 2025-11-25");
    assertThat(figure(read(rule, Facts.NOON))).isEqualTo("2");
    facts.serverName = "github 1.1";
    assertThat(read(rule, Facts.NOON).setting())
        .as("another release that speaks the same is no answer")
        .isEqualTo("MCP 2025-06-18");
    assertThat(rule.look(facts.now()).orElseThrow().setting()).isEqualTo("MCP 2025-06-18");
    facts.revision = "2025-11-25";
    assertThat(rule.look(facts.now())).isEmpty();
    facts.revision = null;
    assertThat(rule.look(facts.now())).isEmpty();
    assertThat(read(rule, Facts.NOON).figure()).isNull();
  }

  @Test
  void certificate_thatEndsWithinTwoWeeks_isToBeRenewed() {
    var rule = new OfferRules.EndsSoon();
    var end = Facts.NOON.plus(Duration.ofDays(14));
    facts.expiries.add(new Expiry(Expiry.Kind.CERTIFICATE, "github.example", end));
    facts.expiries.add(
        new Expiry(Expiry.Kind.TOKEN, "Authorization", end.plus(Duration.ofDays(90))));

    assertThat(text(rule))
        .isEqualTo(
            "Renew the certificate of github.example for github:"
                + " it ends in 14.0 days, on 2026-12-04T12:00:00Z");
    assertThat(read(rule, Facts.NOON).setting())
        .isEqualTo("certificate until 2026-12-04T12:00:00Z");
    assertThat(rule.look(facts.now()).orElseThrow().urgency()).isEqualTo(Urgency.NORMAL);
    facts.time.advance(Duration.ofDays(13));
    assertThat(rule.look(facts.now()).orElseThrow().urgency()).isEqualTo(Urgency.URGENT);
    facts.time.advance(Duration.ofDays(1));
    assertThat(text(rule)).endsWith("it ended on 2026-12-04T12:00:00Z");
    facts.expiries.remove(0);
    assertThat(rule.look(facts.now())).isEmpty();
    assertThat(figure(read(rule, Facts.NOON))).isEqualTo("90.0 days");
    facts.expiries.clear();
    assertThat(read(rule, Facts.NOON)).isEqualTo(new Reading(null, null));
  }

  @Test
  void certificate_thatEndsLater_isNot() {
    facts.expiries.add(
        new Expiry(
            Expiry.Kind.CERTIFICATE,
            "github.example",
            Facts.NOON.plus(Duration.ofDays(14)).plusSeconds(1)));

    assertThat(new OfferRules.EndsSoon().look(facts.now())).isEmpty();
  }

  private Instant earliest(Duration lifetime) {
    var rule = new OfferRules.EndsSoon();
    var end = Facts.NOON.plus(lifetime);
    facts.expiries.clear();
    facts.expiries.add(new Expiry(Expiry.Kind.CERTIFICATE, "github.example", end, Facts.NOON));
    var at = facts.time.instant();
    while (rule.look(facts.now()).isEmpty()) {
      facts.time.advance(Duration.ofHours(1));
      at = facts.time.instant();
    }
    return at;
  }

  @Test
  void certificate_thatLivesShort_isToBeRenewedInItsLastThird() {
    assertThat(earliest(Duration.ofDays(6))).isEqualTo(Facts.NOON.plus(Duration.ofDays(4)));
    assertThat(earliest(Duration.ofDays(90))).isEqualTo(Facts.NOON.plus(Duration.ofDays(76)));
  }

  @Test
  void certificate_thatEndsSooner_wasNotRenewed() {
    var rule = new OfferRules.EndsSoon();
    var end = Facts.NOON.plus(Duration.ofDays(10));
    facts.expiries.add(new Expiry(Expiry.Kind.CERTIFICATE, "github.example", end));
    var found = rule.look(facts.now()).orElseThrow();
    facts.expiries.set(
        0, new Expiry(Expiry.Kind.CERTIFICATE, "github.example", end.minusSeconds(1)));
    assertThat(rule.read(facts.now(), found, Facts.NOON).orElseThrow().setting())
        .isEqualTo(found.setting());
    facts.expiries.set(
        0, new Expiry(Expiry.Kind.CERTIFICATE, "github.example", end.plusSeconds(1)));
    assertThat(rule.read(facts.now(), found, Facts.NOON).orElseThrow().setting())
        .isEqualTo("certificate until 2026-11-30T12:00:01Z");
  }

  @Test
  void state_thatGoesToAndFro_isToBeLookedAt() {
    var rule = new OfferRules.Flaps();
    for (int i = 0; i < 10; i++) {
      var state = i % 2 == 0 ? ServerState.HEALTHY : ServerState.DOWN;
      facts.recent.add(new ServerView.Point(Facts.NOON.plusSeconds(i), state, null));
    }
    assertThat(rule.look(facts.now())).isEmpty();
    facts.flapping = true;

    assertThat(text(rule))
        .isEqualTo(
            "Find out why the state of github goes to and fro:"
                + " its state changed 9 times in its last 10 samples");
    facts.flapping = false;
    for (int i = 10; i < 30; i++) {
      facts.recent.add(new ServerView.Point(Facts.NOON.plusSeconds(i), ServerState.HEALTHY, null));
    }
    assertThat(figure(read(rule, Facts.NOON))).isEqualTo("33.3 %");
    assertThat(read(rule, Facts.NOON).setBySomebody()).isFalse();
    assertThat(figure(read(rule, Facts.NOON.plusSeconds(10)))).isEqualTo("0.0 %");
    assertThat(read(rule, Facts.NOON.plusSeconds(11)).figure()).isNull();
  }

  private MonitoringEvent event(EventType type, Instant at, Map<String, String> details) {
    return MonitoringEvent.of(Facts.GITHUB, at, type, Severity.WARNING, "news")
        .withDetails(details);
  }

  private void leak(Instant at) {
    marks.onEvents(
        List.of(
            event(
                EventType.PROCESS,
                at,
                Map.of("slopeBytesPerHour", "50000000", "pValue", "0.001", "points", "60"))));
  }

  private static ProcessStats process(long pid, Duration uptime) {
    return new ProcessStats(pid, uptime, 100L << 20, null, 1, null);
  }

  /** One sample a minute, up to now. */
  private void samples(
      Instant from, int count, IntToDoubleFunction millis, @Nullable IntToDoubleFunction bytes) {
    var samples = new ArrayList<ServerMetrics>();
    for (int i = 0; i < count; i++) {
      var sample =
          ServerMetrics.builder(Facts.GITHUB, from.plus(Duration.ofMinutes(i)), ServerState.HEALTHY)
              .responseTime(Duration.ofNanos(Math.round(millis.applyAsDouble(i) * 1e6)));
      if (bytes != null) {
        sample.memoryBytes((long) bytes.applyAsDouble(i));
      }
      samples.add(sample.build());
    }
    facts.mcp.timeSeries().batchInsertMetrics(samples, null);
  }

  @Test
  void memoryThatOnlyGrows_callsForARestart_whichIsNoticed() {
    var rule = new Leak(marks);
    facts.process = process(77, Duration.ofHours(2));
    leak(Facts.NOON.minus(Duration.ofHours(1)));

    assertThat(text(rule))
        .isEqualTo(
            "Restart github, and update it or tell its makers: its memory grew by 50.0 MB an hour"
                + " (p = 0.001, 60 minutes) when that was found at 2026-11-20T11:00:00Z");
    assertThat(read(rule, Facts.NOON).setting()).isEqualTo("process 77");

    facts.process = process(78, Duration.ofMinutes(30));
    assertThat(rule.look(facts.now())).isEmpty();
    facts.time.advance(Duration.ofMinutes(40));
    samples(Facts.NOON, 29, i -> 5, i -> 1e8);
    assertThat(read(rule, Facts.NOON).figure()).isNull();
    samples(Facts.NOON, 40, i -> 5, i -> 1e8 + i * 1e5);
    var reading = read(rule, Facts.NOON);
    assertThat(reading.silenceCounts()).isFalse();
    assertThat(reading.setting()).isEqualTo("process 78");
    assertThat(figure(reading)).endsWith(" an hour");
  }

  @Test
  void leak_isForgottenWithItsProcessAndAfterADay() {
    var rule = new Leak(marks);
    leak(Facts.NOON);
    assertThat(rule.look(facts.now())).isEmpty();
    assertThat(read(rule, Facts.NOON)).isEqualTo(new Reading(null, null));
    facts.process = process(77, Duration.ofHours(2));
    var found = rule.look(facts.now()).orElseThrow();
    facts.time.advance(Marks.SPAN);
    assertThat(rule.read(facts.now(), found, Facts.NOON)).isPresent();
    facts.time.advance(Duration.ofSeconds(1));
    assertThat(rule.read(facts.now(), found, Facts.NOON)).isEmpty();
    facts.process = process(78, Duration.ofMinutes(1));
    assertThat(rule.read(facts.now(), found, Facts.NOON)).as("it is being judged").isPresent();
    facts.process = process(77, Duration.ofDays(2));
    marks.forgetBefore(Facts.NOON.plusSeconds(1));

    assertThat(rule.look(facts.now())).isEmpty();
  }

  private void drift(Instant at) {
    marks.onEvents(
        List.of(
            event(EventType.SCHEMA_DRIFT, at, Map.of("class", "wording")),
            event(EventType.SCHEMA_DRIFT, at.plusSeconds(60), Map.of("hash", "approved")),
            MonitoringEvent.ofMonitor(at, EventType.CONFIG, Severity.INFO, "no server")));
  }

  @Test
  void serverThatIsSlowerSinceItsCatalogChanged_isToBeLookedAt() {
    var rule = new SlowerSinceChange(marks);
    facts.time.advance(Duration.ofMinutes(280));
    samples(Facts.NOON, 180, i -> 20 + i % 7, null);
    samples(Facts.NOON.plus(Duration.ofHours(3)), 100, i -> 60 + i % 7, null);
    assertThat(rule.look(facts.now())).isEmpty();
    drift(Facts.NOON.plus(Duration.ofHours(3)));

    var found = rule.look(facts.now()).orElseThrow();

    assertThat(found.what())
        .isEqualTo(
            "Look at what changed in github at 2026-11-20T15:00:00Z,"
                + " or go back to the release before");
    assertThat(found.why())
        .matches(
            "since it offers something else its answers take 6\\d\\.\\d ms at the median,"
                + " 2\\d\\.\\d ms before \\(medians of 5 minutes: 36 before, 20 after, p = .+\\)");
    assertThat(found.setting()).isEqualTo("github 1.0, MCP 2026-07-28");
    assertThat(found.figure().samples()).isEqualTo(100);
    assertThat(read(rule, facts.time.instant().minus(Duration.ofMinutes(15))).figure()).isNull();
    assertThat(figure(read(rule, Facts.NOON))).endsWith("ms");
  }

  @Test
  void serverThatWasSlowerForHours_isToBeLookedAtWhileItStillIs() {
    var rule = new SlowerSinceChange(marks);
    var change = Facts.NOON.plus(Duration.ofHours(3));
    drift(change);
    facts.time.advance(Duration.ofHours(9));
    samples(Facts.NOON, 180, i -> 20 + i % 7, null);
    samples(change, 360, i -> 60 + i % 7, null);

    var found = rule.look(facts.now()).orElseThrow();
    assertThat(rule.read(facts.now(), found, change).orElseThrow().silenceCounts()).isTrue();
    facts.time.advance(Duration.ofHours(3));
    samples(Facts.NOON.plus(Duration.ofHours(9)), 180, i -> 20 + i % 7, null);
    assertThat(rule.look(facts.now())).isEmpty();

    facts.time.advance(Duration.ofHours(19));
    assertThat(rule.read(facts.now(), found, change)).isEmpty();
    facts.serverName = "github 2.0";
    assertThat(rule.read(facts.now(), found, change).orElseThrow().silenceCounts()).isFalse();
  }

  @Test
  void serverThatIsAsFastAsBefore_orNotSeenLongEnough_isNot() {
    var rule = new SlowerSinceChange(marks);
    drift(Facts.NOON.plus(Duration.ofHours(1)));
    facts.time.advance(Duration.ofMinutes(84));
    samples(Facts.NOON, 60, i -> 20 + i % 7, null);
    samples(Facts.NOON.plus(Duration.ofHours(1)), 24, i -> 60, null);
    assertThat(rule.look(facts.now())).isEmpty();

    marks.forgetBefore(facts.time.instant().plus(Duration.ofDays(1)));
    drift(Facts.NOON.plus(Duration.ofMinutes(30)));
    assertThat(rule.look(facts.now())).as("23 ms before, 24 after and 60 at the end").isEmpty();
  }

  @Test
  void serverWhoseCatalogIsNew_hasNoBefore() {
    var rule = new SlowerSinceChange(marks);
    drift(Facts.NOON);
    facts.time.advance(Duration.ofMinutes(40));
    samples(Facts.NOON, 40, i -> 60, null);

    assertThat(rule.look(facts.now())).isEmpty();
  }

  @Test
  void toolCalls_areNoAnswersOfTheServer() {
    facts.probe(
        new Operation("tools/call", Duration.ofSeconds(9), null, false, "slow", null),
        Facts.answer(5));

    assertThat(facts.probes.all().slowest().quantile(1)).hasValue(5);
  }
}
