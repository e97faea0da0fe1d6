package io.mcprealtime.mcp;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How one canary call went.
 *
 * @param time from the call to the answer; absent when it was not answered, and when this run did
 *     not call it: then the outcome is that of its last call, which stays in force
 * @param detail what is wrong, in words; absent when nothing is
 */
public record CanaryResult(
    String tool, Outcome outcome, @Nullable Duration time, @Nullable String detail) {

  /** What came out of a call. */
  public enum Outcome {
    PASSED,
    FAILED,
    /** Not called: the tool is not the one that was approved. */
    STOPPED;

    /** The name on the wire: lower case. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public CanaryResult {
    requireNonNull(tool, "tool");
    requireNonNull(outcome, "outcome");
  }
}
