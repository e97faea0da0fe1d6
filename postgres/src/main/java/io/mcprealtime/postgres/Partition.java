package io.mcprealtime.postgres;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One partition: from (inclusive) to an instant (exclusive), both in its name, {@code
 * samples_202611200000_1440} with the start in UTC and the length in minutes. Any length can stand
 * beside another, and reading it back does not hang on a session's time zone.
 */
record Partition(TimeTable table, Instant from, Instant to) {
  private static final DateTimeFormatter START = DateTimeFormatter.ofPattern("uuuuMMddHHmm");
  private static final Pattern NAME = Pattern.compile("_(\\d{12})_(\\d{1,6})$");

  /** The name without the schema. */
  String name() {
    // %s and not %d: some locales have digits of their own.
    return "%s_%s_%s"
        .formatted(
            table.table(),
            START.format(from.atOffset(ZoneOffset.UTC)),
            Duration.between(from, to).toMinutes());
  }

  String qualified() {
    return TimeTable.SCHEMA + "." + name();
  }

  /** The partition of that name; absent when the name is none of ours. */
  static Optional<Partition> ofName(TimeTable table, String name) {
    var matcher = NAME.matcher(name);
    if (!matcher.find()) {
      return Optional.empty();
    }
    var from = LocalDateTime.parse(matcher.group(1), START).toInstant(ZoneOffset.UTC);
    return Optional.of(
        new Partition(
            table, from, from.plus(Duration.ofMinutes(Long.parseLong(matcher.group(2))))));
  }
}
