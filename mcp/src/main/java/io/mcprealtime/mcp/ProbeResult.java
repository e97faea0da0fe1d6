package io.mcprealtime.mcp;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.Era;
import io.mcprealtime.HealthCheck;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.StageResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one run of a probe found. What was not measured is absent.
 *
 * @param at when the run began
 * @param responseTime how long the last request took that was answered well, without the start of a
 *     process
 * @param reason why the state is not healthy, in words that a person can act on
 * @param stages the stages in order, those that were skipped included
 * @param serverName what the server calls itself, with its version
 * @param toolCount tools listed; null when they were not
 * @param tools their names
 * @param operations the requests that were sent, in order
 * @param requestCount how many requests that were; one that could not even be sent counts
 * @param errorCount how many of them failed
 * @param childUptime how long the process of a stdio server has been running
 * @param childMemoryBytes resident memory of that process and all that it started
 * @param eraChanged whether the server spoke another era in the run before
 */
public record ProbeResult(
    Instant at,
    ServerState state,
    @Nullable Duration responseTime,
    @Nullable String reason,
    List<StageResult> stages,
    @Nullable Era era,
    @Nullable String protocolVersion,
    @Nullable String serverName,
    @Nullable Integer toolCount,
    List<String> tools,
    List<Operation> operations,
    long requestCount,
    long errorCount,
    @Nullable Duration childUptime,
    @Nullable Long childMemoryBytes,
    boolean eraChanged) {

  public ProbeResult {
    requireNonNull(at, "at");
    requireNonNull(state, "state");
    stages = List.copyOf(stages);
    tools = List.copyOf(tools);
    operations = List.copyOf(operations);
  }

  /** The record of this run. */
  public HealthCheck toHealthCheck(ServerId server) {
    return new HealthCheck(
        server,
        at,
        state,
        responseTime,
        reason,
        stages,
        era,
        protocolVersion,
        serverName,
        toolCount);
  }

  /** The sample that this run gives; rates are absent when nothing was sent. */
  public ServerMetrics toMetrics(ServerId server) {
    Double errorRate = requestCount == 0 ? null : (double) errorCount / requestCount;
    return ServerMetrics.builder(server, at, state)
        .responseTime(responseTime)
        .successRate(requestCount == 0 ? null : (double) (requestCount - errorCount) / requestCount)
        .errorRate(errorRate)
        .requestCount(requestCount)
        .errorCount(errorCount)
        .uptime(childUptime)
        .memoryBytes(childMemoryBytes)
        .lastError(reason)
        .build();
  }
}
