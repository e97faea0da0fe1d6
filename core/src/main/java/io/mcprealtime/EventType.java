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
  CONFIG;

  /** The name on the wire and in the database: lower case, {@code status_change}. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The type of that wire name, or {@link IllegalArgumentException}. */
  public static EventType ofWireName(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }
}
