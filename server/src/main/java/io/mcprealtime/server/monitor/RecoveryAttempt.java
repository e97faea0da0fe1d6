package io.mcprealtime.server.monitor;

import java.time.Instant;
import java.util.Locale;

/**
 * One try to bring a server back.
 *
 * @param action what was done: {@code restart}, {@code command}, {@code webhook}, or several
 * @param detail how it went, in words
 */
public record RecoveryAttempt(Instant at, String action, Outcome outcome, String detail) {
  /** What came of it. */
  public enum Outcome {
    /** Under way, or it is not known yet whether it helped. */
    PENDING,
    /** The server was up again within the cool-down. */
    HELPED,
    /** It was not. */
    DID_NOT_HELP,
    /** It could not be done. */
    FAILED;

    /** The name on the wire: lower case. */
    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  RecoveryAttempt ended(Outcome how, String words) {
    return new RecoveryAttempt(at, action, how, words);
  }
}
