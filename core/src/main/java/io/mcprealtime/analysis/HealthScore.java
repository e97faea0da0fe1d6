package io.mcprealtime.analysis;

import io.mcprealtime.ServerState;
import java.util.Map;
import java.util.Optional;

/**
 * The health of a set of servers as a number: the mean over servers whose state is known of 100 for
 * healthy, 60 for degraded, 30 for empty, 20 behind authentication, 0 for down.
 */
public final class HealthScore {
  private HealthScore() {}

  /**
   * The score of servers counted by state.
   *
   * @return 0 to 100; absent when no state is known
   */
  public static Optional<Double> of(Map<ServerState, Long> counts) {
    double sum = 0;
    long servers = 0;
    for (var entry : counts.entrySet()) {
      if (entry.getKey() != ServerState.UNKNOWN) {
        sum += points(entry.getKey()) * entry.getValue();
        servers += entry.getValue();
      }
    }
    return servers == 0 ? Optional.empty() : Optional.of(sum / servers);
  }

  private static double points(ServerState state) {
    return switch (state) {
      case HEALTHY -> 100;
      case DEGRADED -> 60;
      case EMPTY -> 30;
      case AUTH_REQUIRED -> 20;
      case DOWN, UNKNOWN -> 0;
    };
  }
}
