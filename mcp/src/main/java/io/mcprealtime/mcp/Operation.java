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
 */
public record Operation(String method, Duration duration, @Nullable String errorType) {
  public Operation {
    requireNonNull(method, "method");
    requireNonNull(duration, "duration");
  }

  public boolean succeeded() {
    return errorType == null;
  }
}
