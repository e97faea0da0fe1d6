package io.mcprealtime.server.cli;

import io.mcprealtime.internal.Durations;
import io.mcprealtime.server.config.ServerConfigBuilder;
import io.mcprealtime.server.config.Tokens.Scope;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of every command that runs the HTTP server. */
final class ServerOptions {
  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Port of the HTTP server; 0 takes a free one. Default: 8585.")
  private @Nullable Integer port;

  @Option(
      names = "--host",
      paramLabel = "HOST",
      description =
          "Address of the HTTP server. Default: 127.0.0.1. Any but a loopback address needs a token.")
  private @Nullable String host;

  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      description =
          "Token that callers must send, at least 16 characters. Better in MCP_REALTIME_TOKEN:"
              + " options can be seen by others on this machine.")
  private @Nullable String token;

  @Option(
      names = "--interval",
      paramLabel = "DURATION",
      description = "Time between two probes of a server: 5s, 1m. Default: 15s; demo: 3s.")
  private @Nullable String interval;

  void applyTo(ServerConfigBuilder config) {
    if (port != null) {
      if (port < 0 || port > 65_535) {
        throw new io.mcprealtime.server.config.ConfigException(
            List.of("--port must lie between 0 and 65535, is " + port));
      }
      config.port(port);
    }
    if (host != null) {
      config.host(host);
    }
    config.token(Scope.ADMIN, token);
    if (interval != null) {
      try {
        config.interval(Durations.parse(interval));
      } catch (IllegalArgumentException e) {
        throw new io.mcprealtime.server.config.ConfigException(
            List.of("--interval: " + e.getMessage()));
      }
    }
  }
}
