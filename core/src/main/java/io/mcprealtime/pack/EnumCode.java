package io.mcprealtime.pack;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.CircuitState;
import io.mcprealtime.Era;
import io.mcprealtime.ProbeStage;
import io.mcprealtime.ServerState;
import io.mcprealtime.StageResult.Verdict;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The numbers of an enum's values in a chunk. They are part of the format: new values go to the
 * end, whatever place they have in the enum.
 */
final class EnumCode<E extends Enum<E>> {
  static final EnumCode<ServerState> STATES =
      new EnumCode<>(
          ServerState.class,
          List.of(
              ServerState.HEALTHY,
              ServerState.DEGRADED,
              ServerState.AUTH_REQUIRED,
              ServerState.EMPTY,
              ServerState.DOWN,
              ServerState.UNKNOWN));

  static final EnumCode<CircuitState> CIRCUITS =
      new EnumCode<>(
          CircuitState.class,
          List.of(CircuitState.CLOSED, CircuitState.OPEN, CircuitState.HALF_OPEN));

  static final EnumCode<Era> ERAS = new EnumCode<>(Era.class, List.of(Era.LEGACY, Era.MODERN));

  static final EnumCode<Verdict> VERDICTS =
      new EnumCode<>(
          Verdict.class, List.of(Verdict.PASSED, Verdict.WARNING, Verdict.FAILED, Verdict.SKIPPED));

  static final EnumCode<ProbeStage> STAGES =
      new EnumCode<>(
          ProbeStage.class,
          List.of(
              ProbeStage.START,
              ProbeStage.RESOLVE,
              ProbeStage.CONNECT,
              ProbeStage.TLS,
              ProbeStage.REQUEST,
              ProbeStage.AUTHENTICATION,
              ProbeStage.HANDSHAKE,
              ProbeStage.LIST,
              ProbeStage.CANARY));

  private final List<E> values;
  private final Map<E, Integer> codes;

  private EnumCode(Class<E> type, List<E> values) {
    this.values = values;
    codes = new EnumMap<>(type);
    for (var value : values) {
      codes.put(value, codes.size());
    }
  }

  int of(E value) {
    return requireNonNull(codes.get(value), "every value has a code");
  }

  E get(int code) {
    return values.get(code);
  }

  int size() {
    return values.size();
  }

  List<E> values() {
    return values;
  }
}
