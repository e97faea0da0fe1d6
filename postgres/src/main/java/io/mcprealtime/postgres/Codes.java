package io.mcprealtime.postgres;

import static java.util.Map.entry;

import io.mcprealtime.CircuitState;
import io.mcprealtime.Era;
import io.mcprealtime.EventType;
import io.mcprealtime.ServerState;
import io.mcprealtime.Severity;
import io.mcprealtime.StageResult.Verdict;
import io.mcprealtime.Window;
import io.mcprealtime.storage.StorageException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/**
 * The numbers that stand for an enum's constants in the database. They are part of stored data: a
 * number is never changed or used again, whatever becomes of the enum's order. Views repeat them.
 */
final class Codes<E extends Enum<E>> {
  static final Codes<ServerState> STATES =
      new Codes<>(
          ServerState.class,
          Map.of(
              ServerState.HEALTHY, 1,
              ServerState.DEGRADED, 2,
              ServerState.AUTH_REQUIRED, 3,
              ServerState.EMPTY, 4,
              ServerState.DOWN, 5,
              ServerState.UNKNOWN, 6));

  static final Codes<CircuitState> CIRCUITS =
      new Codes<>(
          CircuitState.class,
          Map.of(CircuitState.CLOSED, 1, CircuitState.OPEN, 2, CircuitState.HALF_OPEN, 3));

  static final Codes<EventType> EVENT_TYPES =
      new Codes<>(
          EventType.class,
          Map.ofEntries(
              entry(EventType.STATUS_CHANGE, 1),
              entry(EventType.PERFORMANCE_DEGRADATION, 2),
              entry(EventType.RECOVERY, 3),
              entry(EventType.CIRCUIT_BREAKER, 4),
              entry(EventType.SCHEMA_DRIFT, 5),
              entry(EventType.ERA_CHANGE, 6),
              entry(EventType.ANOMALY, 7),
              entry(EventType.QUOTA, 8),
              entry(EventType.STORAGE, 9),
              entry(EventType.CONFIG, 10),
              entry(EventType.FLAPPING, 11),
              entry(EventType.INCIDENT, 12),
              entry(EventType.RECOVERY_ACTION, 13),
              entry(EventType.EXPIRY, 14),
              entry(EventType.PROCESS, 15),
              entry(EventType.OVERLOAD, 16),
              entry(EventType.RECOMMENDATION, 17)));

  static final Codes<Severity> SEVERITIES =
      new Codes<>(
          Severity.class,
          Map.of(Severity.INFO, 1, Severity.WARNING, 2, Severity.ERROR, 3, Severity.CRITICAL, 4));

  static final Codes<Era> ERAS = new Codes<>(Era.class, Map.of(Era.LEGACY, 1, Era.MODERN, 2));

  static final Codes<Window> WINDOWS =
      new Codes<>(
          Window.class,
          Map.of(
              Window.FIVE_MINUTES, 1,
              Window.FIFTEEN_MINUTES, 2,
              Window.ONE_HOUR, 3,
              Window.ONE_DAY, 4));

  /** Letters, as they stand in JSON: P, W, F, S. */
  static final Codes<Verdict> VERDICTS =
      new Codes<>(
          Verdict.class,
          Map.of(
              Verdict.PASSED, (int) 'P',
              Verdict.WARNING, (int) 'W',
              Verdict.FAILED, (int) 'F',
              Verdict.SKIPPED, (int) 'S'));

  private final String name;
  private final Map<E, Short> codes;
  private final Map<Short, E> constants = new HashMap<>();

  private Codes(Class<E> type, Map<E, Integer> numbers) {
    name = type.getSimpleName();
    codes = new EnumMap<>(type);
    numbers.forEach(
        (constant, number) -> {
          codes.put(constant, number.shortValue());
          constants.put(number.shortValue(), constant);
        });
  }

  short of(E constant) {
    var code = codes.get(constant);
    if (code == null) {
      throw new IllegalStateException("%s %s has no code".formatted(name, constant));
    }
    return code;
  }

  E constant(short code) {
    var constant = constants.get(code);
    if (constant == null) {
      throw new StorageException(
          "the database holds %s %d, which this version does not know; update mcp-realtime"
              .formatted(name, code),
          null);
    }
    return constant;
  }
}
