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
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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

  /** When the attempts kept began, by the clock that nobody sets; in the same order. */
  private final Deque<Long> begunNanos = new ArrayDeque<>();

  private boolean running;
  private boolean givenUp;

  /** Whether there is something to recover, as far as is known now. */
  private boolean wanted;

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
   * @param failing whether the newest probe failed; one that found the server up may be the first
   *     of those that confirm it
   * @param shared whether it is part of an incident, or may be: what many share is not mended one
   *     by one
   */
  void observe(ServerState state, boolean failing, @Nullable String reason, boolean shared) {
    var told = new ArrayList<MonitoringEvent>();
    boolean begin = false;
    synchronized (this) {
      settle(state).ifPresent(told::add);
      wanted = state == ServerState.DOWN && failing && !shared;
      if (state != ServerState.DOWN) {
        givenUp = false;
      } else if (wanted && !running && isCool()) {
        if (attemptsOfTheHour() < plan.limitPerHour()) {
          begin = true;
          running = true;
          keep();
        } else if (!givenUp) {
          givenUp = true;
          told.add(gaveUp());
        }
      }
    }
    told.forEach(events);
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

  /** The server is not watched any more: what has not begun does not begin. */
  synchronized void end() {
    wanted = false;
  }

  private boolean isCool() {
    var newest = begunNanos.peekFirst();
    return newest == null || time.nanoTime() - newest >= plan.coolDown().toNanos();
  }

  private long attemptsOfTheHour() {
    long now = time.nanoTime();
    return begunNanos.stream().filter(begun -> now - begun < HOUR.toNanos()).count();
  }

  /** Whether the newest attempt helped, once that is known. */
  private Optional<MonitoringEvent> settle(ServerState state) {
    var newest = attempts.peekFirst();
    var begun = begunNanos.peekFirst();
    if (running || newest == null || begun == null || newest.outcome() != Outcome.PENDING) {
      return Optional.empty();
    }
    long seconds = Duration.ofNanos(time.nanoTime() - begun).toSeconds();
    if (state.isUp()) {
      replaceNewest(newest.ended(Outcome.HELPED, "up again after %d s".formatted(seconds)));
    } else if (isCool()) {
      replaceNewest(
          newest.ended(Outcome.DID_NOT_HELP, "still %s after %d s".formatted(state, seconds)));
    } else {
      return Optional.empty();
    }
    return Optional.of(event(attempts.getFirst()));
  }

  /** Whether it is still to be done; an attempt that had to wait too long was none. */
  private synchronized boolean isDue() {
    if (!wanted) {
      running = false;
      attempts.removeFirst();
      begunNanos.removeFirst();
    }
    return wanted;
  }

  private void act(ServerState state, @Nullable String reason) {
    if (!isDue()) {
      return;
    }
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

  private void keep() {
    attempts.addFirst(
        new RecoveryAttempt(
            time.instant(), RecoveryActions.names(plan), Outcome.PENDING, "under way"));
    begunNanos.addFirst(time.nanoTime());
    if (attempts.size() > Math.max(KEPT, plan.limitPerHour())) {
      attempts.removeLast();
      begunNanos.removeLast();
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

  private MonitoringEvent gaveUp() {
    return MonitoringEvent.of(
        server,
        time.instant(),
        EventType.RECOVERY_ACTION,
        Severity.ERROR,
        "Recovery of %s is left to people: %d attempts in an hour did not help"
            .formatted(server, plan.limitPerHour()));
  }
}
