package io.mcprealtime.mcp;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.ProbeStage;
import io.mcprealtime.StageResult.Verdict;
import io.mcprealtime.mcp.CanaryMemory.Watched;
import io.mcprealtime.mcp.CanaryResult.Outcome;
import io.mcprealtime.mcp.McpException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The stage of a run that calls the canaries, one after another. */
final class CanaryRun {
  private static final int MAX_QUOTE = 300;

  private final McpSession session;
  private final CanaryMemory memory;
  private final StageLog stages;
  private final Gate gate;
  private final List<CanaryResult> results = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private int called;
  private boolean failedNow;

  CanaryRun(McpSession session, CanaryMemory memory, StageLog stages, Gate gate) {
    this.session = session;
    this.memory = memory;
    this.stages = stages;
    this.gate = gate;
  }

  CompletableFuture<Done> run() {
    if (memory.all().isEmpty()) {
      stages.skip(ProbeStage.CANARY, "none configured");
      return CompletableFuture.completedFuture(Done.DONE);
    }
    stages.begin(ProbeStage.CANARY);
    return next(memory.all().iterator()).thenApply(done -> gate.step(this::end));
  }

  private CompletableFuture<Done> next(Iterator<Watched> left) {
    if (!left.hasNext()) {
      return CompletableFuture.completedFuture(Done.DONE);
    }
    return one(left.next()).thenCompose(done -> gate.step(() -> next(left)));
  }

  private CompletableFuture<Done> one(Watched watched) {
    String stop = memory.stopReason(watched.canary);
    long now = session.engine.nanoTime();
    if (stop != null) {
      conclude(watched, Outcome.STOPPED, null, stop);
    } else if (watched.isDue(now)) {
      return call(watched);
    } else {
      recall(watched, now);
    }
    return CompletableFuture.completedFuture(Done.DONE);
  }

  /** What came out of the last call stays in force until the next. */
  private void recall(Watched watched, long nowNanos) {
    CanaryResult last = requireNonNull(watched.last());
    Duration age = Duration.ofNanos(nowNanos - watched.calledNanos());
    results.add(new CanaryResult(last.tool(), last.outcome(), null, last.detail()));
    String when = "called %s ago".formatted(Texts.rough(age));
    if (last.detail() == null) {
      notes.add("canary '%s' passed, %s".formatted(last.tool(), when));
    } else {
      warnings.add(last.detail() + " (" + when + ")");
    }
  }

  private CompletableFuture<Done> call(Watched watched) {
    Canary canary = watched.canary;
    long start = session.engine.nanoTime();
    return session
        .callKnownTool(canary.tool(), canary.arguments())
        .thenApply(answer -> new Answer(answer, session.engine.since(start)))
        .thenApplyAsync(
            answer -> answer.judgedBy(watched, session.redactor()), session.engine.workers())
        .handle(
            (judged, failure) ->
                gate.step(
                    () -> {
                      called++;
                      if (failure == null) {
                        conclude(watched, judged);
                      } else {
                        conclude(watched, McpException.of(failure));
                      }
                      return Done.DONE;
                    }));
  }

  /** An answer and how long it took. */
  private record Answer(ToolResult result, Duration time) {
    Judged judgedBy(Watched watched, Redactor redactor) {
      return new Judged(this, failure(watched, redactor));
    }

    private @Nullable String failure(Watched watched, Redactor redactor) {
      if (result.isError()) {
        return "failed: " + redactor.quote(result.text(), MAX_QUOTE);
      }
      String soft = result.softFailure();
      if (soft != null) {
        return "answers an error as a success: " + redactor.quote(soft, MAX_QUOTE);
      }
      try {
        String unmet = watched.check.failure(result, time, redactor);
        if (unmet != null) {
          return unmet;
        }
      } catch (AnswerCheck.UndecidedException e) {
        return "is not judged: " + e.getMessage();
      }
      boolean emptied = watched.answered(result.hasContent()) && result.isEmpty();
      return emptied ? "answers nothing, where it answered something before" : null;
    }
  }

  private record Judged(Answer answer, @Nullable String failure) {}

  private void conclude(Watched watched, Judged judged) {
    ToolResult result = judged.answer.result;
    if (judged.failure != null) {
      String detail = "canary '%s' %s".formatted(watched.canary.tool(), judged.failure);
      conclude(watched, Outcome.FAILED, judged.answer.time, detail);
    } else {
      conclude(watched, Outcome.PASSED, judged.answer.time, null);
      if (!result.isComplete()) {
        notes.add("gave " + session.redactor().quote(result.resultType(), 40));
      }
    }
  }

  /** A call that is refused or not answered is the tool's failure; what else goes wrong is not. */
  private void conclude(Watched watched, McpException fault) {
    if (fault.kind() != Kind.RPC_ERROR && fault.kind() != Kind.TIMEOUT) {
      throw fault;
    }
    String reason = session.redactor().redact(String.valueOf(fault.getMessage()));
    conclude(
        watched,
        Outcome.FAILED,
        null,
        "canary '%s' failed: %s".formatted(watched.canary.tool(), reason));
  }

  private void conclude(
      Watched watched, Outcome outcome, @Nullable Duration time, @Nullable String detail) {
    CanaryResult result = new CanaryResult(watched.canary.tool(), outcome, time, detail);
    watched.called(result, session.engine.nanoTime());
    results.add(result);
    failedNow |= outcome == Outcome.FAILED;
    if (detail != null) {
      warnings.add(detail);
    }
  }

  private Done end() {
    List<String> all = new ArrayList<>(warnings);
    all.addAll(notes);
    String detail = all.isEmpty() ? null : String.join("; ", all);
    if (results.stream().anyMatch(result -> result.outcome() == Outcome.FAILED)) {
      stages.end(Verdict.FAILED, detail);
    } else if (!warnings.isEmpty()) {
      stages.end(Verdict.WARNING, detail);
    } else if (called == 0) {
      stages.skip(ProbeStage.CANARY, String.valueOf(detail));
    } else {
      stages.end(Verdict.PASSED, detail);
    }
    return Done.DONE;
  }

  /** What came out of each so far, called or not. */
  List<CanaryResult> results() {
    return List.copyOf(results);
  }

  /** What is wrong, in words. */
  List<String> warnings() {
    return warnings;
  }

  /** Whether a call of this run failed. */
  boolean hasFailedNow() {
    return failedNow;
  }
}
