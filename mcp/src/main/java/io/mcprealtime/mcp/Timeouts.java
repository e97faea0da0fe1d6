package io.mcprealtime.mcp;

import java.time.Duration;

/** How long a new process may take to its first answer, any other answer, and the whole probe. */
record Timeouts(Duration start, Duration request, Duration probe) {
  static final Timeouts DEFAULTS =
      new Timeouts(Duration.ofSeconds(20), Duration.ofSeconds(5), Duration.ofSeconds(30));

  Timeouts {
    requirePositive("start", start);
    requirePositive("request", request);
    requirePositive("probe", probe);
  }

  private static void requirePositive(String name, Duration value) {
    if (value.isZero() || value.isNegative()) {
      throw new IllegalArgumentException(
          "the %s timeout must be longer than 0, is %s".formatted(name, value));
    }
  }
}
