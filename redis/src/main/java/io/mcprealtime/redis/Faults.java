package io.mcprealtime.redis;

import static io.mcprealtime.redis.CacheException.Reason;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes the exceptions of one place, without its secrets. */
final class Faults {
  private static final int MAX_TEXT = 200;
  private static final Pattern USAGE = Pattern.compile("Usage:\\s*(\\d{1,18})");

  private final String place;
  private final String key;
  private final List<String> secrets;

  /**
   * @param place the service as people know it: {@code Redis at 127.0.0.1:6379}
   * @param key what the cache is kept under there
   * @param secrets what no message may hold, should the service repeat it
   */
  Faults(String place, String key, List<String> secrets) {
    this.place = place;
    this.key = key;
    this.secrets = secrets.stream().filter(secret -> !secret.isEmpty()).toList();
  }

  CacheException away(String what, @Nullable Throwable cause) {
    return fault(
        Reason.AWAY,
        "cannot be reached (%s); is it running, are host and port right?".formatted(clean(what)),
        cause);
  }

  CacheException slow(Duration timeout, @Nullable Throwable cause) {
    return fault(
        Reason.SLOW,
        "did not answer within %d ms; is it overloaded or far away? The time-out can be set"
            .formatted(timeout.toMillis()),
        cause);
  }

  CacheException login(String what) {
    return fault(
        Reason.REFUSED_LOGIN,
        "refuses the login (%s); check user, password or token, and what the user may do"
            .formatted(clean(what)),
        null);
  }

  CacheException quota(String what) {
    return fault(
        Reason.REFUSED_QUOTA,
        "refuses commands, the quota is used up (%s); wait for the next month, or take a larger plan"
            .formatted(clean(what)),
        null);
  }

  CacheException size(String what) {
    return fault(
        Reason.REFUSED_SIZE,
        "refuses what is too large (%s); lower the bound on a request's size, or take a larger plan"
            .formatted(clean(what)),
        null);
  }

  /** An answer that nobody who speaks the protocol gives. */
  CacheException nonsense(String what, @Nullable Throwable cause) {
    return fault(
        Reason.OTHER,
        "answers what cannot be understood (%s); is there really a Redis, and nothing in between?"
            .formatted(clean(what)),
        cause);
  }

  CacheException other(String what, @Nullable Throwable cause) {
    return fault(Reason.OTHER, clean(what), cause);
  }

  CacheException closed() {
    return fault(Reason.OTHER, "is not asked any more: this cache is closed", null);
  }

  /** The exception for an error text of the service, which may have words of others before it. */
  CacheException refused(String text) {
    var lower = text.toLowerCase(Locale.ROOT);
    if (containsAny(lower, "noauth", "wrongpass", "noperm", "invalid password", "err auth ")
        || lower.contains("client sent auth")) {
      return login(text);
    }
    if (containsAny(lower, "max requests limit", "max daily request limit")) {
      return quota(text);
    }
    if (containsAny(lower, "capacity quota exceeded", "oom command not allowed")) {
      return fault(
          Reason.REFUSED_CAPACITY,
          "has no room (%s); clear cached data, raise its memory limit, or take a larger plan"
              .formatted(clean(text)),
          null);
    }
    if (containsAny(lower, "max request size", "max single record size", "max key size")) {
      return size(text);
    }
    if (lower.contains("wrongtype")) {
      return fault(
          Reason.OTHER,
          "holds something of another type under the key %s; remove it, or set another prefix"
              .formatted(key),
          null);
    }
    if (containsAny(lower, "loading redis is loading", "loading the dataset", "masterdown")) {
      return away(text, null);
    }
    return fault(
        Reason.OTHER, "refuses (%s); the reason is the service's own".formatted(clean(text)), null);
  }

  /** The commands used, where the text of a refusal tells. */
  static OptionalLong usage(String text) {
    var matcher = USAGE.matcher(text);
    return text.contains("requests limit") && matcher.find()
        ? OptionalLong.of(Long.parseLong(matcher.group(1)))
        : OptionalLong.empty();
  }

  private CacheException fault(Reason reason, String what, @Nullable Throwable cause) {
    return new CacheException(reason, place + " " + what, cause);
  }

  private static boolean containsAny(String text, String... parts) {
    return List.of(parts).stream().anyMatch(text::contains);
  }

  /** Words of others in one line, of a bounded length, without secrets. */
  private String clean(String text) {
    var clean = text;
    for (var secret : secrets) {
      clean = clean.replace(secret, "***");
    }
    clean = clean.replaceAll("\\p{Cntrl}+", " ").strip();
    return clean.length() <= MAX_TEXT ? clean : clean.substring(0, MAX_TEXT) + "…";
  }
}
