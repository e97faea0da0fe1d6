package io.mcprealtime.server.cli;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.util.Locale;

/** Instants as data files have them. Those without a zone are taken for UTC. */
final class Timestamps {
  private static final DateTimeFormatter FORM =
      new DateTimeFormatterBuilder()
          .parseCaseInsensitive()
          .appendPattern("uuuu-MM-dd")
          .optionalStart()
          .appendPattern("['T'][' ']HH:mm[:ss]")
          .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
          .optionalEnd()
          .appendPattern("[' ']")
          .optionalStart()
          .appendOffset("+HH:MM", "Z")
          .optionalEnd()
          .optionalStart()
          .appendOffset("+HHMM", "Z")
          .optionalEnd()
          .optionalStart()
          .appendOffset("+HH", "Z")
          .optionalEnd()
          .optionalStart()
          .appendLiteral("UTC")
          .optionalEnd()
          .parseDefaulting(ChronoField.HOUR_OF_DAY, 0)
          .toFormatter(Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  /** Numbers below are seconds since 1970, up to the year 5138; then thousandths of them, etc. */
  private static final BigDecimal MOST_SECONDS = BigDecimal.valueOf(100_000_000_000L);

  private static final int LONGEST = 40;
  private static final int THOUSAND = 3;
  private static final int NANO_DIGITS = 9;

  private Timestamps() {}

  /**
   * The instant of that text: {@code 2026-11-20T09:30:00Z}, with another offset or none, with a
   * space for the {@code T}, a fraction, without seconds or time; or a number of seconds,
   * milliseconds, microseconds or nanoseconds since 1970, told apart by its size.
   *
   * @throws IllegalArgumentException when it is none of these
   */
  static Instant parse(String text) {
    try {
      if (text.length() <= LONGEST) {
        return text.indexOf('-', 1) > 0 ? ofText(text) : ofNumber(new BigDecimal(text));
      }
    } catch (DateTimeException | ArithmeticException | NumberFormatException e) {
      throw new IllegalArgumentException(wrong(text), e);
    }
    throw new IllegalArgumentException(wrong(text));
  }

  private static String wrong(String text) {
    return text.isEmpty()
        ? "is empty"
        : "is '%s', which is no time; write 2026-11-20 09:30:00, 2026-11-20T09:30:00Z, or seconds or milliseconds since 1970"
            .formatted(text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…");
  }

  private static Instant ofText(String text) {
    var parsed = FORM.parseBest(text, OffsetDateTime::from, LocalDateTime::from);
    return parsed instanceof OffsetDateTime withOffset
        ? withOffset.toInstant()
        : LocalDateTime.from(parsed).toInstant(ZoneOffset.UTC);
  }

  private static Instant ofNumber(BigDecimal number) {
    if (Math.abs((long) number.precision() - number.scale()) > LONGEST) {
      throw new ArithmeticException("beyond all time");
    }
    var seconds = number;
    for (int i = 0; i < THOUSAND && seconds.abs().compareTo(MOST_SECONDS) >= 0; i++) {
      seconds = seconds.movePointLeft(THOUSAND);
    }
    var whole = seconds.setScale(0, RoundingMode.FLOOR);
    var nanos = seconds.subtract(whole).movePointRight(NANO_DIGITS);
    return Instant.ofEpochSecond(whole.longValueExact(), nanos.longValue());
  }
}
