package io.mcprealtime.server.monitor;

import io.mcprealtime.McpRealtimeException;

/** A change that does not fit what is there; the message says what is, and the way out. */
public final class ConflictException extends McpRealtimeException {
  private static final long serialVersionUID = 1;

  ConflictException(String message) {
    super(message);
  }
}
