package io.mcprealtime.server.monitor;

import io.mcprealtime.mcp.Expiry;
import io.mcprealtime.mcp.ProbeResult;
import io.mcprealtime.mcp.ProcessStats;
import io.mcprealtime.mcp.StateRule;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes results of probes for tests. */
final class Results {
  private Results() {}

  static ProbeResult of(StateRule rule, Instant at, Duration time) {
    return result(rule, at, time, null, null);
  }

  static ProbeResult thatAsksFor(Duration retryAfter, Instant at) {
    return result(StateRule.RATE_LIMITED, at, Duration.ofMillis(10), retryAfter, null);
  }

  static ProbeResult at(InetAddress address, Instant at) {
    return result(StateRule.ALL_PASSED, at, Duration.ofMillis(10), null, address);
  }

  private static ProbeResult result(
      StateRule rule,
      Instant at,
      Duration time,
      @Nullable Duration retryAfter,
      @Nullable InetAddress address) {
    return new ProbeResult(
        at,
        time,
        rule,
        time,
        rule == StateRule.ALL_PASSED ? null : "it is " + rule.wireName(),
        List.of(),
        null,
        null,
        null,
        null,
        null,
        List.of(),
        List.of(),
        3,
        0,
        (ProcessStats) null,
        retryAfter,
        List.<Expiry>of(),
        address,
        false);
  }
}
