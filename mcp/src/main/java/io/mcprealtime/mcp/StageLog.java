package io.mcprealtime.mcp;

import io.mcprealtime.ProbeStage;
import io.mcprealtime.StageResult;
import io.mcprealtime.StageResult.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The stages of one run. Sealed at its end: what still comes in then is too late. */
final class StageLog {
  static final List<ProbeStage> HTTP =
      List.of(
          ProbeStage.RESOLVE,
          ProbeStage.CONNECT,
          ProbeStage.TLS,
          ProbeStage.REQUEST,
          ProbeStage.AUTHENTICATION,
          ProbeStage.HANDSHAKE,
          ProbeStage.LIST,
          ProbeStage.CANARY);

  static final List<ProbeStage> STDIO =
      List.of(ProbeStage.START, ProbeStage.HANDSHAKE, ProbeStage.LIST, ProbeStage.CANARY);

  private final Engine engine;
  private final List<ProbeStage> order;
  private final Map<ProbeStage, StageResult> results = new EnumMap<>(ProbeStage.class);
  private ProbeStage current;
  private long currentStart;
  private boolean sealed;

  StageLog(Engine engine, List<ProbeStage> order) {
    this.engine = engine;
    this.order = order;
    this.current = order.get(0);
    this.currentStart = engine.nanoTime();
  }

  synchronized void begin(ProbeStage stage) {
    current = stage;
    currentStart = engine.nanoTime();
  }

  synchronized ProbeStage current() {
    return current;
  }

  synchronized Duration elapsed() {
    return engine.since(currentStart);
  }

  /** Ends the current stage. */
  synchronized void end(Verdict verdict, @Nullable String detail) {
    put(new StageResult(current, verdict, engine.since(currentStart), detail));
  }

  synchronized void skip(ProbeStage stage, String why) {
    put(new StageResult(stage, Verdict.SKIPPED, null, why));
  }

  synchronized void put(StageResult result) {
    if (!sealed) {
      results.put(result.stage(), result);
    }
  }

  synchronized boolean has(ProbeStage stage) {
    return results.containsKey(stage);
  }

  /** All stages in order; the ones that were not reached are skipped. */
  synchronized List<StageResult> seal() {
    sealed = true;
    List<StageResult> all = new ArrayList<>();
    for (ProbeStage stage : order) {
      StageResult result = results.get(stage);
      all.add(
          result == null ? new StageResult(stage, Verdict.SKIPPED, null, "not reached") : result);
    }
    return all;
  }
}
