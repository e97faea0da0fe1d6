package io.mcprealtime.mcp;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * When something that a server's probe relies on ends.
 *
 * @param subject whose it is, in words: a host, or the header that holds the token
 * @param at its last moment
 * @param begins its first moment; absent where nobody can see it
 */
public record Expiry(Kind kind, String subject, Instant at, @Nullable Instant begins) {
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

  /** Something whose beginning is not known. */
  public Expiry(Kind kind, String subject, Instant at) {
    this(kind, subject, at, null);
  }
}
