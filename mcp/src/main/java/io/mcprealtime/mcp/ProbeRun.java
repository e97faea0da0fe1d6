package io.mcprealtime.mcp;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.Era;
import io.mcprealtime.ProbeStage;
import io.mcprealtime.StageResult;
import io.mcprealtime.StageResult.Verdict;
import io.mcprealtime.mcp.McpException.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One run of a probe: the stages from the first to the one that fails, and the verdict. */
final class ProbeRun {
  /** All servers share the threads of preflights: a long timeout of one must not hold them. */
  private static final Duration MAX_PREFLIGHT = Duration.ofSeconds(10);

  private final Engine engine;
  private final ProbeMemory memory;
  private final McpSession session;
  private final Timeouts timeouts;
  private final boolean stdio;
  private final boolean warm;
  private final Instant at;
  private final long start;
  private final OperationLog log;
  private final StageLog stages;
  private final Gate gate = new Gate();
  private final List<String> warnings = new ArrayList<>();
  private final Greeting greeting;
  private final CatalogLister lister;
  private final CanaryRun canaries;
  private int startWarnings;
  private @Nullable ServerInfo info;
  private boolean sessionIsGood;

  ProbeRun(ProbeMemory memory, McpSession session, Duration listInterval) {
    this.engine = session.engine;
    this.memory = memory;
    this.session = session;
    this.timeouts = session.timeouts;
    this.stdio = session.target instanceof Target.Stdio;
    this.warm = session.info() != null;
    this.at = engine.settings.time().instant();
    this.start = engine.nanoTime();
    this.log = session.beginRun();
    session.rememberTools(memory.canaries().definitions());
    this.stages = new StageLog(engine, stdio ? StageLog.STDIO : StageLog.HTTP);
    this.lister = new CatalogLister(session, memory, stages, gate, listInterval);
    this.greeting = new Greeting(session, lister, gate, warnings);
    this.canaries = new CanaryRun(session, memory.canaries(), stages, gate);
  }

  CompletableFuture<ProbeResult> run() {
    CompletableFuture<Done> work =
        reach()
            .thenCompose(reached -> gate.step(this::handshake))
            .thenCompose(found -> gate.step(() -> lister.run(found)))
            .thenCompose(listed -> gate.step(canaries::run));
    CompletableFuture<Done> bounded = work.thenApply(done -> done);
    engine.within(bounded, timeouts.probe(), this::probeTimeout);
    // Memory is read from files: not on a thread that carries answers.
    return stdio
        ? bounded.handleAsync((done, failure) -> verdict(failure), engine.workers())
        : bounded.handle((done, failure) -> verdict(failure));
  }

  private McpException probeTimeout() {
    return new McpException(
        Kind.TIMEOUT,
        "the probe is not done within %s; it was at the stage %s"
            .formatted(Texts.of(timeouts.probe()), stages.current().wireName()));
  }

  /**
   * Whether the next run can go on with this session. A process goes on unless it ended, never
   * answered or cannot be talked to any more: one that is only silent may be busy, and to replace
   * it would hide that. A session over HTTP costs little, so it is given up in any doubt.
   */
  boolean isSessionGood() {
    return sessionIsGood;
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
    return new Preflight(engine, caller.url(), preflightTimeout(), caller.pin())
        .run()
        .thenApply(report -> gate.step(() -> preflighted(report)));
  }

  private Duration preflightTimeout() {
    Duration request = timeouts.request();
    return request.compareTo(MAX_PREFLIGHT) < 0 ? request : MAX_PREFLIGHT;
  }

  private Done preflighted(Preflight.Report report) {
    take(report);
    memory.preflighted(start, report);
    if (report.fault() != null) {
      throw report.fault();
    }
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
    return session.start().thenApply(started -> gate.step(() -> started(lastDeath)));
  }

  private Done started(@Nullable String lastDeath) {
    memory.started(lastDeath);
    if (lastDeath == null) {
      stages.end(Verdict.PASSED, null);
    } else {
      warn("started again: since the last probe the " + lastDeath);
      startWarnings = warnings.size();
    }
    return Done.DONE;
  }

  private CompletableFuture<ServerInfo> handshake() {
    return authorize()
        .thenCompose(
            ready ->
                gate.step(
                    () -> {
                      stages.begin(stdio ? ProbeStage.HANDSHAKE : ProbeStage.REQUEST);
                      return greeting.run();
                    }))
        .thenApply(found -> gate.step(() -> passHandshake(found)));
  }

  /** A token is got ahead, where it can be, so that its time is none of the server's. */
  private CompletableFuture<Done> authorize() {
    HttpCaller caller = session.caller();
    if (caller == null) {
      return CompletableFuture.completedFuture(Done.DONE);
    }
    stages.begin(ProbeStage.AUTHENTICATION);
    return caller.prepare();
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

  private void warn(String what) {
    warnings.add(what);
    stages.end(Verdict.WARNING, what);
  }

  // ---- the verdict

  private ProbeResult verdict(@Nullable Throwable failure) {
    gate.close();
    McpException fault = failure == null ? null : McpException.of(failure);
    sessionIsGood = stdio ? session.isProcessGood() : fault == null && session.isKept();
    return fault == null ? foundOut() : failed(fault);
  }

  private ProbeResult foundOut() {
    warnings.addAll(lister.warnings());
    warnings.addAll(memory.lists().oddities());
    warnings.addAll(canaries.warnings());
    warnings.addAll(session.oddities());
    boolean empty = isEmpty();
    if (empty) {
      warnings.add(0, "the server lists no tools although it " + whyToolsAreExpected());
    }
    sessionIsGood &= stdio || !(empty || canaries.hasFailedNow());
    StateRule rule = Verdicts.ofFindings(empty, canaries.results(), !warnings.isEmpty());
    return result(rule, warnings.isEmpty() ? null : String.join("; ", warnings), null);
  }

  private ProbeResult failed(McpException fault) {
    StateRule rule = Verdicts.ofFault(fault, info != null, stages.current());
    String reason = session.redactor().redact(String.valueOf(fault.getMessage()));
    fail(fault, reason);
    return result(rule, reason, fault);
  }

  private boolean isEmpty() {
    Integer tools = toolCount();
    boolean lost = tools == null && info != null && !info.declaresTools() && memory.hadTools();
    return lost || (tools != null && tools == 0);
  }

  private @Nullable Integer toolCount() {
    return info == null ? null : memory.lists().count(ListKind.TOOLS);
  }

  private String whyToolsAreExpected() {
    return memory.hadTools() ? "listed some before" : "declares the capability";
  }

  /** Puts the failure where it belongs; the stages before it have passed. */
  private void fail(McpException fault, String reason) {
    ProbeStage stage = stageOf(fault);
    if (stage == ProbeStage.HANDSHAKE || stage == ProbeStage.AUTHENTICATION) {
      HttpCaller caller = session.caller();
      if (caller != null && caller.answered() && !stages.has(ProbeStage.REQUEST)) {
        Duration first = caller.firstAnswerTime();
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
      StateRule rule, @Nullable String reason, @Nullable McpException fault) {
    List<StageResult> sealed = stages.seal();
    List<Operation> operations = new ArrayList<>(log.all());
    if (operations.isEmpty() && fault != null) {
      String method = session.dialect() == Dialect.MODERN ? Protocol.DISCOVER : Protocol.INITIALIZE;
      operations.add(
          new Operation(method, engine.since(start), fault.errorType(), true, null, null));
    }
    Era era = info == null ? null : info.era();
    return new ProbeResult(
        at,
        engine.since(start),
        rule,
        log.responseTime(),
        reason,
        sealed,
        era,
        info == null ? null : info.protocolVersion(),
        info == null || info.name() == null ? null : session.redactor().quote(info.name(), 200),
        toolCount(),
        lister.catalog(),
        canaries.results(),
        operations,
        operations.size(),
        operations.stream().filter(operation -> !operation.succeeded()).count(),
        process(),
        fault == null ? null : fault.retryAfter(),
        memory.expiries(),
        memory.address(),
        memory.learn(rule.state(), era, toolCount()));
  }

  private @Nullable ProcessStats process() {
    ChildProcess child = session.child();
    if (child == null || !child.isAlive()) {
      return null;
    }
    ProcessTree.Usage usage = child.usage();
    return new ProcessStats(
        child.pid(),
        child.uptime(),
        usage.memoryBytes(),
        usage.cpuTime(),
        memory.starts(),
        memory.lastDeath());
  }
}
