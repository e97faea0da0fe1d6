package io.mcprealtime.benchmarks;

import io.mcprealtime.CircuitState;
import io.mcprealtime.ServerState;

/** The table's codes, for clients that write into it themselves. */
final class TableCodes {
  private TableCodes() {}

  static short of(ServerState state) {
    return switch (state) {
      case HEALTHY -> 1;
      case DEGRADED -> 2;
      case AUTH_REQUIRED -> 3;
      case EMPTY -> 4;
      case DOWN -> 5;
      case UNKNOWN -> 6;
    };
  }

  static short of(CircuitState circuit) {
    return switch (circuit) {
      case CLOSED -> 1;
      case OPEN -> 2;
      case HALF_OPEN -> 3;
    };
  }
}
