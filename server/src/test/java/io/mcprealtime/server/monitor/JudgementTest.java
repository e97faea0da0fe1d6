package io.mcprealtime.server.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.ServerState;
import io.mcprealtime.mcp.StateRule;
import io.mcprealtime.server.monitor.Judgement.Finding;
import io.mcprealtime.server.monitor.Judgement.Verdict;
import io.mcprealtime.server.monitor.MonitorSettings.Confirmation;
import io.mcprealtime.server.monitor.MonitorSettings.FlappingRule;
import io.mcprealtime.testkit.TestData;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JudgementTest {
  private static final StateRule UP = StateRule.ALL_PASSED;
  private static final StateRule DOWN = StateRule.UNREACHABLE;
  private static final StateRule LOGIN = StateRule.CREDENTIALS_REFUSED;
  private static final StateRule EMPTY = StateRule.NO_TOOLS;

  private Instant now = TestData.NOON;

  private static Judgement judgement(@Nullable ServerState known) {
    return new Judgement(Confirmation.DEFAULT, FlappingRule.DEFAULT, known);
  }

  private Verdict judge(Judgement judgement, StateRule rule) {
    now = now.plusSeconds(15);
    return judgement.judge(new Finding(now, rule, rule == UP ? null : "why"));
  }

  @Test
  void firstVerdict_isBelievedWhenItIsGood_andConfirmedWhenNot() {
    var judgement = judgement(null);
    var first = judge(judgement, DOWN);
    assertThat(first.state()).isEqualTo(ServerState.UNKNOWN);
    assertThat(first.doubt()).isNotNull();
    var second = judge(judgement, DOWN);
    assertThat(second.state()).isEqualTo(ServerState.DOWN);
    assertThat(second.from()).isEqualTo(ServerState.UNKNOWN);
    assertThat(second.doubt()).isNull();
    assertThat(judge(judgement(ServerState.UNKNOWN), UP).from()).isEqualTo(ServerState.UNKNOWN);
  }

  @Test
  void whatAServerSaysOfItself_isBelievedAtOnce() {
    var judgement = judgement(ServerState.HEALTHY);
    var verdict = judgement.believe(new Finding(now, StateRule.RATE_LIMITED, "HTTP 429"));
    assertThat(verdict.state()).isEqualTo(ServerState.DEGRADED);
    assertThat(verdict.doubt()).isNull();
  }

  @Test
  void oneFailure_isDoubt_andTwoOfThreeAreAnOutage() {
    var judgement = judgement(null);
    judge(judgement, UP);
    var doubtful = judge(judgement, DOWN);
    assertThat(doubtful.state()).isEqualTo(ServerState.HEALTHY);
    assertThat(doubtful.from()).isNull();
    assertThat(doubtful.basis()).isNotNull();
    assertThat(doubtful.basis().rule()).isEqualTo(UP);
    assertThat(doubtful.doubt()).isNotNull();
    assertThat(doubtful.doubt().agreeing()).isEqualTo(1);
    assertThat(doubtful.doubt().needed()).isEqualTo(2);
    assertThat(doubtful.doubt().finding().state()).isEqualTo(ServerState.DOWN);
    var down = judge(judgement, DOWN);
    assertThat(down.state()).isEqualTo(ServerState.DOWN);
    assertThat(down.from()).isEqualTo(ServerState.HEALTHY);
    assertThat(down.doubt()).isNull();
    assertThat(judge(judgement, DOWN).from()).isNull();
  }

  @Test
  void oneFailureBetweenSuccesses_changesNothing() {
    var judgement = judgement(ServerState.HEALTHY);
    for (int i = 0; i < 20; i++) {
      assertThat(judge(judgement, i % 3 == 0 ? DOWN : UP).state()).isEqualTo(ServerState.HEALTHY);
    }
  }

  @Test
  void recovery_isConfirmedAsWell() {
    var judgement = judgement(ServerState.DOWN);
    judge(judgement, DOWN);
    assertThat(judge(judgement, UP).state()).isEqualTo(ServerState.DOWN);
    var up = judge(judgement, UP);
    assertThat(up.state()).isEqualTo(ServerState.HEALTHY);
    assertThat(up.from()).isEqualTo(ServerState.DOWN);
  }

  @Test
  void oneOfOne_believesEveryProbe() {
    var judgement = new Judgement(Confirmation.NONE, FlappingRule.DEFAULT, ServerState.HEALTHY);
    assertThat(judge(judgement, DOWN).from()).isEqualTo(ServerState.HEALTHY);
    assertThat(judge(judgement, UP).from()).isEqualTo(ServerState.DOWN);
    assertThat(judge(judgement, LOGIN).state()).isEqualTo(ServerState.AUTH_REQUIRED);
  }

  @Test
  void alternating_isDeclaredByTwoOfThree_andThenFlaps() {
    var judgement = judgement(ServerState.HEALTHY);
    judge(judgement, DOWN);
    judge(judgement, UP);
    assertThat(judge(judgement, DOWN).from()).isEqualTo(ServerState.HEALTHY);
    Verdict verdict = null;
    for (int i = 0; i < 4; i++) {
      verdict = judge(judgement, i % 2 == 0 ? UP : DOWN);
      assertThat(verdict.from()).isNotNull();
    }
    assertThat(verdict.flapping()).isTrue();
    assertThat(verdict.flappingChanged()).isTrue();
    assertThat(verdict.changes()).isEqualTo(5);
  }

  @Test
  void threeDifferentStates_leaveTheOldOne() {
    var judgement = judgement(ServerState.HEALTHY);
    assertThat(judge(judgement, DOWN).state()).isEqualTo(ServerState.HEALTHY);
    assertThat(judge(judgement, LOGIN).state()).isEqualTo(ServerState.HEALTHY);
    // None of the last three found it healthy, so that it is not any more.
    var third = judge(judgement, EMPTY);
    assertThat(third.state()).isEqualTo(ServerState.EMPTY);
    assertThat(third.from()).isEqualTo(ServerState.HEALTHY);
  }

  @Test
  void knownState_standsAfterARestart() {
    var judgement = judgement(ServerState.HEALTHY);
    var first = judge(judgement, DOWN);
    assertThat(first.state()).isEqualTo(ServerState.HEALTHY);
    assertThat(first.basis()).isNull();
    assertThat(first.from()).isNull();
    assertThat(judge(judgement, DOWN).from()).isEqualTo(ServerState.HEALTHY);
    var same = judge(judgement(ServerState.DOWN), DOWN);
    assertThat(same.from()).isNull();
    assertThat(same.basis()).isNotNull();
  }

  @Test
  void flapping_endsWhenItIsCalm() {
    var flapping = new Flapping(new FlappingRule(3, Duration.ofMinutes(10), Duration.ofMinutes(5)));
    for (int i = 0; i < 3; i++) {
      now = now.plusSeconds(30);
      flapping.changed(now);
      assertThat(flapping.update(now)).isEqualTo(i == 2);
    }
    assertThat(flapping.changes()).isEqualTo(3);
    assertThat(flapping.update(now.plusSeconds(299))).isFalse();
    assertThat(flapping.isFlapping()).isTrue();
    assertThat(flapping.update(now.plusSeconds(300))).isTrue();
    assertThat(flapping.isFlapping()).isFalse();
    // What was before does not count again.
    flapping.changed(now.plusSeconds(301));
    assertThat(flapping.update(now.plusSeconds(301))).isFalse();
  }

  @Test
  void changesFarApart_areNoFlapping() {
    var flapping = new Flapping(new FlappingRule(3, Duration.ofMinutes(10), Duration.ofMinutes(5)));
    for (int i = 0; i < 50; i++) {
      now = now.plusSeconds(301);
      flapping.changed(now);
      assertThat(flapping.update(now)).isFalse();
    }
    assertThat(flapping.changes()).isEqualTo(2);
  }

  @Test
  void clockPutBack_doesNotMakeItFlapForHours() {
    var flapping = new Flapping(new FlappingRule(3, Duration.ofMinutes(10), Duration.ofMinutes(5)));
    for (int i = 0; i < 3; i++) {
      flapping.changed(now);
    }
    assertThat(flapping.update(now)).isTrue();
    var back = now.minus(Duration.ofHours(3));
    assertThat(flapping.update(back)).isTrue();
    assertThat(flapping.isFlapping()).isFalse();
  }
}
