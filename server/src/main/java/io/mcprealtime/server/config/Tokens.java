package io.mcprealtime.server.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Map;

/**
 * The tokens that HTTP callers show. Without any, everyone may do everything; a scope allows what
 * the scopes before it allow as well.
 */
public record Tokens(Map<Scope, String> byScope) {
  public static final Tokens NONE = new Tokens(Map.of());

  /** What a token allows. */
  public enum Scope {
    READ,
    INGEST,
    ADMIN
  }

  public Tokens {
    byScope = Map.copyOf(byScope);
    byScope.forEach(
        (scope, token) -> {
          if (token.length() < 16) {
            throw new IllegalArgumentException(
                "the %s token must have at least 16 characters, has %d"
                    .formatted(scope, token.length()));
          }
        });
  }

  public boolean isEmpty() {
    return byScope.isEmpty();
  }

  /** Whether that token allows what needs that scope. */
  public boolean allows(String token, Scope needed) {
    boolean allowed = byScope.isEmpty();
    for (var entry : byScope.entrySet()) {
      boolean same = MessageDigest.isEqual(bytes(entry.getValue()), bytes(token));
      allowed |= same && entry.getKey().compareTo(needed) >= 0;
    }
    return allowed;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The scopes only. */
  @Override
  public String toString() {
    return "Tokens" + byScope.keySet();
  }
}
