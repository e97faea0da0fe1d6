package io.mcprealtime.server.advice;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.advice.Figure;
import io.mcprealtime.advice.Recommendation;
import io.mcprealtime.mcp.Operation;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimeoutRulesTest {
  private final Facts facts = new Facts();
  private final ServerRule tight = new TimeoutRules.TooTight();
  private final ServerRule loose = new TimeoutRules.TooLoose();

  @AfterEach
  void close() {
    facts.close();
  }

  private Optional<Recommendation> tight() {
    return tight.look(facts.now());
  }

  private Optional<Recommendation> loose() {
    return loose.look(facts.now());
  }

  @Test
  void probesThatTimeOut_whereAnswersAreSlow_callForMoreTime() {
    facts.answers(47, 3_000);
    facts.hangs(3);

    var found = tight().orElseThrow();

    assertThat(found.id()).isEqualTo("timeout-too-tight:github");
    assertThat(found.text())
        .isEqualTo(
            "Raise the request time-out of github to 8 s (collection.requestTimeout, or a timeout"
                + " of its own): 3 of 50 probes timed out after 5.00 s; of the answers that came,"
                + " the slowest of 100 took 3.00 s (n = 47)");
    assertThat(found.figure().text()).isEqualTo("6.0 %");
    assertThat(found.figure().samples()).isEqualTo(50);
    assertThat(found.setting()).isEqualTo("request time-out 5.00 s");
    assertThat(loose()).isEmpty();
  }

  @Test
  void tooFewProbes_sayNothing() {
    facts.answers(46, 3_000);
    facts.hangs(3);

    assertThat(tight()).isEmpty();
  }

  @Test
  void tooFewTimeouts_sayNothing() {
    facts.answers(60, 3_000);
    facts.hangs(2);

    assertThat(tight()).isEmpty();
  }

  @Test
  void serverThatHangsMostly_isNotHelpedByTime() {
    facts.answers(40, 3_000);
    facts.hangs(41);

    assertThat(tight()).isEmpty();
  }

  @Test
  void serverThatAnswersAtOnceOrNever_isNotHelpedByTime() {
    facts.answers(80, 900);
    facts.hangs(10);

    assertThat(tight()).isEmpty();
  }

  @Test
  void answersCloseToTheTimeout_callForMoreTime() {
    facts.answers(200, 3_600);

    var found = tight().orElseThrow();

    assertThat(found.what()).startsWith("Raise the request time-out of github to 8 s");
    assertThat(found.why()).startsWith("0 of 200 probes timed out after 5.00 s");
    assertThat(found.figure().name()).isEqualTo("the share of probes that time out");
    assertThat(found.figure().text()).isEqualTo("0.0 %");
    facts.timeout = Duration.ofSeconds(8);
    assertThat(tight()).isEmpty();
    var reading = tight.read(facts.now(), found, Facts.NOON).orElseThrow();
    assertThat(reading.silenceCounts()).isFalse();
    assertThat(reading.figure())
        .as("it is no better by a longer time-out alone")
        .isEqualTo(found.figure());
  }

  @Test
  void recommendation_ofAnotherFigure_isNotMeasuredByThisOne() {
    facts.answers(200, 3_600);
    var other =
        Recommendation.of("timeout-too-tight")
            .server(Facts.GITHUB)
            .what("Do it")
            .why("why")
            .effect("effect")
            .figure(Figure.lower("another", 0.7, Figure.Unit.SHARE))
            .build();

    assertThat(tight.read(facts.now(), other, Facts.NOON).orElseThrow().figure()).isNull();
  }

  @Test
  void answersCloseToTheTimeout_butFew_sayNothing() {
    facts.answers(199, 3_600);

    assertThat(tight()).isEmpty();
  }

  @Test
  void timeoutOfItsOwn_isNamed() {
    facts.definition = Facts.definition("{\"url\": \"https://a.example\", \"timeout\": 5000}");
    facts.answers(47, 3_000);
    facts.hangs(3);

    assertThat(tight().orElseThrow().what())
        .isEqualTo("Raise the request time-out of github to 8 s (timeout in its config)");
  }

  @Test
  void read_countsOnlyWhatCameSince() {
    facts.answers(47, 3_000);
    facts.hangs(3);
    var found = tight().orElseThrow();
    var changed = facts.time.instant().plusSeconds(1);
    facts.timeout = Duration.ofSeconds(8);
    facts.answers(49, 6_000);
    var early = tight.read(facts.now(), found, changed).orElseThrow();
    assertThat(early.setting()).isEqualTo("request time-out 8.00 s");
    assertThat(early.figure()).isNull();
    facts.answers(1, 3_000);

    assertThat(tight.read(facts.now(), found, changed).orElseThrow().figure())
        .isNotNull()
        .satisfies(figure -> assertThat(figure.value()).isZero());
  }

  @Test
  void processThatStartsSlowly_isNoTimeoutOfRequests() {
    facts.definition = Facts.definition(Facts.STDIO);
    facts.answers(60, 3_000);
    for (int i = 0; i < 5; i++) {
      facts.probe(new Operation("initialize", Duration.ofSeconds(20), "timeout", true, null, null));
    }

    assertThat(tight()).isEmpty();
  }

  @Test
  void waitingMuchLongerThanAnyAnswerTakes_isTooLong() {
    facts.answers(499, 100);
    facts.hangs(1);

    var found = loose().orElseThrow();

    assertThat(found.text())
        .isEqualTo(
            "Lower the request time-out of github to 1 s (collection.requestTimeout, or a timeout"
                + " of its own): 99 of 100 answers take up to 99.2 ms (n = 499), the longest request"
                + " 100.0 ms, and 1 of 500 probes waited 5.00 s for one that never came");
    assertThat(found.figure().text()).isEqualTo("0.2 %");
    assertThat(found.figure().better()).isEqualTo(Figure.Better.NOT_HIGHER);
    assertThat(loose.read(facts.now(), found, facts.time.instant().plusSeconds(1)).orElseThrow())
        .satisfies(reading -> assertThat(reading.figure()).isNull());
    facts.timeout = Duration.ofSeconds(1);
    var changed = facts.time.instant().plusSeconds(1);
    facts.answers(198, 100);
    facts.probe(new Operation("tools/call", facts.timeout, "timeout", false, "slow", null));
    assertThat(loose.read(facts.now(), found, changed).orElseThrow().figure()).isNull();
    facts.hangs(1);
    assertThat(loose.read(facts.now(), found, changed).orElseThrow().figure())
        .isNotNull()
        .satisfies(figure -> assertThat(figure.text()).as("tool calls too").isEqualTo("1.0 %"));
  }

  @Test
  void waiting_isNotToBeShorterThanTwiceAnythingThatSucceeded() {
    facts.probe(Facts.first(900), Facts.answer(50));
    facts.probe(
        new Operation("tools/call", Duration.ofMillis(1_400), null, false, "slow", null),
        Facts.answer(50));
    facts.answers(497, 100);
    facts.hangs(1);

    assertThat(loose().orElseThrow().what())
        .startsWith("Lower the request time-out of github to 3 s");
    facts.probe(new Operation("tools/call", Duration.ofSeconds(3), null, false, "slow", null));
    assertThat(loose()).isEmpty();
  }

  @Test
  void startsOfProcesses_areNoRequests() {
    facts.definition = Facts.definition(Facts.STDIO);
    facts.probe(Facts.first(4_000), Facts.answer(50));
    facts.answers(498, 100);
    facts.hangs(1);

    assertThat(loose().orElseThrow().what())
        .startsWith("Lower the request time-out of github to 1 s");
  }

  @Test
  void toolCallsThatHang_sayNothingOfTheServer() {
    facts.answers(47, 3_000);
    for (int i = 0; i < 5; i++) {
      facts.probe(new Operation("tools/call", facts.timeout, "timeout", false, "slow", null));
    }

    assertThat(tight()).isEmpty();
  }

  @Test
  void probesThatTimeOut_whereNothingTookHalfOfTheTime_areNotHelpedByMore() {
    facts.answers(47, 2_500);
    facts.hangs(3);
    assertThat(tight()).isEmpty();
    facts.probe(Facts.first(2_600));

    assertThat(tight()).isPresent();
  }

  @Test
  void waitingLong_whereNothingHung_costsNothing() {
    facts.answers(600, 100);

    assertThat(loose()).isEmpty();
  }

  @Test
  void waitingLong_onFewProbes_saysNothing() {
    facts.answers(498, 100);
    facts.hangs(1);

    assertThat(loose()).isEmpty();
  }

  @Test
  void waitingTwentyTimesAsLong_isNotTooLong() {
    facts.answers(520, 260);
    facts.hangs(1);

    assertThat(loose()).isEmpty();
  }

  @Test
  void series_keepsTheNewest() {
    facts.answers(ProbeSeries.KEPT, 100);
    facts.answers(10, 7);

    var all = facts.probes.all();
    assertThat(all.probes()).isEqualTo(ProbeSeries.KEPT);
    assertThat(facts.probes.since(facts.time.instant().minusSeconds(15 * 9)).probes())
        .isEqualTo(10);
    assertThat(facts.probes.toolBytes()).isEmpty();
  }
}
