package io.mcprealtime.server.cli;

import io.mcprealtime.internal.Durations;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAccessor;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/** Instants as people write them. */
final class Times {
  private static final Pattern AGO = Pattern.compile("-?\\s*(\\S+?)(\\s+ago)?");

  private static final List<Function<String, TemporalAccessor>> FORMS =
      List.of(OffsetDateTime::parse, LocalDateTime::parse, LocalDate::parse);

  private Times() {}

  /**
   * The instant of that text: {@code 2026-11-20T09:30:00Z}, with another offset or without (UTC),
   * {@code 2026-11-20} (where it begins in UTC), {@code 7d} (so long ago), {@code now}.
   *
   * @throws IllegalArgumentException when it is none of these
   */
  static Instant parse(String text, Instant now) {
    String stripped = text.strip();
    if (stripped.equals("now")) {
      return now;
    }
    return FORMS.stream()
        .flatMap(form -> attempt(form, stripped).stream())
        .findFirst()
        .map(Times::instant)
        .or(() -> ago(stripped, now))
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'%s' is no time; write 2026-11-20, 2026-11-20T09:30:00Z, or 7d for 7 days ago"
                        .formatted(text)));
  }

  private static Optional<TemporalAccessor> attempt(
      Function<String, TemporalAccessor> form, String text) {
    try {
      return Optional.of(form.apply(text));
    } catch (DateTimeException e) {
      return Optional.empty();
    }
  }

  private static Instant instant(TemporalAccessor time) {
    if (time instanceof OffsetDateTime withOffset) {
      return withOffset.toInstant();
    }
    if (time instanceof LocalDateTime local) {
      return local.toInstant(ZoneOffset.UTC);
    }
    return LocalDate.from(time).atStartOfDay(ZoneOffset.UTC).toInstant();
  }

  private static Optional<Instant> ago(String text, Instant now) {
    var match = AGO.matcher(text);
    if (!match.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(now.minus(Durations.parse(match.group(1))));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
