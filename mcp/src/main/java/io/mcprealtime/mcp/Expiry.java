package io.mcprealtime.mcp;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Locale;

/**
 * When something that a server's probe relies on ends.
 *
 * @param subject whose it is, in words: a host, or the header that holds the token
 * @param at its last moment
 */
public record Expiry(Kind kind, String subject, Instant at) {
  /** What ends. */
  public enum Kind {
    CERTIFICATE,
    TOKEN;

    /** The name on the wire: lower case. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public Expiry {
    requireNonNull(kind, "kind");
    requireNonNull(subject, "subject");
    requireNonNull(at, "at");
  }
}
