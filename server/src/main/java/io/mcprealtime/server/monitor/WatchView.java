package io.mcprealtime.server.monitor;

import io.mcprealtime.CircuitState;
import io.mcprealtime.mcp.CanaryResult;
import io.mcprealtime.mcp.Expiry;
import io.mcprealtime.mcp.ProcessStats;
import io.mcprealtime.mcp.StateRule;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the monitor knows of a server that it probes, beside its samples.
 *
 * @param rule by which its state was found; absent until a probe of this process confirms it
 * @param doubt another state that the last probe found, in words; absent when there is none
 * @param flapping whether its state goes to and fro
 * @param circuit its breaker
 * @param heldUntil until when it asked to be left alone
 * @param load what our probes are to it
 * @param process of a stdio server, while it runs
 * @param canaries how the latest canary calls went
 * @param expiries of its certificate and tokens
 * @param recovery the latest attempts to bring it back, the newest first
 * @param incident that it is part of
 */
public record WatchView(
    @Nullable StateRule rule,
    @Nullable String doubt,
    boolean flapping,
    CircuitState circuit,
    @Nullable Instant heldUntil,
    Cadence.Load load,
    @Nullable ProcessStats process,
    List<CanaryResult> canaries,
    List<Expiry> expiries,
    List<RecoveryAttempt> recovery,
    @Nullable UUID incident) {
  public WatchView {
    canaries = List.copyOf(canaries);
    expiries = List.copyOf(expiries);
    recovery = List.copyOf(recovery);
  }
}
