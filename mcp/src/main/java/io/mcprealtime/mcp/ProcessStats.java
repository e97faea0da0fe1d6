package io.mcprealtime.mcp;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The process of a stdio server, as the system knows it.
 *
 * @param pid of the process that was started, not of those that it started itself
 * @param uptime since its start
 * @param memoryBytes resident memory of the process and all that it started; absent where the
 *     system does not tell
 * @param cpuTime that they have used since their start; absent where the system does not tell
 * @param starts how often the process of this target was started, this time included
 * @param lastEnd how the one before it ended by itself, in words; absent when none did
 */
public record ProcessStats(
    long pid,
    Duration uptime,
    @Nullable Long memoryBytes,
    @Nullable Duration cpuTime,
    int starts,
    @Nullable String lastEnd) {
  public ProcessStats {
    requireNonNull(uptime, "uptime");
  }
}
