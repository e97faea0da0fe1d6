package io.mcprealtime.mcp.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is done to bring a server back that is down, in this order. It comes from a config file and
 * from nowhere else.
 *
 * @param restart whether the process of a stdio server is ended and started again
 * @param command a program and its arguments, run without a shell; empty for none
 * @param webhook an address that gets a POST; a secret
 * @param coolDown from one attempt to the next
 * @param limitPerHour attempts in an hour; then it is left to people
 */
public record RecoveryPlan(
    boolean restart,
    List<String> command,
    @Nullable String webhook,
    Duration coolDown,
    int limitPerHour) {
  public static final Duration DEFAULT_COOL_DOWN = Duration.ofSeconds(60);
  public static final int DEFAULT_LIMIT = 3;

  public RecoveryPlan {
    command = List.copyOf(command);
    if (!restart && command.isEmpty() && webhook == null) {
      throw new IllegalArgumentException(
          "recovery does nothing: set restart to true, or a command or a webhook");
    }
    if (coolDown.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException(
          "recovery.coolDown must be a second or more, is " + coolDown);
    }
    if (limitPerHour < 1 || limitPerHour > 1_000) {
      throw new IllegalArgumentException(
          "recovery.limitPerHour must lie between 1 and 1000, is " + limitPerHour);
    }
  }

  /** Says nothing of arguments and addresses, which may hold secrets. */
  @Override
  public String toString() {
    return "RecoveryPlan[restart %s, command %s, webhook %s]"
        .formatted(restart, command.isEmpty() ? "none" : command.get(0), webhook != null);
  }
}
