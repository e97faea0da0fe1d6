package io.mcprealtime.server.advice;

import io.mcprealtime.ServerId;
import io.mcprealtime.mcp.config.ServerDefinition;
import io.mcprealtime.server.monitor.MonitorSettings;
import io.mcprealtime.server.monitor.ServerView;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a server that is probed, by which is advised.
 *
 * @param requestTimeout how long an answer of it may take
 */
record ServerFacts(
    Instant now,
    ServerView view,
    ServerDefinition definition,
    ProbeSeries probes,
    MonitorSettings settings,
    Duration requestTimeout,
    History history) {
  ServerId id() {
    return view.id();
  }

  /**
   * What it calls itself, with its version, and the revision that it speaks: another one is new.
   */
  @Nullable String release() {
    var check = view.lastCheck();
    if (check == null || check.serverName() == null) {
      return null;
    }
    return check.protocolVersion() == null
        ? check.serverName()
        : "%s, MCP %s".formatted(check.serverName(), check.protocolVersion());
  }
}
