package io.mcprealtime.redis;

import io.mcprealtime.McpRealtimeException;
import org.jspecify.annotations.Nullable;

/** Redis did not do what it was asked: the message names the place, the reason and the way out. */
public final class CacheException extends McpRealtimeException {
  private static final long serialVersionUID = 1;

  /** Why Redis did not do it. */
  public enum Reason {
    /** It cannot be reached, or hung up. */
    AWAY,
    /** It did not answer within the time-out. */
    SLOW,
    /** The quota of commands is used up. */
    REFUSED_QUOTA,
    /** It has no room for more data. */
    REFUSED_CAPACITY,
    /** The request, a value or a name is larger than it takes. */
    REFUSED_SIZE,
    /** It does not accept the password or token, or does not allow the user what is needed. */
    REFUSED_LOGIN,
    /** Anything else; the message says what. */
    OTHER
  }

  private final Reason reason;

  CacheException(Reason reason, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.reason = reason;
  }

  public Reason reason() {
    return reason;
  }
}
