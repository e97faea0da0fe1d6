package io.mcprealtime.benchmarks;

import io.mcprealtime.McpRealtimeException;

/** A benchmark that cannot run as it was asked for; the message says what to give instead. */
final class UsageException extends McpRealtimeException {
  private static final long serialVersionUID = 1L;

  UsageException(String message) {
    super(message);
  }

  UsageException(String message, Throwable cause) {
    super(message, cause);
  }
}
