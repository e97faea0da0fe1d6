package io.mcprealtime.server.monitor;

import io.mcprealtime.CircuitState;
import io.mcprealtime.HealthCheck;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.mcp.CanaryResult;
import io.mcprealtime.mcp.ProbeResult;
import io.mcprealtime.mcp.Target;
import io.mcprealtime.mcp.TargetProbe;
import io.mcprealtime.mcp.config.ServerDefinition;
import io.mcprealtime.server.monitor.Judgement.Doubt;
import io.mcprealtime.server.monitor.Judgement.Finding;
import io.mcprealtime.server.monitor.Judgement.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One server under watch: its turns, what they find, and what follows from that. Each turn is a
 * probe, or, while the circuit is open or the server asked to be left alone, a sample that says so.
 */
final class Watch implements ProbeSchedule.Turn, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Watch.class);

  /** A run that is under way ends first. */
  private static final Duration RESTART_BOUND = Duration.ofSeconds(60);

  private final ServerDefinition definition;
  private final MonitorParts parts;
  private final Judgement judgement;
  private final Cadence cadence;
  private final ProcessWatch process;
  private final Expiries expiries;
  private final @Nullable Recovery recovery;
  private ProbeSchedule.@Nullable Slot slot;
  private @Nullable TargetProbe probe;
  private @Nullable Target target;
  private @Nullable HealthCheck lastStored;
  private @Nullable ProbeResult last;
  private @Nullable Verdict verdict;
  private List<CanaryResult> canaries = List.of();
  private Map<String, String> pins = Map.of();
  private boolean restarting;
  private boolean closed;

  /** Read under the schedule's lock, where ours must not be taken. */
  private volatile ProbeSchedule.Lane lane;

  /**
   * @param known the state that is known from before this process
   */
  Watch(ServerDefinition definition, MonitorParts parts, @Nullable ServerState known) {
    this.definition = definition;
    this.parts = parts;
    var settings = parts.settings();
    this.judgement = new Judgement(settings.confirmation(), settings.flapping(), known);
    this.cadence =
        new Cadence(parts.time(), settings.interval(), settings.circuit(), settings.probeShare());
    this.process = new ProcessWatch(definition.id());
    this.expiries = new Expiries(definition.id());
    this.lane = laneAfter(null);
    this.recovery =
        definition
            .recovery()
            .map(
                plan ->
                    new Recovery(
                        definition.id(),
                        plan,
                        parts.time(),
                        parts.actions(),
                        new Doing(),
                        event -> parts.tell(List.of(event))))
            .orElse(null);
  }

  ServerDefinition definition() {
    return definition;
  }

  /** Begins to take turns, after that time. */
  synchronized void begin(Duration delay) {
    if (!closed) {
      slot = parts.schedule().add(this, delay);
    }
  }

  @Override
  public ProbeSchedule.Lane lane() {
    return lane;
  }

  private ProbeSchedule.Lane laneAfter(@Nullable ProbeResult result) {
    if (!definition.transport().equals("stdio")) {
      return result == null ? ProbeSchedule.Lane.MEETING : ProbeSchedule.Lane.ASKING;
    }
    boolean starts = result == null || result.process() == null;
    return starts ? ProbeSchedule.Lane.STARTING : ProbeSchedule.Lane.ASKING;
  }

  @Override
  public void run() {
    CompletableFuture<ProbeResult> run;
    try {
      var opened = open();
      if (opened == null) {
        hold();
        next();
        return;
      }
      run = opened.run();
    } catch (RuntimeException e) {
      // Whatever it is, the next turn tries again.
      unusable(e);
      next();
      return;
    } catch (Error e) {
      failed(e);
      next();
      throw e;
    }
    var ignored = run.whenComplete(this::ended);
  }

  private void ended(@Nullable ProbeResult result, @Nullable Throwable fault) {
    try {
      if (result != null) {
        found(result);
      } else {
        failed(fault);
      }
    } catch (RuntimeException e) {
      log.warn("what {} answered was not kept: {}", definition.id(), e.toString());
    } finally {
      next();
    }
  }

  /** A probe without a result; that of a process which is being restarted is no news. */
  private synchronized void failed(@Nullable Throwable fault) {
    cadence.abandoned();
    if (!closed && !restarting) {
      log.warn("the probe of {} failed", definition.id(), fault);
    }
  }

  private synchronized void next() {
    var place = slot;
    if (place == null) {
      return;
    }
    var now = verdict;
    boolean doubtful = now != null && now.doubt() != null;
    if (doubtful && cadence.circuit() == CircuitState.CLOSED && cadence.heldUntil() == null) {
      place.soon(parts.settings().confirmation().retry());
    } else {
      place.next(cadence.intervals());
    }
  }

  /** Says which definitions of its tools were approved, by their hashes. */
  synchronized void pin(Map<String, String> hashByTool) {
    pins = hashByTool;
    var open = probe;
    if (open != null) {
      open.pin(hashByTool);
    }
  }

  /** Its next probe comes soon, for others at the same place fail, or are back. */
  synchronized void look() {
    if (cadence.heldUntil() == null) {
      probeSoon();
    }
  }

  private synchronized void probeSoon() {
    cadence.force();
    var place = slot;
    if (place != null) {
      place.hasten(Duration.ZERO);
    }
  }

  private synchronized void unusable(RuntimeException fault) {
    cadence.abandoned();
    if (!closed) {
      parts.registry().problem(definition.id(), String.valueOf(fault.getMessage()));
    }
  }

  /** The probe to run; null when there is none to run at this turn. */
  private synchronized @Nullable TargetProbe open() {
    if (closed || restarting || !cadence.allows()) {
      return null;
    }
    if (probe == null) {
      target = definition.resolve();
      var options =
          definition.options().toBuilder().listInterval(parts.settings().listInterval()).build();
      probe = parts.prober().open(target, options);
      probe.pin(pins);
      parts.registry().problem(definition.id(), null);
    }
    return probe;
  }

  /** Under the lock, so that what was found is told before the end or not at all. */
  private synchronized void found(ProbeResult result) {
    if (closed) {
      return;
    }
    var circuitWhen = cadence.circuit();
    boolean circuitChanged = cadence.probed(result);
    var finding = Finding.of(result);
    var now = cadence.heldUntil() == null ? judgement.judge(finding) : judgement.believe(finding);
    last = result;
    lane = laneAfter(result);
    verdict = now;
    observe(result);
    canaries = result.canaries().isEmpty() ? canaries : result.canaries();
    tellOf(result, now, circuitChanged);
    var plan = recovery;
    if (plan != null) {
      plan.observe(now.state(), result.state() == ServerState.DOWN, result.reason(), isShared());
    }
    show();
    // The last of all: who sees a new state sees what led to it.
    keep(result, now, circuitWhen == CircuitState.HALF_OPEN ? circuitWhen : cadence.circuit());
  }

  private void observe(ProbeResult result) {
    try {
      parts.observer().accept(definition, result);
    } catch (RuntimeException e) {
      log.warn("what {} answered was not counted: {}", definition.id(), e.toString());
    }
  }

  private boolean isShared() {
    return parts.incidents().mayBeShared(definition.id());
  }

  private void tellOf(ProbeResult result, Verdict now, boolean circuitChanged) {
    var id = definition.id();
    var at = result.at();
    var reached = target;
    if (reached != null) {
      boolean failed = result.state() == ServerState.DOWN;
      parts.incidents().probed(id, Place.of(reached, result), failed, at);
    }
    var news = new ArrayList<>(StateEvents.of(id, at, now, parts.settings().flapping().window()));
    if (circuitChanged) {
      boolean open = cadence.circuit() != CircuitState.CLOSED;
      news.add(StateEvents.circuit(id, result, open));
    }
    parts.incidents().declared(id, now.state() == ServerState.DOWN, at, news);
    var others = new ArrayList<MonitoringEvent>();
    if (result.eraChanged()) {
      others.add(StateEvents.eraChange(id, result));
    }
    others.addAll(process.look(result.process(), at));
    others.addAll(expiries.look(result.expiries(), at));
    parts.tell(others);
  }

  private void keep(ProbeResult result, Verdict now, CircuitState circuit) {
    var check = result.toHealthCheck(definition.id());
    if (isDue(check)) {
      lastStored = check;
      var unused = parts.manager().processHealthChecksAsync(List.of(check));
    }
    parts.keep(result.toMetrics(definition.id(), now.state(), circuit));
  }

  /** A turn without a probe: the sample says what is known, and why nobody looked. */
  private synchronized void hold() {
    var now = verdict;
    if (closed || now == null) {
      return;
    }
    var plan = recovery;
    if (plan != null) {
      plan.observe(now.state(), now.doubt() == null, whyHeld(now), isShared());
    }
    show();
    parts.keep(
        ServerMetrics.builder(definition.id(), parts.time().instant(), now.state())
            .circuit(cadence.circuit())
            .lastError(whyHeld(now))
            .build());
  }

  private String whyHeld(Verdict now) {
    var asked = cadence.heldUntil();
    var why =
        restarting
            ? "not probed, as it is being restarted"
            : asked == null
                ? "not probed, as its circuit is open"
                : "not probed until %s, as it asked for".formatted(asked);
    var basis = now.basis();
    return basis == null || basis.reason() == null ? why : why + "; before: " + basis.reason();
  }

  private void show() {
    var now = verdict;
    var result = last;
    if (now == null || result == null) {
      return;
    }
    var basis = now.basis();
    var tried = recovery;
    parts
        .registry()
        .watched(
            definition.id(),
            new WatchView(
                basis == null ? null : basis.rule(),
                inWords(now.doubt()),
                now.flapping(),
                cadence.circuit(),
                cadence.heldUntil(),
                cadence.load(),
                result.process(),
                canaries,
                result.expiries(),
                tried == null ? List.of() : tried.attempts(),
                parts.incidents().of(definition.id()).orElse(null)));
  }

  private static @Nullable String inWords(@Nullable Doubt doubt) {
    if (doubt == null) {
      return null;
    }
    var finding = doubt.finding();
    var reason = finding.reason() == null ? "" : ": " + finding.reason();
    return "the last probe found %s (%d of %d that have to agree)%s"
        .formatted(finding.state(), doubt.agreeing(), doubt.needed(), reason);
  }

  /** A health check is stored at its interval, and at once when the verdict changed. */
  private boolean isDue(HealthCheck check) {
    var before = lastStored;
    if (before == null
        || before.state() != check.state()
        || !Objects.equals(before.reason(), check.reason())) {
      return true;
    }
    Instant next =
        before.at().plus(parts.settings().healthInterval().multipliedBy(9).dividedBy(10));
    return !check.at().isBefore(next) || check.at().isBefore(before.at());
  }

  /** Finds nothing any more. */
  synchronized void end() {
    closed = true;
    var place = slot;
    if (place != null) {
      place.end();
    }
    var plan = recovery;
    if (plan != null) {
      plan.end();
    }
    parts.incidents().forget(definition.id());
  }

  private synchronized @Nullable TargetProbe opened() {
    return probe;
  }

  /** Ends, with the server's process; waits for it. */
  @Override
  public void close() {
    end();
    var opened = opened();
    if (opened != null) {
      opened.close();
    }
  }

  /** What a recovery does to this watch. */
  private final class Doing implements Recovery.Doing {
    @Override
    public void restart() {
      TargetProbe old;
      synchronized (Watch.this) {
        old = probe;
        restarting = old != null;
      }
      if (old == null) {
        return;
      }
      boolean restarted = false;
      try {
        // A process may hold what the one after it needs; until it has ended, none is started.
        old.restart().get(RESTART_BOUND.toSeconds(), TimeUnit.SECONDS);
        restarted = true;
      } catch (ExecutionException | TimeoutException e) {
        log.warn("{} did not end in order to be restarted", definition.id(), e);
        old.close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        synchronized (Watch.this) {
          probe = restarted ? probe : null;
          restarting = false;
          lane = laneAfter(null);
        }
      }
    }

    @Override
    public void probeSoon() {
      Watch.this.probeSoon();
    }
  }
}
