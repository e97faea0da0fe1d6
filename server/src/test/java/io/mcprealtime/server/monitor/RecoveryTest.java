package io.mcprealtime.server.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.ManualTime;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerState;
import io.mcprealtime.Severity;
import io.mcprealtime.mcp.config.RecoveryPlan;
import io.mcprealtime.server.monitor.RecoveryAttempt.Outcome;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

class RecoveryTest {
  private static final ServerId A = ServerId.of("a");
  private static final RecoveryPlan RESTART =
      new RecoveryPlan(true, List.of(), null, Duration.ofSeconds(60), 3);

  private final ManualTime time = ManualTime.startingAt("2026-11-20T12:00:00Z");
  private final Deque<Runnable> queue = new ArrayDeque<>();
  private final List<MonitoringEvent> events = new ArrayList<>();
  private final List<String> done = new ArrayList<>();
  private final Recovery recovery = recovery(RESTART, queue::add);

  private Recovery recovery(RecoveryPlan plan, Executor executor) {
    var doing =
        new Recovery.Doing() {
          @Override
          public void restart() {
            done.add("restart");
          }

          @Override
          public void probeSoon() {
            done.add("probe");
          }
        };
    return new Recovery(A, plan, time, executor, doing, events::add);
  }

  private void down() {
    recovery.observe(ServerState.DOWN, true, "it ended", false);
  }

  private void runQueue() {
    for (var task = queue.poll(); task != null; task = queue.poll()) {
      task.run();
    }
  }

  private RecoveryAttempt newest() {
    return recovery.attempts().get(0);
  }

  private List<String> messages() {
    var messages = events.stream().map(MonitoringEvent::message).toList();
    events.clear();
    return messages;
  }

  @Test
  void restartThatHelps_isTold() {
    recovery.observe(ServerState.HEALTHY, false, null, false);
    assertThat(queue).isEmpty();
    down();
    down();
    assertThat(queue).hasSize(1);
    assertThat(newest().outcome()).isEqualTo(Outcome.PENDING);
    runQueue();
    assertThat(done).containsExactly("restart", "probe");
    time.advance(Duration.ofSeconds(4));
    down();
    assertThat(queue).as("it is given time").isEmpty();
    recovery.observe(ServerState.DEGRADED, false, null, false);
    assertThat(newest().outcome()).isEqualTo(Outcome.HELPED);
    assertThat(messages())
        .containsExactly(
            "Recovery of a (restart): done, and not known yet whether it helps",
            "Recovery of a (restart): up again after 4 s");
    recovery.observe(ServerState.HEALTHY, false, null, false);
    assertThat(messages()).isEmpty();
  }

  @Test
  void restartThatDoesNotHelp_isTriedAgainAfterTheCoolDown_upToTheLimit() {
    for (int i = 0; i < 3; i++) {
      down();
      runQueue();
      time.advance(Duration.ofSeconds(59));
      down();
      assertThat(queue).isEmpty();
      time.advance(Duration.ofSeconds(1));
    }
    messages();
    down();
    down();
    time.advance(Duration.ofSeconds(60));
    down();
    assertThat(queue).isEmpty();
    assertThat(recovery.attempts())
        .hasSize(3)
        .allMatch(attempt -> attempt.outcome() == Outcome.DID_NOT_HELP);
    assertThat(events.get(1).severity()).isEqualTo(Severity.ERROR);
    assertThat(messages())
        .containsExactly(
            "Recovery of a (restart): still DOWN after 60 s",
            "Recovery of a is left to people: 3 attempts in an hour did not help");
    time.advance(Duration.ofHours(1));
    down();
    assertThat(queue).as("another hour").hasSize(1);
  }

  @Test
  void givingUp_isToldAgainAfterTheServerWasUp() {
    for (int i = 0; i < 4; i++) {
      down();
      runQueue();
      time.advance(Duration.ofSeconds(60));
    }
    assertThat(messages()).anyMatch(message -> message.contains("left to people"));
    recovery.observe(ServerState.HEALTHY, false, null, false);
    down();
    assertThat(messages()).anyMatch(message -> message.contains("left to people"));
    assertThat(queue).isEmpty();
  }

  @Test
  void sharedOutage_isNotMended() {
    recovery.observe(ServerState.DOWN, true, "why", true);
    assertThat(queue).isEmpty();
    down();
    assertThat(queue).hasSize(1);
    // While it waited for its turn, others failed as well.
    recovery.observe(ServerState.DOWN, true, "why", true);
    runQueue();
    assertThat(done).isEmpty();
    assertThat(recovery.attempts()).isEmpty();
    down();
    runQueue();
    assertThat(done).containsExactly("restart", "probe");
  }

  @Test
  void serverThatIsUpBeforeItsTurn_isLeftAlone() {
    down();
    recovery.observe(ServerState.HEALTHY, false, null, false);
    runQueue();
    assertThat(done).isEmpty();
    assertThat(messages()).isEmpty();
  }

  @Test
  void end_keepsWhatWaitsFromBeginning() {
    down();
    recovery.end();
    runQueue();
    assertThat(done).isEmpty();
    assertThat(recovery.attempts()).isEmpty();
  }

  @Test
  void failedAction_isTold_andCounts() {
    var plan =
        new RecoveryPlan(
            false, List.of("/no/such/program", "secret"), null, Duration.ofSeconds(60), 1);
    var failing = recovery(plan, Runnable::run);
    failing.observe(ServerState.DOWN, true, null, false);
    assertThat(failing.attempts())
        .extracting(RecoveryAttempt::outcome)
        .containsExactly(Outcome.FAILED);
    assertThat(messages())
        .containsExactly("Recovery of a (command): command '/no/such/program' does not start");
    time.advance(Duration.ofSeconds(60));
    failing.observe(ServerState.DOWN, true, null, false);
    assertThat(messages()).singleElement().asString().contains("left to people: 1 attempts");
  }

  @Test
  void executorThatIsClosed_isNoFault() {
    var late =
        recovery(
            RESTART,
            task -> {
              throw new RejectedExecutionException("closed");
            });
    late.observe(ServerState.DOWN, true, null, false);
    assertThat(messages()).containsExactly("Recovery of a (restart): not done: the monitor stops");
  }

  @Test
  void serverThatIsComingBack_isLeftAlone() {
    recovery.observe(ServerState.DOWN, false, null, false);
    assertThat(recovery.attempts()).isEmpty();
  }

  @Test
  void attemptsKept_areBounded() {
    var plan = new RecoveryPlan(true, List.of(), null, Duration.ofSeconds(1), 1_000);
    var often = recovery(plan, Runnable::run);
    for (int i = 0; i < 3_000; i++) {
      often.observe(ServerState.DOWN, true, null, false);
      time.advance(Duration.ofSeconds(2));
    }
    assertThat(often.attempts()).hasSize(1_000);
  }
}
