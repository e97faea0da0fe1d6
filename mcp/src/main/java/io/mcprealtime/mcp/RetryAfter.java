package io.mcprealtime.mcp;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/** The header {@code Retry-After} of RFC 9110: seconds, or a date. */
final class RetryAfter {
  /** A server that asks for more is asked again all the same. */
  private static final Duration MOST = Duration.ofHours(1);

  private static final int MAX_DIGITS = 9;

  private RetryAfter() {}

  /** How long to wait, at most an hour; null when the header is absent or not understood. */
  static @Nullable Duration of(HttpHeaders headers, Instant now) {
    String value = headers.firstValue("Retry-After").orElse("").strip();
    if (value.isEmpty()) {
      return null;
    }
    Duration asked;
    if (value.chars().allMatch(c -> c >= '0' && c <= '9')) {
      asked = value.length() > MAX_DIGITS ? MOST : Duration.ofSeconds(Long.parseLong(value));
    } else {
      try {
        ZonedDateTime date = ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME);
        asked = Duration.between(now, date.toInstant());
      } catch (DateTimeParseException e) {
        return null;
      }
    }
    return asked.isNegative() ? Duration.ZERO : asked.compareTo(MOST) > 0 ? MOST : asked;
  }
}
