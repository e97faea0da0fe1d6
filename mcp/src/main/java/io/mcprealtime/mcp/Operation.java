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
 */
public record Operation(
    String method,
    Duration duration,
    @Nullable String errorType,
    boolean first,
    @Nullable String tool) {
  public Operation {
    requireNonNull(method, "method");
    requireNonNull(duration, "duration");
  }

  /** A request that is neither the first of its session nor the call of a tool. */
  public Operation(String method, Duration duration, @Nullable String errorType) {
    this(method, duration, errorType, false, null);
  }

  public boolean succeeded() {
    return errorType == null;
  }
}
