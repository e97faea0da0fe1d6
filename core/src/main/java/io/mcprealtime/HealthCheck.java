package io.mcprealtime;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The record of one probe. Identified by its server and instant: writing it twice keeps one.
 *
 * @param at when the probe began, cut to milliseconds; between {@link ServerMetrics#MIN_INSTANT}
 *     and {@link ServerMetrics#MAX_INSTANT}
 * @param responseTime how long the server took to answer, cut to microseconds; absent when it did
 *     not
 * @param reason why the state is what it is, in words that a person can act on; absent when healthy
 * @param stages the probe's stages in order
 * @param era how the server speaks, where that was found
 * @param protocolVersion the revision agreed on, like {@code 2025-11-25}
 * @param serverName what the server calls itself, with its version
 * @param toolCount tools listed
 */
public record HealthCheck(
    ServerId server,
    Instant at,
    ServerState state,
    @Nullable Duration responseTime,
    @Nullable String reason,
    List<StageResult> stages,
    @Nullable Era era,
    @Nullable String protocolVersion,
    @Nullable String serverName,
    @Nullable Integer toolCount) {
  public static final int MAX_TEXT_LENGTH = 2_000;

  private static final int MAX_NAME_LENGTH = 200;

  public HealthCheck {
    requireNonNull(server, "server");
    at = ServerMetrics.inBounds(requireNonNull(at, "at").truncatedTo(ChronoUnit.MILLIS));
    requireNonNull(state, "state");
    responseTime = responseTime == null ? null : responseTime.truncatedTo(ChronoUnit.MICROS);
    reason = reason == null ? null : Texts.bounded(reason, MAX_TEXT_LENGTH);
    stages = List.copyOf(stages);
    protocolVersion =
        protocolVersion == null ? null : Texts.bounded(protocolVersion, MAX_NAME_LENGTH);
    serverName = serverName == null ? null : Texts.bounded(serverName, MAX_NAME_LENGTH);
  }

  /** The first stage that failed. */
  public Optional<StageResult> failedStage() {
    return stages.stream()
        .filter(stage -> stage.verdict() == StageResult.Verdict.FAILED)
        .findFirst();
  }
}
