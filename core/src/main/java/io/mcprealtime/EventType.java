package io.mcprealtime;

import java.util.Locale;

/** What a monitoring event tells of. */
public enum EventType {
  STATUS_CHANGE,
  PERFORMANCE_DEGRADATION,
  RECOVERY,
  CIRCUIT_BREAKER,
  SCHEMA_DRIFT,
  ERA_CHANGE,
  ANOMALY,
  QUOTA,
  STORAGE,
  CONFIG,
  /** A server's state goes to and fro; its changes are not told one by one while that lasts. */
  FLAPPING,
  /** Many servers fail for one cause. */
  INCIDENT,
  /** Something was done to bring a server back, or it became clear whether that helped. */
  RECOVERY_ACTION,
  /** A certificate or a token ends soon, or has ended. */
  EXPIRY,
  /** A server's process ended by itself and was started again, or its memory only grows. */
  PROCESS,
  /** The monitor does not get round to its probes in time, or does again. */
  OVERLOAD,
  /** What became of a recommendation: whether it helped, or is not needed any more. */
  RECOMMENDATION;

  /** The name on the wire and in the database: lower case, {@code status_change}. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The type of that wire name, or {@link IllegalArgumentException}. */
  public static EventType ofWireName(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }
}
