package io.mcprealtime.mcp;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.Era;
import io.mcprealtime.ProbeStage;
import io.mcprealtime.ServerState;
import io.mcprealtime.StageResult;
import io.mcprealtime.StageResult.Verdict;
import io.mcprealtime.mcp.McpException.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One run of a probe: the stages from the first to the one that fails, and the verdict. */
final class ProbeRun {
  private static final int MAX_QUOTE = 300;

  private final Engine engine;
  private final ProbeMemory memory;
  private final McpSession session;
  private final Timeouts timeouts;
  private final @Nullable Canary canary;
  private final boolean stdio;
  private final boolean warm;
  private final Instant at;
  private final long start;
  private final StageLog stages;
  private final List<String> warnings = new ArrayList<>();
  private int startWarnings;
  private @Nullable List<String> tools;
  private @Nullable ServerInfo info;
  private boolean over;

  ProbeRun(ProbeMemory memory, McpSession session, @Nullable Canary canary) {
    this.engine = session.engine;
    this.memory = memory;
    this.session = session;
    this.timeouts = session.timeouts;
    this.canary = canary;
    this.stdio = session.target instanceof Target.Stdio;
    this.warm = session.info() != null;
    this.at = engine.settings.time().instant();
    this.start = engine.nanoTime();
    this.stages = new StageLog(engine, stdio ? StageLog.STDIO : StageLog.HTTP);
  }

  CompletableFuture<ProbeResult> run() {
    session.beginRun();
    CompletableFuture<Done> work =
        reach()
            .thenCompose(reached -> step(this::handshake))
            .thenCompose(found -> step(() -> list(found)))
            .thenCompose(listed -> step(this::callCanary));
    CompletableFuture<Done> bounded = work.thenApply(done -> done);
    engine.within(bounded, timeouts.probe(), this::probeTimeout);
    // Memory is read from files: not on a thread that carries answers.
    return stdio
        ? bounded.handleAsync((done, failure) -> verdict(failure), engine.workers())
        : bounded.handle((done, failure) -> verdict(failure));
  }

  /**
   * Does one step, unless the verdict is being made: the answers that come after the probe's
   * time-out must not change what it is made from, nor lead to more requests.
   */
  private synchronized <T> T step(Supplier<T> action) {
    if (over) {
      throw new McpException(Kind.CLOSED, "the probe is over");
    }
    return action.get();
  }

  private synchronized void end() {
    over = true;
  }

  private McpException probeTimeout() {
    return new McpException(
        Kind.TIMEOUT,
        "the probe is not done within %s; it was at the stage %s"
            .formatted(Texts.of(timeouts.probe()), stages.current().wireName()));
  }

  // ---- the stages

  private CompletableFuture<Done> reach() {
    if (stdio) {
      return startProcess();
    }
    HttpCaller caller = requireNonNull(session.caller());
    if (!memory.needsPreflight(start)) {
      take(Preflight.skipped(memory.reusedConnection()));
      return CompletableFuture.completedFuture(Done.DONE);
    }
    return new Preflight(engine, caller.url(), timeouts.request(), caller.pin())
        .run()
        .thenApply(report -> step(() -> preflighted(report)));
  }

  private Done preflighted(Preflight.Report report) {
    take(report);
    if (report.fault() != null) {
      throw report.fault();
    }
    memory.preflighted(start, report.certificate());
    return Done.DONE;
  }

  private void take(Preflight.Report report) {
    report.stages().forEach(stages::put);
    if (!HttpTarget.of(session.target).isTls()) {
      stages.skip(ProbeStage.TLS, "plain http");
    }
  }

  private CompletableFuture<Done> startProcess() {
    if (warm) {
      stages.skip(ProbeStage.START, "process kept running");
      return CompletableFuture.completedFuture(Done.DONE);
    }
    String lastDeath = memory.takeDeath();
    stages.begin(ProbeStage.START);
    return session.start().thenApply(started -> step(() -> started(lastDeath)));
  }

  private Done started(@Nullable String lastDeath) {
    if (lastDeath == null) {
      stages.end(Verdict.PASSED, null);
    } else {
      warn("started again: since the last probe the " + lastDeath);
      startWarnings = warnings.size();
    }
    return Done.DONE;
  }

  private CompletableFuture<ServerInfo> handshake() {
    stages.begin(stdio ? ProbeStage.HANDSHAKE : ProbeStage.REQUEST);
    if (warm && session.dialect() == Dialect.LEGACY) {
      ServerInfo known = requireNonNull(session.info());
      return ping().thenApply(pinged -> step(() -> passHandshake(known)));
    }
    return session
        .initialize()
        .thenCompose(
            found ->
                step(
                    () ->
                        session.dialect() == Dialect.MODERN
                            ? freshPair(found)
                            : ping().thenApply(pinged -> found)))
        .thenApply(found -> step(() -> passHandshake(found)));
  }

  /**
   * Without tools to list, {@code server/discover} is the only request; when its time holds the
   * start of the process, it is asked once more.
   */
  private CompletableFuture<ServerInfo> freshPair(ServerInfo found) {
    boolean onlyPair = stdio && !warm && !found.declaresTools() && canary == null;
    return onlyPair ? session.initialize() : CompletableFuture.completedFuture(found);
  }

  private CompletableFuture<Done> ping() {
    return session
        .ping()
        .handle(
            (time, failure) -> {
              McpException fault = failure == null ? null : McpException.of(failure);
              if (fault == null) {
                return Done.DONE;
              }
              if (fault.kind() != Kind.RPC_ERROR) {
                throw fault;
              }
              return step(
                  () -> {
                    warnings.add("the handshake works, but " + fault.getMessage());
                    return Done.DONE;
                  });
            });
  }

  private ServerInfo passHandshake(ServerInfo found) {
    info = found;
    String detail =
        found.era().name().toLowerCase(Locale.ROOT) + " era, " + found.protocolVersion();
    passRequest();
    stages.put(
        new StageResult(
            ProbeStage.HANDSHAKE,
            warnings.size() == startWarnings ? Verdict.PASSED : Verdict.WARNING,
            stages.elapsed(),
            detail));
    return found;
  }

  /** What HTTP has to say is over as soon as an answer is MCP's. */
  private void passRequest() {
    if (!stdio) {
      Duration first = requireNonNull(session.caller()).firstAnswerTime();
      stages.put(new StageResult(ProbeStage.REQUEST, Verdict.PASSED, first, null));
      stages.put(new StageResult(ProbeStage.AUTHENTICATION, Verdict.PASSED, first, null));
    }
  }

  private CompletableFuture<Done> list(ServerInfo found) {
    if (!found.declaresTools()) {
      stages.skip(ProbeStage.LIST, "the server declares no tools");
      return CompletableFuture.completedFuture(Done.DONE);
    }
    stages.begin(ProbeStage.LIST);
    return session
        .listTools()
        .thenApply(
            listed ->
                step(
                    () -> {
                      tools = listed.stream().map(McpTool::name).toList();
                      stages.end(Verdict.PASSED, listed.size() + " tools");
                      return Done.DONE;
                    }));
  }

  private CompletableFuture<Done> callCanary() {
    if (canary == null) {
      stages.skip(ProbeStage.CANARY, "none configured");
      return CompletableFuture.completedFuture(Done.DONE);
    }
    stages.begin(ProbeStage.CANARY);
    return session
        .callTool(canary.tool(), canary.arguments())
        .thenApply(
            result ->
                step(
                    () -> {
                      judge(canary, result);
                      return Done.DONE;
                    }));
  }

  private void judge(Canary called, ToolResult result) {
    String soft = result.softFailure();
    if (result.isError()) {
      failCanary(called, "failed", result.text());
    } else if (soft != null) {
      failCanary(called, "answers an error as a success", soft);
    } else {
      stages.end(Verdict.PASSED, result.isComplete() ? null : "gave " + result.resultType());
    }
  }

  private void failCanary(Canary called, String how, String text) {
    String quoted = session.redactor().quote(text, MAX_QUOTE);
    String detail = "canary '%s' %s: %s".formatted(called.tool(), how, quoted);
    stages.end(Verdict.FAILED, detail);
    warnings.add(detail);
  }

  private void warn(String what) {
    warnings.add(what);
    stages.end(Verdict.WARNING, what);
  }

  // ---- the verdict

  private ProbeResult verdict(@Nullable Throwable failure) {
    end();
    ServerState state;
    String reason;
    if (failure == null) {
      warnings.addAll(session.oddities());
      boolean empty = isEmpty();
      if (empty) {
        warnings.add(0, "the server lists no tools although it " + whyToolsAreExpected());
      }
      state =
          empty
              ? ServerState.EMPTY
              : warnings.isEmpty() ? ServerState.HEALTHY : ServerState.DEGRADED;
      reason = warnings.isEmpty() ? null : String.join("; ", warnings);
    } else {
      McpException fault = McpException.of(failure);
      state = stateOf(fault);
      reason = session.redactor().redact(String.valueOf(fault.getMessage()));
      fail(fault, reason);
    }
    return result(state, reason, failure == null ? null : McpException.of(failure));
  }

  private boolean isEmpty() {
    boolean listedNone = tools != null && tools.isEmpty();
    boolean lost = tools == null && info != null && !info.declaresTools() && memory.hadTools();
    return listedNone || lost;
  }

  private String whyToolsAreExpected() {
    return memory.hadTools() ? "listed some before" : "declares the capability";
  }

  private ServerState stateOf(McpException fault) {
    boolean answered = info != null;
    return switch (fault.kind()) {
      case AUTHENTICATION -> ServerState.AUTH_REQUIRED;
      case VERSION_MISMATCH, ENDLESS_LIST -> ServerState.DEGRADED;
      case RPC_ERROR ->
          answered || Protocol.isModernError(fault.code())
              ? ServerState.DEGRADED
              : ServerState.DOWN;
      default ->
          stages.current() == ProbeStage.CANARY && fault.kind() == Kind.TIMEOUT
              ? ServerState.DEGRADED
              : ServerState.DOWN;
    };
  }

  /** Puts the failure where it belongs; the stages before it have passed. */
  private void fail(McpException fault, String reason) {
    ProbeStage stage = stageOf(fault);
    if (stage == ProbeStage.HANDSHAKE || stage == ProbeStage.AUTHENTICATION) {
      if (!stdio && !stages.has(ProbeStage.REQUEST)) {
        Duration first = requireNonNull(session.caller()).firstAnswerTime();
        stages.put(new StageResult(ProbeStage.REQUEST, Verdict.PASSED, first, null));
        if (stage == ProbeStage.HANDSHAKE) {
          stages.put(new StageResult(ProbeStage.AUTHENTICATION, Verdict.PASSED, first, null));
        }
      }
    }
    stages.put(new StageResult(stage, Verdict.FAILED, stages.elapsed(), reason));
  }

  private ProbeStage stageOf(McpException fault) {
    ProbeStage current = stages.current();
    if (fault.kind() == Kind.AUTHENTICATION) {
      return ProbeStage.AUTHENTICATION;
    }
    if (current == ProbeStage.LIST || current == ProbeStage.CANARY) {
      return current;
    }
    HttpCaller caller = session.caller();
    return switch (fault.kind()) {
      case COMMAND_NOT_FOUND -> ProbeStage.START;
      case PROCESS_EXITED -> warm ? current : ProbeStage.START;
      case UNKNOWN_HOST, ADDRESS_REFUSED -> ProbeStage.RESOLVE;
      case CONNECT_FAILED -> ProbeStage.CONNECT;
      case TLS_FAILED -> ProbeStage.TLS;
      case BAD_TARGET -> stdio ? ProbeStage.START : ProbeStage.REQUEST;
      case HTTP_STATUS, REDIRECT, NOT_MCP, ENCODED -> ProbeStage.REQUEST;
      default -> {
        boolean handshaking = caller != null && caller.answered() && current == ProbeStage.REQUEST;
        yield handshaking ? ProbeStage.HANDSHAKE : current;
      }
    };
  }

  private ProbeResult result(
      ServerState state, @Nullable String reason, @Nullable McpException fault) {
    List<StageResult> sealed = stages.seal();
    List<Operation> operations = new ArrayList<>(session.operations());
    if (operations.isEmpty() && fault != null) {
      operations.add(
          new Operation(
              session.dialect() == Dialect.MODERN ? Protocol.DISCOVER : Protocol.INITIALIZE,
              engine.since(start),
              fault.errorType()));
    }
    Era era = info == null ? null : info.era();
    ChildProcess child = session.child();
    ChildProcess alive = child != null && child.isAlive() ? child : null;
    return new ProbeResult(
        at,
        state,
        session.lastPair(),
        reason,
        sealed,
        era,
        info == null ? null : info.protocolVersion(),
        info == null || info.name() == null ? null : session.redactor().quote(info.name(), 200),
        tools == null ? null : Integer.valueOf(tools.size()),
        tools == null ? List.of() : tools,
        operations,
        operations.size(),
        operations.stream().filter(operation -> !operation.succeeded()).count(),
        alive == null ? null : alive.uptime(),
        alive == null ? null : alive.residentBytes(),
        memory.learn(state, era, tools));
  }
}
