package io.mcprealtime.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.ServerState;
import io.mcprealtime.Severity;
import io.mcprealtime.analysis.HealthScore.Deduction;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HealthScoreTest {
  private static final HealthFigures GOOD =
      new HealthFigures(ServerState.HEALTHY, 1.0, 0.0, 240.0, 20.0, 20.0, List.of());

  private static double score(HealthFigures figures) {
    return HealthScore.of(figures).orElseThrow().score();
  }

  private static List<Anomaly> anomalies(int count, Severity severity) {
    var at = Instant.parse("2026-11-20T12:00:00Z");
    return Collections.nCopies(
        count, new Anomaly("memory_mb", severity, at, null, 9, 1, 2, 3.0, "Memory."));
  }

  @Test
  void score_ofAServerAsItShouldBe_isAHundred() {
    assertThat(HealthScore.of(GOOD)).contains(new HealthScore(100, GOOD, List.of()));
  }

  @Test
  void score_ofAnUnknownState_isNone() {
    assertThat(HealthScore.of(GOOD.withState(ServerState.UNKNOWN))).isEmpty();
  }

  @Test
  void score_listsEachDeductionWithItsNumbers() {
    var score =
        HealthScore.of(
                new HealthFigures(
                    ServerState.HEALTHY,
                    0.9,
                    0.05,
                    180.0,
                    200.0,
                    40.0,
                    anomalies(1, Severity.WARNING)))
            .orElseThrow();

    assertThat(score.deductions())
        .extracting(Deduction::part)
        .containsExactly("response_time", "anomalies", "availability", "errors");
    assertThat(score.deductions())
        .extracting(Deduction::why)
        .contains(
            "It was up in 90.0 % of the last hour's samples.",
            "5.00 % of the last hour's calls failed (of about 180).",
            "It takes 200.0 ms where 40.0 ms was usual in the last day.",
            "Unusual now: memory_mb.");
    double taken = score.deductions().stream().mapToDouble(Deduction::points).sum();
    assertThat(score.score()).isEqualTo(100 - taken);
  }

  @Test
  void score_neverRisesWhenAFigureGetsWorse() {
    var random = new Random(9);
    var worse =
        List.of(
            ServerState.HEALTHY,
            ServerState.DEGRADED,
            ServerState.EMPTY,
            ServerState.AUTH_REQUIRED,
            ServerState.DOWN);
    for (int run = 0; run < 5_000; run++) {
      int state = random.nextInt(5);
      double up = random.nextDouble();
      double errors = random.nextDouble();
      double recent = 400 * random.nextDouble();
      double usual = 400 * random.nextDouble();
      int unusual = random.nextInt(5);
      var base = figures(worse.get(state), up, errors, recent, usual, unusual);
      assertThat(score(base)).isBetween(0.0, 100.0);
      int next = Math.min(4, state + 1);
      for (var other :
          List.of(
              figures(worse.get(next), up, errors, recent, usual, unusual),
              figures(worse.get(state), up * random.nextDouble(), errors, recent, usual, unusual),
              figures(worse.get(state), up, Math.min(1, errors * 1.3), recent, usual, unusual),
              figures(worse.get(state), up, errors, recent * 1.5, usual, unusual),
              figures(worse.get(state), up, errors, recent, usual, unusual + 1))) {
        assertThat(score(other)).isLessThanOrEqualTo(score(base));
      }
    }
  }

  @Test
  void score_ofOneMoreCall_neverFallsBySuccess_andNeverRisesByFailure() {
    var random = new Random(12);
    for (int run = 0; run < 50_000; run++) {
      // Counts fade, and so are no whole numbers.
      double calls = Math.exp(12 * random.nextDouble() - 2);
      double failures = calls * (run % 3 == 0 ? 1 : random.nextDouble());
      double before = score(ofCalls(failures, calls));
      assertThat(score(ofCalls(failures, calls + 1)))
          .isGreaterThanOrEqualTo(before - Math.ulp(100.0));
      assertThat(score(ofCalls(failures + 1, calls + 1)))
          .isLessThanOrEqualTo(before + Math.ulp(100.0));
    }
  }

  @Test
  void score_afterTenFailures_risesWithEachSuccess() {
    double before = score(ofCalls(10, 10));
    assertThat(before).isEqualTo(80);
    for (int successes = 1; successes <= 10; successes++) {
      double after = score(ofCalls(10, 10 + successes));
      assertThat(after).isGreaterThan(before);
      before = after;
    }
    assertThat(before).isEqualTo(85);
  }

  private static HealthFigures ofCalls(double failures, double calls) {
    return new HealthFigures(
        ServerState.HEALTHY, 1.0, failures / calls, calls, 20.0, 20.0, List.of());
  }

  private static HealthFigures figures(
      ServerState state, double up, double errors, double recent, double usual, int unusual) {
    return new HealthFigures(
        state, up, errors, 50.0, recent, usual, anomalies(unusual, Severity.CRITICAL));
  }

  @Test
  void overall_isTheMean() {
    var down = HealthScore.of(HealthFigures.of(ServerState.DOWN)).orElseThrow();
    var up = HealthScore.of(GOOD).orElseThrow();

    assertThat(HealthScore.overall(List.of(up, down, down, down))).contains(25.0);
    assertThat(HealthScore.overall(List.of())).isEmpty();
  }
}
