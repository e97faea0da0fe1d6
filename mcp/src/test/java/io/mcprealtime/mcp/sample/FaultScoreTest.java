package io.mcprealtime.mcp.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.mcp.sample.FaultScore.Count;
import io.mcprealtime.mcp.sample.FaultScore.Told;
import io.mcprealtime.mcp.sample.SampleFault.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class FaultScoreTest {
  private static final Instant START = Instant.parse("2026-11-22T10:00:00Z");
  private static final FaultScore.Slack SLACK =
      new FaultScore.Slack(Duration.ofSeconds(3), Duration.ofSeconds(30));

  private static Instant at(int second) {
    return START.plusSeconds(second);
  }

  private static InjectedFault fault(String server, SampleFault fault, int from, int until) {
    return new InjectedFault(server, fault, at(from), at(until));
  }

  private static Told told(String server, int second) {
    return new Told(server, "response_time_ms", at(second));
  }

  private static FaultScore score(
      List<InjectedFault> faults, List<Told> anomalies, List<Told> states) {
    return FaultScore.of(faults, anomalies, states, SLACK, at(1_000));
  }

  @Test
  void anOnset_fromTheStartToTheEndOfTheGrace_findsTheFaultOfItsServer() {
    var faults = List.of(fault("a", SampleFault.slow(4), 100, 130));
    for (int second : new int[] {97, 100, 130, 160}) {
      var found = score(faults, List.of(told("a", second)), List.of());
      assertThat(found.total()).isEqualTo(new Count(1, 1, 0));
      assertThat(found.total().recall()).isEqualTo(1);
      assertThat(found.precision()).isEqualTo(1);
      assertThat(found.delays()).containsExactly(Duration.ofSeconds(second - 100));
    }
    for (var wrong : List.of(told("a", 96), told("a", 161), told("b", 110))) {
      var missed = score(faults, List.of(wrong), List.of());
      assertThat(missed.total().recall()).isZero();
      assertThat(missed.precision()).isZero();
      assertThat(missed.missed()).isEqualTo(faults);
      assertThat(missed.wrong()).containsExactly(wrong);
    }
  }

  @Test
  void anAnomalyThatIsToldTwice_countsOnce() {
    var score =
        score(
            List.of(fault("a", SampleFault.slow(4), 100, 130)),
            List.of(told("a", 105), told("a", 105), told("a", 120)),
            List.of());
    assertThat(score.right()).hasSize(2);
    assertThat(score.delays()).containsExactly(Duration.ofSeconds(5));
  }

  @Test
  void aChangeOfState_findsOutagesOnly_andIsNeverWrong() {
    var score =
        score(
            List.of(
                fault("a", SampleFault.down(), 100, 130),
                fault("a", SampleFault.hang(), 300, 330),
                fault("b", SampleFault.errors(1), 100, 130)),
            List.of(told("a", 302)),
            List.of(told("a", 104), told("a", 310), told("b", 104), told("c", 104)));
    assertThat(score.byKind())
        .containsEntry(Kind.DOWN, new Count(1, 0, 1))
        .containsEntry(Kind.HANG, new Count(1, 1, 0))
        .containsEntry(Kind.ERRORS, new Count(1, 0, 0));
    assertThat(score.precision()).isEqualTo(1);
    assertThat(score.lines())
        .contains(
            "Faults injected: 3, found: 2 (recall 67 %): 1 by an anomaly, 1 by a change of state"
                + " alone",
            "Anomalies told: 1, right: 1 (precision 100 %)",
            "  missed  b: errors 100 % from 2026-11-22T10:01:40Z to 2026-11-22T10:02:10Z");
  }

  @Test
  void aFaultWhoseGraceIsNotOver_countsWhenItWasFoundOnly() {
    var cut = new InjectedFault("a", SampleFault.slow(4), at(980), null);
    var late = fault("b", SampleFault.slow(4), 950, 980);
    var score = score(List.of(cut, late), List.of(told("b", 960)), List.of());
    assertThat(score.total()).isEqualTo(new Count(1, 1, 0));
    assertThat(score.unfinished()).containsExactly(cut);
    assertThat(score.lines()).contains("Not over at the end, and not counted: 1");
    assertThat(cut).hasToString("a: slow ×4 from 2026-11-22T10:16:20Z to the end");
  }

  @Test
  void nothingAtAll_isNotKnown() {
    var score = score(List.of(), List.of(), List.of());
    assertThat(score.lines())
        .containsExactly(
            "Faults injected: 0, found: 0 (recall not known): 0 by an anomaly, 0 by a change of"
                + " state alone",
            "Anomalies told: 0, right: 0 (precision not known)");
  }
}
