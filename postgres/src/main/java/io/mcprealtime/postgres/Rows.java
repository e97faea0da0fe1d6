package io.mcprealtime.postgres;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads columns that may be null, and times. */
final class Rows {
  private Rows() {}

  static Instant instant(ResultSet row, int column) throws SQLException {
    return row.getObject(column, OffsetDateTime.class).toInstant();
  }

  static void setInstant(PreparedStatement statement, int parameter, Instant instant)
      throws SQLException {
    statement.setObject(parameter, instant.atOffset(ZoneOffset.UTC));
  }

  static @Nullable Long int8(ResultSet row, int column) throws SQLException {
    long value = row.getLong(column);
    return row.wasNull() ? null : value;
  }

  static @Nullable Integer int4(ResultSet row, int column) throws SQLException {
    int value = row.getInt(column);
    return row.wasNull() ? null : value;
  }

  static @Nullable Double float8(ResultSet row, int column) throws SQLException {
    double value = row.getDouble(column);
    return row.wasNull() ? null : value;
  }

  static @Nullable Duration micros(ResultSet row, int column) throws SQLException {
    var value = int8(row, column);
    return value == null ? null : ofMicros(value);
  }

  static Duration ofMicros(long micros) {
    return Duration.ofSeconds(micros / 1_000_000, micros % 1_000_000 * 1_000);
  }

  static long toMicros(Duration duration) {
    return duration.toNanos() / 1_000;
  }

  static <T> List<T> all(PreparedStatement statement, SqlFunction<ResultSet, T> reader)
      throws SQLException {
    var found = new ArrayList<T>();
    try (var rows = statement.executeQuery()) {
      while (rows.next()) {
        found.add(reader.apply(rows));
      }
    }
    return found;
  }
}
