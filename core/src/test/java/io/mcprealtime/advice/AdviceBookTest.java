package io.mcprealtime.advice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.EventType;
import io.mcprealtime.ManualTime;
import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.Severity;
import io.mcprealtime.advice.AdviceOutcome.Verdict;
import io.mcprealtime.advice.Figure.Unit;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AdviceBookTest {
  private static final ServerId GITHUB = ServerId.of("github");
  private static final Duration FIVE_MINUTES = Duration.ofMinutes(5);

  private final ManualTime time = ManualTime.startingAt("2026-11-20T12:00:00Z");
  private final List<MonitoringEvent> events = new ArrayList<>();
  private final AdviceBook book = new AdviceBook(time, events::add);
  private final Timeouts timeouts = new Timeouts();

  AdviceBookTest() {
    book.add(timeouts);
  }

  /** Advises while more than 2 % of probes time out. */
  private static final class Timeouts implements Adviser {
    private double share = 0.08;
    private long probes = 400;
    private @Nullable String setting = "5 s";
    private boolean measured = true;
    private boolean gone;
    private @Nullable RuntimeException fault;
    private int looks;
    private Figure.Better direction = Figure.Better.LOWER;
    private boolean settled;
    private boolean silenceCounts = true;
    private boolean incidental;
    private Duration wait = Comparison.LONGEST_WAIT;

    @Override
    public Set<String> rules() {
      return Set.of("timeout-too-tight");
    }

    private Figure figure() {
      return new Figure("the share of probes that time out", share, Unit.SHARE, direction, probes);
    }

    @Override
    public List<Recommendation> look(Instant now) {
      looks++;
      if (fault != null) {
        throw fault;
      }
      if (gone || !measured || share < 0.02) {
        return List.of();
      }
      return List.of(
          Recommendation.of("timeout-too-tight")
              .server(GITHUB)
              .what("Raise the time-out of github to 12 s")
              .together("Raise the time-out of")
              .why(Math.round(share * 100) + " % of probes time out")
              .effect("fewer false outages")
              .figure(figure())
              .setting(setting)
              .evidence("probes", probes)
              .build());
    }

    @Override
    public Optional<Reading> read(Recommendation recommendation, Instant since) {
      return gone
          ? Optional.empty()
          : Optional.of(
              new Reading(
                  setting, measured ? figure() : null, wait, settled, silenceCounts, !incidental));
    }
  }

  private void look(Duration later) {
    time.advance(later);
    book.look();
  }

  private AdviceOutcome outcome() {
    assertThat(book.outcomes()).hasSize(1);
    return book.outcomes().get(0);
  }

  @Test
  void look_remembersSinceWhenAndTheNewestNumbers() {
    book.look();
    timeouts.share = 0.1;
    look(FIVE_MINUTES);

    assertThat(book.open()).hasSize(1);
    var open = book.open().get(0);
    assertThat(open.since()).isEqualTo(Instant.parse("2026-11-20T12:00:00Z"));
    assertThat(open.seen()).isEqualTo(Instant.parse("2026-11-20T12:05:00Z"));
    assertThat(open.recommendation().id()).isEqualTo("timeout-too-tight:github");
    assertThat(open.recommendation().why()).isEqualTo("10 % of probes time out");
    assertThat(book.standing()).hasSize(1);
    assertThat(events).isEmpty();
  }

  @Test
  void settingChanged_andTheFigureIsBetter_helped() {
    book.look();
    timeouts.setting = "12 s";
    timeouts.share = 0.005;
    timeouts.probes = 30;
    look(FIVE_MINUTES);
    assertThat(book.open().get(0).change()).isNotNull();
    assertThat(book.standing()).isEmpty();
    look(Duration.ofMinutes(29));
    assertThat(book.outcomes()).isEmpty();
    timeouts.probes = 120;
    look(Duration.ofMinutes(1));

    assertThat(book.open()).isEmpty();
    assertThat(outcome().verdict()).isEqualTo(Verdict.HELPED);
    assertThat(outcome().sentence())
        .isEqualTo(
            "Raise the time-out of github to 12 s (5 s became 12 s): it helped,"
                + " the share of probes that time out was 8.0 % of 400 and is 0.5 % of 120");
    assertThat(events).hasSize(1);
    assertThat(events.get(0).type()).isEqualTo(EventType.RECOMMENDATION);
    assertThat(events.get(0).severity()).isEqualTo(Severity.INFO);
    assertThat(events.get(0).server()).isEqualTo(GITHUB);
    assertThat(events.get(0).details())
        .containsEntry("verdict", "helped")
        .containsEntry("before", "0.08")
        .containsEntry("settingAfter", "12 s");
  }

  @Test
  void settingChanged_withEnoughSamples_isJudgedBeforeTheWait() {
    book.look();
    timeouts.setting = "12 s";
    timeouts.share = 0.001;
    look(FIVE_MINUTES);
    look(FIVE_MINUTES);

    assertThat(outcome().verdict()).isEqualTo(Verdict.HELPED);
  }

  @Test
  void settingChanged_andTheFigureIsNot_didNotHelp_andIsRecommendedAgain() {
    book.look();
    timeouts.setting = "6 s";
    look(FIVE_MINUTES);
    look(FIVE_MINUTES);

    assertThat(outcome().verdict()).isEqualTo(Verdict.DID_NOT_HELP);
    assertThat(events.get(0).severity()).isEqualTo(Severity.WARNING);
    assertThat(book.open()).hasSize(1);
    assertThat(book.open().get(0).since()).isEqualTo(time.instant());
    assertThat(book.open().get(0).recommendation().setting()).isEqualTo("6 s");
  }

  @Test
  void difference_thatMayBeChance_isUnclearAfterADay() {
    book.look();
    timeouts.setting = "6 s";
    timeouts.share = 0.06;
    timeouts.probes = 50;
    look(FIVE_MINUTES);
    look(Duration.ofHours(1));
    assertThat(book.outcomes()).isEmpty();
    look(Duration.ofDays(1));

    assertThat(outcome().verdict()).isEqualTo(Verdict.UNCLEAR);
  }

  @Test
  void figure_thatIsNotMeasuredSince_isUnclearAfterADay() {
    book.look();
    timeouts.setting = "12 s";
    timeouts.measured = false;
    look(FIVE_MINUTES);
    look(Duration.ofHours(23));
    assertThat(book.outcomes()).isEmpty();
    look(Duration.ofHours(1));

    assertThat(outcome().verdict()).isEqualTo(Verdict.UNCLEAR);
    assertThat(outcome().after()).isNull();
    assertThat(outcome().sentence()).endsWith("was 8.0 % and is not measured since");
  }

  @Test
  void settingPutBack_isNoChange() {
    book.look();
    timeouts.setting = "12 s";
    look(Duration.ofMinutes(1));
    timeouts.setting = "5 s";
    look(Duration.ofMinutes(1));

    assertThat(book.open().get(0).change()).isNull();
    assertThat(book.standing()).hasSize(1);
  }

  @Test
  void settingChangedTwice_isJudgedFromTheSecondTime_againstTheFirstFigure() {
    book.look();
    timeouts.setting = "6 s";
    timeouts.share = 0.07;
    timeouts.probes = 100;
    look(FIVE_MINUTES);
    timeouts.setting = "20 s";
    timeouts.share = 0;
    look(Duration.ofMinutes(20));
    look(Duration.ofMinutes(20));
    assertThat(book.outcomes()).isEmpty();
    look(Duration.ofMinutes(10));

    assertThat(outcome().verdict()).isEqualTo(Verdict.HELPED);
    assertThat(outcome().settingBefore()).isEqualTo("5 s");
    assertThat(outcome().settingAfter()).isEqualTo("20 s");
    assertThat(outcome().before().value()).isEqualTo(0.08);
  }

  @Test
  void condition_thatEndsWithoutAChange_isNoLongerNeeded() {
    book.look();
    look(Duration.ofMinutes(15));
    timeouts.share = 0.001;
    look(Duration.ofMinutes(10));
    assertThat(book.open()).hasSize(1);
    assertThat(book.standing()).isEmpty();
    look(Duration.ofMinutes(10));
    assertThat(book.open()).hasSize(1);
    look(FIVE_MINUTES);

    assertThat(outcome().verdict()).isEqualTo(Verdict.NO_LONGER_NEEDED);
    assertThat(outcome().sentence())
        .contains("it is not needed any more, the share of probes that time out was 8.0 %")
        .contains("is 0.1 % of 400");
    assertThat(book.open()).isEmpty();
  }

  @Test
  void condition_thatHeldForMinutes_endsWithoutAWord() {
    book.look();
    look(FIVE_MINUTES);
    timeouts.share = 0;
    look(FIVE_MINUTES);
    look(Duration.ofMinutes(15));

    assertThat(book.open()).isEmpty();
    assertThat(book.outcomes()).isEmpty();
    assertThat(events).isEmpty();
  }

  private AdviceBook restarted(Duration later) {
    time.advance(later);
    var after = new AdviceBook(time, events::add);
    after.add(timeouts);
    after.restore(book.save());
    return after;
  }

  @Test
  void condition_isOverByLooksOfThisProcess_notByTheTimeBefore() {
    book.look();
    look(Duration.ofMinutes(15));
    timeouts.share = 0.001;
    var after = restarted(Duration.ofHours(8));
    after.look();
    time.advance(Duration.ofMinutes(14));
    after.look();
    assertThat(after.outcomes()).isEmpty();
    assertThat(after.open()).hasSize(1);
    time.advance(Duration.ofMinutes(1));
    after.look();

    assertThat(after.outcomes())
        .extracting(AdviceOutcome::verdict)
        .containsExactly(Verdict.NO_LONGER_NEEDED);
  }

  @Test
  void condition_isNotOver_whileNobodyLookedOrCould() {
    book.look();
    look(Duration.ofMinutes(15));
    timeouts.share = 0.001;
    look(FIVE_MINUTES);
    timeouts.fault = new McpRealtimeException("not now");
    look(FIVE_MINUTES);
    timeouts.fault = null;
    look(Duration.ofMinutes(10));
    assertThat(book.open()).as("it could not").hasSize(1);
    look(Duration.ofHours(1));
    assertThat(book.open()).as("nobody looked").hasSize(1);
    timeouts.measured = false;
    look(Duration.ofMinutes(10));
    timeouts.measured = true;
    look(Duration.ofMinutes(10));
    assertThat(book.open()).as("it was not measured").hasSize(1);
    look(Duration.ofMinutes(15));

    assertThat(outcome().verdict()).isEqualTo(Verdict.NO_LONGER_NEEDED);
  }

  @Test
  void evidence_thatIsLackingAfterAStart_isWaitedFor_howeverLongThatWasAgo() {
    book.look();
    timeouts.measured = false;
    var after = restarted(Duration.ofDays(3));
    after.look();
    assertThat(after.open()).hasSize(1);
    time.advance(Duration.ofMinutes(15));
    after.look();

    assertThat(after.open()).isEmpty();
    assertThat(after.outcomes()).isEmpty();
  }

  @Test
  void lookingSince_isWhenAllCouldLookFirst() {
    assertThat(book.lookingSince()).isEmpty();
    timeouts.fault = new McpRealtimeException("not now");
    book.look();
    assertThat(book.lookingSince()).isEmpty();
    timeouts.fault = null;
    look(FIVE_MINUTES);
    look(FIVE_MINUTES);

    assertThat(book.lookingSince()).contains(Instant.parse("2026-11-20T12:05:00Z"));
  }

  /** Advises on so many servers at once. */
  private record Many(String rule, Urgency urgency, int count) implements Adviser {
    @Override
    public Set<String> rules() {
      return Set.of(rule);
    }

    @Override
    public List<Recommendation> look(Instant now) {
      return IntStream.range(0, count)
          .mapToObj(
              i ->
                  Recommendation.of(rule)
                      .server(ServerId.of("s" + i))
                      .what("Do it")
                      .why("why")
                      .effect("effect")
                      .urgency(urgency)
                      .figure(Figure.lower("figure", 1, Unit.COUNT))
                      .build())
          .toList();
    }

    @Override
    public Optional<Reading> read(Recommendation recommendation, Instant since) {
      return Optional.of(new Reading(null, recommendation.figure()));
    }
  }

  private List<String> ofRule(String rule) {
    return book.standing().stream()
        .filter(one -> one.rule().equals(rule))
        .map(Recommendation::id)
        .toList();
  }

  @Test
  void urgentRecommendation_takesThePlaceOfTheNewestOther() {
    book.look();
    book.add(new Many("normal", Urgency.NORMAL, 2_000));
    book.look();
    assertThat(book.open()).hasSize(AdviceBook.MAX_OPEN);
    assertThat(ofRule("normal")).hasSize(AdviceBook.MAX_OPEN - 1);
    book.add(new Many("broken", Urgency.URGENT, 2));
    book.look();
    book.look();

    assertThat(book.open()).hasSize(AdviceBook.MAX_OPEN);
    assertThat(ofRule("broken")).containsExactly("broken:s0", "broken:s1");
    assertThat(ofRule("normal")).hasSize(AdviceBook.MAX_OPEN - 3).doesNotContain("normal:s998");
    assertThat(ofRule("timeout-too-tight")).hasSize(1);
    book.add(new Many("worse", Urgency.URGENT, 2_000));
    book.look();

    assertThat(book.open()).hasSize(AdviceBook.MAX_OPEN);
    assertThat(ofRule("broken")).hasSize(2);
    assertThat(ofRule("worse")).hasSize(AdviceBook.MAX_OPEN - 2);
    assertThat(ofRule("normal")).isEmpty();
  }

  @Test
  void settingThatChangesAnyhow_isAnActOnlyWhereItHelped() {
    timeouts.incidental = true;
    book.look();
    timeouts.setting = "github 1.1";
    look(FIVE_MINUTES);
    assertThat(book.open().get(0).change()).isNotNull();
    look(FIVE_MINUTES);
    assertThat(book.outcomes()).isEmpty();
    assertThat(events).isEmpty();
    assertThat(book.standing()).hasSize(1);
    assertThat(book.open().get(0).since()).isEqualTo(Instant.parse("2026-11-20T12:00:00Z"));
    assertThat(book.standing().get(0).setting()).isEqualTo("github 1.1");
    timeouts.setting = "github 1.2";
    timeouts.share = 0.001;
    look(FIVE_MINUTES);
    look(FIVE_MINUTES);

    assertThat(outcome().verdict()).isEqualTo(Verdict.HELPED);
  }

  @Test
  void settingThatChangesAnyhow_whereNothingIsRecommendedAnyMore_endsWithoutAWord() {
    timeouts.incidental = true;
    timeouts.silenceCounts = false;
    timeouts.share = 0.0201;
    book.look();
    timeouts.setting = "github 1.1";
    timeouts.share = 0.0199;
    look(FIVE_MINUTES);
    look(FIVE_MINUTES);

    assertThat(book.open()).isEmpty();
    assertThat(book.outcomes()).isEmpty();
    assertThat(events).isEmpty();
  }

  @Test
  void evidence_thatIsLacking_endsNothing_andIsForgottenAfterADay() {
    book.look();
    timeouts.measured = false;
    look(Duration.ofHours(23));
    assertThat(book.open()).hasSize(1);
    look(Duration.ofHours(1));

    assertThat(book.open()).isEmpty();
    assertThat(book.outcomes()).isEmpty();
  }

  @Test
  void server_thatIsGone_takesItsRecommendationsAlong() {
    book.look();
    timeouts.gone = true;
    look(FIVE_MINUTES);

    assertThat(book.open()).isEmpty();
    assertThat(book.outcomes()).isEmpty();
  }

  @Test
  void adviser_thatCannotLook_changesNothing() {
    book.look();
    timeouts.fault = new McpRealtimeException("not now");
    look(Duration.ofDays(2));
    timeouts.fault = new IllegalStateException("a fault of ours");
    look(Duration.ofDays(2));

    assertThat(book.open()).hasSize(1);
    assertThat(book.standing()).hasSize(1);
    timeouts.fault = null;
    timeouts.measured = false;
    look(FIVE_MINUTES);
    assertThat(book.standing()).isEmpty();
  }

  @Test
  void settingChangedAgainAndAgain_restartsTheWaitOnce() {
    book.look();
    timeouts.probes = 100;
    timeouts.share = 0.001;
    for (int i = 0; i < 3; i++) {
      timeouts.setting = 6 + i + " s";
      look(Duration.ofMinutes(20));
    }
    assertThat(book.outcomes()).isEmpty();
    timeouts.setting = "20 s";
    look(Duration.ofMinutes(20));

    assertThat(outcome().verdict()).isEqualTo(Verdict.HELPED);
    assertThat(outcome().settingBefore()).isEqualTo("5 s");
    assertThat(outcome().settingAfter()).isEqualTo("20 s");
  }

  @Test
  void settingChanged_thatLeavesNothingToRecommend_isDone_whateverTheFigureIs() {
    book.look();
    timeouts.setting = "6 s";
    timeouts.settled = true;
    look(FIVE_MINUTES);
    look(FIVE_MINUTES);
    assertThat(outcome().verdict()).as("it is still recommended").isEqualTo(Verdict.DID_NOT_HELP);

    timeouts.setting = "7 s";
    timeouts.measured = false;
    look(FIVE_MINUTES);
    look(FIVE_MINUTES);
    assertThat(book.outcomes().get(0).verdict()).isEqualTo(Verdict.NO_LONGER_NEEDED);
  }

  @Test
  void figure_thatTakesDaysToMeasure_isWaitedFor() {
    book.look();
    timeouts.wait = Duration.ofDays(8);
    timeouts.setting = "12 s";
    timeouts.measured = false;
    look(FIVE_MINUTES);
    look(Duration.ofDays(7));
    assertThat(book.outcomes()).isEmpty();
    timeouts.measured = true;
    timeouts.share = 0.001;
    look(FIVE_MINUTES);

    assertThat(outcome().verdict()).isEqualTo(Verdict.HELPED);
  }

  @Test
  void silence_ofARuleThatCouldNotSpeak_isNoHelp() {
    timeouts.share = 0.0205;
    timeouts.probes = 1_000_000;
    book.look();
    timeouts.setting = "12 s";
    timeouts.share = 0.0195;
    timeouts.silenceCounts = false;
    look(FIVE_MINUTES);
    look(FIVE_MINUTES);
    assertThat(outcome().verdict()).isEqualTo(Verdict.DID_NOT_HELP);
  }

  @Test
  void silence_ofARuleThatCouldSpeak_isHelp() {
    timeouts.share = 0.0205;
    timeouts.probes = 1_000_000;
    book.look();
    timeouts.setting = "12 s";
    timeouts.share = 0.0195;
    look(FIVE_MINUTES);
    look(FIVE_MINUTES);
    assertThat(outcome().verdict()).isEqualTo(Verdict.HELPED);
  }

  @Test
  void figure_thatMustNotRise_andDoesNot_helped() {
    timeouts.direction = Figure.Better.NOT_HIGHER;
    book.look();
    timeouts.setting = "3 s";
    look(FIVE_MINUTES);
    look(FIVE_MINUTES);
    assertThat(outcome().verdict()).as("as many as before").isEqualTo(Verdict.HELPED);
    timeouts.setting = "1 s";
    look(FIVE_MINUTES);
    timeouts.setting = "2 s";
    timeouts.share = 0.2;
    look(FIVE_MINUTES);
    look(FIVE_MINUTES);
    look(FIVE_MINUTES);

    assertThat(book.outcomes().get(0).verdict()).isEqualTo(Verdict.DID_NOT_HELP);
  }

  @Test
  void figure_thatMustNotRise_andRoseMaybeByChance_isUnclearAfterADay() {
    timeouts.direction = Figure.Better.NOT_HIGHER;
    timeouts.share = 0.02;
    timeouts.probes = 500;
    book.look();
    timeouts.setting = "3 s";
    timeouts.share = 0.04;
    timeouts.probes = 200;
    look(FIVE_MINUTES);
    look(FIVE_MINUTES);
    assertThat(book.outcomes()).isEmpty();
    look(Duration.ofDays(1));

    assertThat(outcome().verdict()).isEqualTo(Verdict.UNCLEAR);
  }

  private Verdict judged(Figure before, Figure after) {
    var change = new OpenAdvice.Change(time.instant(), "5 s", "8 s", before);
    var late = time.instant().plus(Comparison.LONGEST_WAIT);
    return Comparison.judge(change, new Reading("8 s", after), false, late).orElseThrow();
  }

  @Test
  void figure_thatWasNothing_cannotGetBetter() {
    var none = Figure.lower("share", 0, Unit.SHARE).of(400);

    assertThat(judged(none, none)).isEqualTo(Verdict.UNCLEAR);
    assertThat(judged(none, Figure.lower("share", 0.005, Unit.SHARE).of(200)))
        .as("that may be chance")
        .isEqualTo(Verdict.UNCLEAR);
    assertThat(judged(none, Figure.lower("share", 0.05, Unit.SHARE).of(200)))
        .isEqualTo(Verdict.DID_NOT_HELP);
  }

  @Test
  void textsOfServers_keepToTheirLine() {
    timeouts.setting = "ev\u001b[2Jil\n1.0";
    book.look();
    look(FIVE_MINUTES);

    assertThat(book.open().get(0).recommendation().setting()).isEqualTo("ev\uFFFD[2Jil\uFFFD1.0");
    assertThat(book.open().get(0).change()).isNull();
  }

  @Test
  void lookIfOlderThan_looksOnceInThatTime() {
    book.lookIfOlderThan(Duration.ofMinutes(1));
    time.advance(Duration.ofSeconds(59));
    book.lookIfOlderThan(Duration.ofMinutes(1));
    assertThat(timeouts.looks).isEqualTo(1);
    time.advance(Duration.ofSeconds(1));
    book.lookIfOlderThan(Duration.ofMinutes(1));

    assertThat(timeouts.looks).isEqualTo(2);
  }

  @Test
  void restore_goesOnWithWhatWasSaved() {
    book.look();
    timeouts.setting = "12 s";
    timeouts.share = 0.001;
    look(FIVE_MINUTES);

    var after = new AdviceBook(time, events::add);
    after.add(timeouts);
    after.restore(book.save());
    assertThat(after.save()).isEqualTo(book.save());
    assertThat(after.open()).isEqualTo(book.open());
    time.advance(Duration.ofMinutes(30));
    after.look();

    assertThat(after.outcomes()).extracting(AdviceOutcome::verdict).containsExactly(Verdict.HELPED);
    var third = new AdviceBook(time, events::add);
    third.restore(after.save());
    assertThat(third.outcomes()).isEqualTo(after.outcomes());
  }

  @Test
  void restore_ofARuleThatIsNoMore_letsGoOfIt() {
    book.look();
    var after = new AdviceBook(time, events::add);
    after.restore(book.save());
    after.look();

    assertThat(after.open()).isEmpty();
  }

  @Test
  void restore_ofSomethingElse_saysSo() {
    assertThatThrownBy(() -> book.restore("{\"version\": 7}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("these are no recommendations of version 1");
    assertThatThrownBy(() -> book.restore("{\"version\": 1, \"open\": [{}], \"outcomes\": []}"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'id' of a recommendation is missing");
    assertThatThrownBy(() -> book.restore("{"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("not JSON");
  }

  @Test
  void outcomes_areTheLastHundred() {
    for (int i = 0; i < 103; i++) {
      timeouts.setting = i + " s";
      look(FIVE_MINUTES);
      look(FIVE_MINUTES);
    }

    assertThat(book.outcomes()).hasSize(AdviceBook.MAX_OUTCOMES);
    assertThat(book.outcomes().get(0).at()).isEqualTo(time.instant());
  }
}
