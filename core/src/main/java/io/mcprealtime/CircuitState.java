package io.mcprealtime;

/** The state of a server's circuit breaker. */
public enum CircuitState {
  CLOSED,
  OPEN,
  HALF_OPEN
}
