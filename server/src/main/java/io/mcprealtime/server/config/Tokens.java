package io.mcprealtime.server.config;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The tokens that HTTP callers show. Without any, everyone may do everything; a scope allows what
 * the scopes before it allow as well.
 */
public record Tokens(Map<Scope, String> byScope) {
  private static final int MIN_LENGTH = 16;

  public static final Tokens NONE = new Tokens(Map.of());

  /** What a token allows. */
  public enum Scope {
    READ,
    INGEST,
    ADMIN
  }

  public Tokens {
    byScope = Map.copyOf(byScope);
    var errors = errors(byScope);
    if (!errors.isEmpty()) {
      throw new IllegalArgumentException(String.join(System.lineSeparator(), errors));
    }
  }

  /** What is wrong with tokens, without showing one. */
  static List<String> errors(Map<Scope, String> byScope) {
    return new TreeMap<>(byScope)
        .entrySet().stream()
            .filter(entry -> entry.getValue().length() < MIN_LENGTH)
            .map(
                entry ->
                    "the %s token must have at least %d characters, has %d"
                        .formatted(
                            entry.getKey().name().toLowerCase(Locale.ROOT),
                            MIN_LENGTH,
                            entry.getValue().length()))
            .toList();
  }

  public boolean isEmpty() {
    return byScope.isEmpty();
  }

  /** The least that may read, for a command that asks a monitor with this configuration. */
  public Optional<String> any() {
    return new TreeMap<>(byScope).values().stream().findFirst();
  }

  /** One that may do the most. */
  public Optional<String> strongest() {
    return new TreeMap<>(byScope).descendingMap().values().stream().findFirst();
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
