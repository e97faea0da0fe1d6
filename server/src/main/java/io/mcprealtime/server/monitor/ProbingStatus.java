package io.mcprealtime.server.monitor;

/**
 * How the monitor gets round to its probes.
 *
 * @param targets that it probes
 * @param running probes under way
 * @param queued probes that are due and wait for others to end
 * @param missed turns that were left out after pauses of the process, since its start
 * @param lateness how late probes began, in the last minutes
 * @param overhead of the time that requests took, what the servers did not take themselves; of
 *     servers that tell their own time, in the last minutes
 */
public record ProbingStatus(
    int targets,
    int running,
    int queued,
    long missed,
    RollingTimes.Summary lateness,
    RollingTimes.Summary overhead) {}
