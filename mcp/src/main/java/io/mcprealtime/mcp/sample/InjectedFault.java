package io.mcprealtime.mcp.sample;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A fault that a sample server had, by who told it to.
 *
 * @param server the server's name
 * @param until when it was told to behave again; null while it was not
 */
public record InjectedFault(
    String server, SampleFault fault, Instant from, @Nullable Instant until) {
  /** For people: server, fault and times. */
  @Override
  public String toString() {
    return "%s: %s from %s to %s".formatted(server, fault, from, until == null ? "the end" : until);
  }
}
