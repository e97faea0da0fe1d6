package io.mcprealtime.server.config;

import io.mcprealtime.McpRealtimeConfig;
import io.mcprealtime.budget.Limits;
import io.mcprealtime.mcp.AddressRange;
import io.mcprealtime.mcp.AddressRule;
import io.mcprealtime.mcp.PublicAddresses;
import io.mcprealtime.server.monitor.MonitorSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How the program runs. Which servers it watches is not part of it.
 *
 * @param host what the HTTP server binds to
 * @param port of the HTTP server; 0 takes a free one
 * @param allowedHosts further names that requests may be addressed to, besides the loopback ones
 * @param tokens what callers must show
 * @param databaseUrl of a PostgreSQL of one's own; the embedded one is used when null
 * @param dataDirectory where the embedded PostgreSQL keeps its data
 * @param monitor how servers are probed
 * @param requestTimeout how long a server may take to answer
 * @param startTimeout how long a server's process may take to its first answer
 * @param allowedTargets addresses besides the public ones that servers may have which are defined
 *     over the API
 * @param cache the cache that processes share
 * @param limits what the services behind storage and cache may be used for
 * @param managers settings of the four managers
 */
public record ServerConfig(
    String host,
    int port,
    List<String> allowedHosts,
    Tokens tokens,
    @Nullable String databaseUrl,
    Path dataDirectory,
    MonitorSettings monitor,
    Duration requestTimeout,
    Duration startTimeout,
    List<AddressRange> allowedTargets,
    CacheConfig cache,
    Limits limits,
    McpRealtimeConfig managers) {
  /** Answers that a probe waits for, one after the other. */
  private static final int PROBE_REQUESTS = 4;

  private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "::1", "[::1]");

  public ServerConfig {
    allowedHosts = List.copyOf(allowedHosts);
    allowedTargets = List.copyOf(allowedTargets);
    var errors = errors(host, !tokens.isEmpty(), monitor.interval());
    if (!errors.isEmpty()) {
      throw new IllegalArgumentException(String.join(System.lineSeparator(), errors));
    }
  }

  /** Everything that does not fit together. */
  static List<String> errors(String host, boolean protectedByToken, Duration interval) {
    var errors = new ArrayList<String>();
    if (!LOOPBACK.contains(host.toLowerCase(Locale.ROOT)) && !protectedByToken) {
      errors.add(
          "host %s can be reached from other machines, so a token must be set: --token, MCP_REALTIME_TOKEN or http.tokens"
              .formatted(host));
    }
    if (interval.compareTo(Duration.ofSeconds(1)) < 0) {
      errors.add("the interval must be at least 1s, is %s".formatted(interval));
    }
    return errors;
  }

  /** How long a whole probe may take: its start, and a few answers. */
  public Duration probeTimeout() {
    return startTimeout.plus(requestTimeout.multipliedBy(PROBE_REQUESTS));
  }

  /** To which addresses servers may lead that are defined over the API. */
  public AddressRule addressRule() {
    var rule = PublicAddresses.and(allowedTargets);
    return address -> {
      var reason = rule.refusal(address);
      return reason == null ? null : reason + "; allow it by the setting targets.allow";
    };
  }

  /** Whether only this machine can reach the HTTP server. */
  public boolean isLoopback() {
    return LOOPBACK.contains(host.toLowerCase(Locale.ROOT));
  }

  /** Says nothing of tokens and of the database's address. */
  @Override
  public String toString() {
    return "ServerConfig[%s:%d, %s]".formatted(host, port, dataDirectory);
  }
}
