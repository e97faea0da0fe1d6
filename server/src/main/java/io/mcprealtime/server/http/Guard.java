package io.mcprealtime.server.http;

import io.mcprealtime.server.config.ServerConfig;
import io.mcprealtime.server.config.Tokens.Scope;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decides who may do what. */
final class Guard {
  private static final String BEARER = "bearer ";

  private final ServerConfig config;
  private final Set<String> hosts = new HashSet<>();

  Guard(ServerConfig config) {
    this.config = config;
    hosts.addAll(Set.of("127.0.0.1", "localhost", "[::1]", "::1"));
    hosts.add(config.host().toLowerCase(Locale.ROOT));
    config.allowedHosts().forEach(host -> hosts.add(host.toLowerCase(Locale.ROOT)));
  }

  /**
   * Refuses requests that a web page elsewhere has sent here through a name that it made point at
   * this machine (DNS rebinding). With a token set, the token is what protects.
   */
  void checkHost(RoutingContext context) {
    var authority = context.request().authority();
    String host = authority == null ? "" : authority.host().toLowerCase(Locale.ROOT);
    if (config.tokens().isEmpty() && !hosts.contains(host)) {
      throw new Problem(
          403,
          "the name '%s' is not known here; use localhost, or name it in http.allowedHosts"
              .formatted(host));
    }
    context.next();
  }

  /** Whether the request may see what needs that scope. */
  boolean allows(RoutingContext context, Scope scope) {
    String token = token(context);
    return config.tokens().isEmpty() || (token != null && config.tokens().allows(token, scope));
  }

  private static @Nullable String token(RoutingContext context) {
    String header = context.request().getHeader("Authorization");
    return header == null || !header.toLowerCase(Locale.ROOT).startsWith(BEARER)
        ? null
        : header.substring(BEARER.length()).strip();
  }

  /** Lets those pass who show a token of that scope. */
  Handler<RoutingContext> require(Scope scope) {
    return context -> {
      if (!config.tokens().isEmpty()) {
        String token = token(context);
        if (token == null) {
          throw new Problem(401, "send the header 'Authorization: Bearer TOKEN'");
        }
        if (!config.tokens().allows(token, Scope.READ)) {
          throw new Problem(401, "the token is not known here");
        }
        if (!config.tokens().allows(token, scope)) {
          throw new Problem(
              403,
              "the token lacks the scope '%s'".formatted(scope.name().toLowerCase(Locale.ROOT)));
        }
      }
      context.next();
    };
  }
}
