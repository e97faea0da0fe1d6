package io.mcprealtime.mcp;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.CircuitState;
import io.mcprealtime.Era;
import io.mcprealtime.HealthCheck;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.StageResult;
import io.mcprealtime.catalog.Catalog;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one run of a probe found. What was not measured is absent.
 *
 * @param at when the run began
 * @param time from then to the verdict
 * @param rule why the state is what it is
 * @param responseTime how long the server took for the last sign of life (or else for another
 *     request that it answered well), never for the first request of a session or a tool call
 * @param reason why the state is not healthy, in words that a person can act on
 * @param stages the stages in order, those that were skipped included
 * @param serverName what the server calls itself, with its version
 * @param toolCount tools of the newest list; null when there is none
 * @param catalog all that the server offers, where this run listed it; a list that the server asked
 *     to be left alone about is as it was listed last
 * @param canaries the canary calls in order
 * @param operations the requests that were sent, in order
 * @param requestCount how many requests that were; one that could not even be sent counts
 * @param errorCount how many of them failed
 * @param process the process of a stdio server, while it runs
 * @param retryAfter how long the server asks to be left alone
 * @param expiries when the certificate and the tokens end that the probe relies on
 * @param address the address that the host's name has, of an HTTP server
 * @param eraChanged whether the server spoke another era in the run before
 */
public record ProbeResult(
    Instant at,
    Duration time,
    StateRule rule,
    @Nullable Duration responseTime,
    @Nullable String reason,
    List<StageResult> stages,
    @Nullable Era era,
    @Nullable String protocolVersion,
    @Nullable String serverName,
    @Nullable Integer toolCount,
    @Nullable Catalog catalog,
    List<CanaryResult> canaries,
    List<Operation> operations,
    long requestCount,
    long errorCount,
    @Nullable ProcessStats process,
    @Nullable Duration retryAfter,
    List<Expiry> expiries,
    @Nullable InetAddress address,
    boolean eraChanged) {

  public ProbeResult {
    requireNonNull(at, "at");
    requireNonNull(time, "time");
    requireNonNull(rule, "rule");
    stages = List.copyOf(stages);
    canaries = List.copyOf(canaries);
    operations = List.copyOf(operations);
    expiries = List.copyOf(expiries);
  }

  public ServerState state() {
    return rule.state();
  }

  /** The record of this run. */
  public HealthCheck toHealthCheck(ServerId server) {
    return new HealthCheck(
        server,
        at,
        state(),
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
    return toMetrics(server, state(), CircuitState.CLOSED);
  }

  /**
   * The sample that this run gives to one who judges by more than one run.
   *
   * @param declared the state of the server by its judgement
   * @param circuit of the server's breaker when this run began
   */
  public ServerMetrics toMetrics(ServerId server, ServerState declared, CircuitState circuit) {
    Double errorRate = requestCount == 0 ? null : (double) errorCount / requestCount;
    return ServerMetrics.builder(server, at, declared)
        .responseTime(responseTime)
        .successRate(requestCount == 0 ? null : (double) (requestCount - errorCount) / requestCount)
        .errorRate(errorRate)
        .requestCount(requestCount)
        .errorCount(errorCount)
        .uptime(process == null ? null : process.uptime())
        .memoryBytes(process == null ? null : process.memoryBytes())
        .circuit(circuit)
        .lastError(reason)
        .build();
  }
}
