package io.mcprealtime.server.monitor;

import io.mcprealtime.EventType;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerState;
import io.mcprealtime.Severity;
import io.mcprealtime.TimeSource;
import io.mcprealtime.mcp.config.RecoveryPlan;
import io.mcprealtime.server.monitor.RecoveryAttempt.Outcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tries to bring one server back when it is down, as its plan says: not more often than the
 * cool-down and the limit allow, and it tells whether it helped. Thread-safe.
 */
final class Recovery {
  private static final Duration HOUR = Duration.ofHours(1);
  private static final int KEPT = 20;

  private final ServerId server;
  private final RecoveryPlan plan;
  private final TimeSource time;
  private final Executor executor;
  private final Doing doing;
  private final Consumer<MonitoringEvent> events;
  private final Deque<RecoveryAttempt> attempts = new ArrayDeque<>();
  private boolean running;
  private boolean givenUp;

  /** What the plan's actions need from the server's watch. */
  interface Doing {
    /** Ends the server's process and starts it again. */
    void restart();

    /** Has the server probed soon, whatever its circuit breaker says. */
    void probeSoon();
  }

  /**
   * @param executor runs actions, which block
   */
  Recovery(
      ServerId server,
      RecoveryPlan plan,
      TimeSource time,
      Executor executor,
      Doing doing,
      Consumer<MonitoringEvent> events) {
    this.server = server;
    this.plan = plan;
    this.time = time;
    this.executor = executor;
    this.doing = doing;
    this.events = events;
  }

  /** The latest attempts, the newest first. */
  synchronized List<RecoveryAttempt> attempts() {
    return List.copyOf(attempts);
  }

  /**
   * Takes what is declared of the server.
   *
   * @param shared whether it is part of an incident: what many share is not mended one by one
   */
  void observe(ServerState state, @Nullable String reason, boolean shared) {
    var now = time.instant();
    MonitoringEvent event;
    boolean begin = false;
    synchronized (this) {
      event = settle(state, now);
      if (state != ServerState.DOWN) {
        givenUp = false;
      } else if (!shared && mayBegin(now)) {
        if (attemptsSince(now.minus(HOUR)) < plan.limitPerHour()) {
          begin = true;
          running = true;
          keep(new RecoveryAttempt(now, RecoveryActions.names(plan), Outcome.PENDING, "under way"));
        } else if (!givenUp) {
          givenUp = true;
          event = gaveUp(now);
        }
      }
    }
    if (event != null) {
      events.accept(event);
    }
    if (begin) {
      begin(state, reason);
    }
  }

  private void begin(ServerState state, @Nullable String reason) {
    try {
      executor.execute(() -> act(state, reason));
    } catch (RejectedExecutionException e) {
      done("not done: the monitor stops", Outcome.FAILED);
    }
  }

  private boolean mayBegin(Instant now) {
    var newest = attempts.peekFirst();
    return !running && (newest == null || !now.isBefore(newest.at().plus(plan.coolDown())));
  }

  private long attemptsSince(Instant since) {
    return attempts.stream().filter(attempt -> attempt.at().isAfter(since)).count();
  }

  /** Whether the newest attempt helped, once that is known. */
  private @Nullable MonitoringEvent settle(ServerState state, Instant now) {
    var newest = attempts.peekFirst();
    if (running || newest == null || newest.outcome() != Outcome.PENDING) {
      return null;
    }
    if (state.isUp()) {
      replaceNewest(
          newest.ended(
              Outcome.HELPED,
              "up again after %d s".formatted(Duration.between(newest.at(), now).toSeconds())));
    } else if (!now.isBefore(newest.at().plus(plan.coolDown()))) {
      replaceNewest(
          newest.ended(
              Outcome.DID_NOT_HELP,
              "still %s after %d s"
                  .formatted(state, Duration.between(newest.at(), now).toSeconds())));
    } else {
      return null;
    }
    return event(attempts.getFirst());
  }

  private void act(ServerState state, @Nullable String reason) {
    try {
      if (plan.restart()) {
        doing.restart();
      }
      if (!plan.command().isEmpty()) {
        RecoveryActions.run(plan.command(), server, state, reason);
      }
      var webhook = plan.webhook();
      if (webhook != null) {
        RecoveryActions.post(webhook, server, state, reason, time.instant());
      }
      done("done, and not known yet whether it helps", Outcome.PENDING);
    } catch (RecoveryActions.ActionFailed e) {
      done(String.valueOf(e.getMessage()), Outcome.FAILED);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      done("not done: the monitor stops", Outcome.FAILED);
    } catch (RuntimeException e) {
      done("failed: " + e.getMessage(), Outcome.FAILED);
    }
    doing.probeSoon();
  }

  private void done(String detail, Outcome outcome) {
    RecoveryAttempt ended;
    synchronized (this) {
      running = false;
      ended = attempts.getFirst().ended(outcome, detail);
      replaceNewest(ended);
    }
    events.accept(event(ended));
  }

  private void keep(RecoveryAttempt attempt) {
    attempts.addFirst(attempt);
    if (attempts.size() > Math.max(KEPT, plan.limitPerHour())) {
      attempts.removeLast();
    }
  }

  private void replaceNewest(RecoveryAttempt attempt) {
    attempts.removeFirst();
    attempts.addFirst(attempt);
  }

  private MonitoringEvent event(RecoveryAttempt attempt) {
    var severity =
        switch (attempt.outcome()) {
          case PENDING, HELPED -> Severity.INFO;
          case DID_NOT_HELP, FAILED -> Severity.WARNING;
        };
    return MonitoringEvent.of(
            server,
            time.instant(),
            EventType.RECOVERY_ACTION,
            severity,
            "Recovery of %s (%s): %s".formatted(server, attempt.action(), attempt.detail()))
        .withDetails(
            Map.of(
                "action", attempt.action(),
                "outcome", attempt.outcome().wireName(),
                "begun", attempt.at().toString()));
  }

  private MonitoringEvent gaveUp(Instant now) {
    return MonitoringEvent.of(
        server,
        now,
        EventType.RECOVERY_ACTION,
        Severity.ERROR,
        "Recovery of %s is left to people: %d attempts in an hour did not help"
            .formatted(server, plan.limitPerHour()));
  }
}
