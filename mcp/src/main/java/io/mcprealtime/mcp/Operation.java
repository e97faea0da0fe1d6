package io.mcprealtime.mcp;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer, as OpenTelemetry's {@code mcp.client.operation.duration} counts it.
 *
 * @param method the JSON-RPC method
 * @param duration from sending to the answer, or to the moment when it was given up
 * @param errorType a JSON-RPC code or an HTTP status as a string, {@code tool_error}, {@code
 *     timeout} or another kind of fault; null when it succeeded
 * @param first whether it is the first of its session, whose time holds what comes before any
 *     answer: connections, the start of a process, the loading of code. No figure for statistics
 * @param tool the tool's name, for {@code tools/call}
 * @param serverTime the server's own time for it, as it tells; null when it does not tell
 */
public record Operation(
    String method,
    Duration duration,
    @Nullable String errorType,
    boolean first,
    @Nullable String tool,
    @Nullable Duration serverTime) {
  public Operation {
    requireNonNull(method, "method");
    requireNonNull(duration, "duration");
  }

  /**
   * A request that is neither the first of its session nor the call of a tool, to a server that
   * does not tell its own time.
   */
  public Operation(String method, Duration duration, @Nullable String errorType) {
    this(method, duration, errorType, false, null, null);
  }

  /**
   * What the network, the HTTP client and the monitor add to the server's own time; null when that
   * is not known, or told as longer than the whole.
   */
  public @Nullable Duration overhead() {
    return serverTime == null || serverTime.compareTo(duration) > 0
        ? null
        : duration.minus(serverTime);
  }

  public boolean succeeded() {
    return errorType == null;
  }
}
