package io.mcprealtime.postgres;

import io.mcprealtime.storage.DataKind;
import java.time.Duration;
import java.time.Instant;

/** A table that is partitioned by time. */
enum TimeTable {
  SAMPLES(
      DataKind.METRICS,
      "samples",
      "at, request_count, error_count, memory_bytes, success_rate, error_rate, server_key,"
          + " response_us, uptime_s, state, circuit, last_error, session_id",
      "server_key, at"),
  HEALTH_CHECKS(
      DataKind.HEALTH_CHECKS,
      "health_checks",
      "at, response_us, server_key, tool_count, state, era, reason, protocol_version, server_name,"
          + " stages",
      "server_key, at"),
  EVENTS(
      DataKind.EVENTS, "events", "at, id, server_key, type, severity, message, details", "id, at"),
  ROLLUPS(
      DataKind.ROLLUPS,
      "rollups",
      "start, request_count, error_count, response_sum_us, server_key, response_count,"
          + " response_min_us, response_max_us, healthy, degraded, auth_required, empty, down,"
          + " unknown, window_code, sketch",
      "window_code, server_key, start");

  static final String SCHEMA = "mcp_realtime";

  private final DataKind kind;
  private final String table;
  private final String columns;
  private final String key;

  TimeTable(DataKind kind, String table, String columns, String key) {
    this.kind = kind;
    this.table = table;
    this.columns = columns;
    this.key = key;
  }

  static TimeTable of(DataKind kind) {
    return switch (kind) {
      case METRICS -> SAMPLES;
      case HEALTH_CHECKS -> HEALTH_CHECKS;
      case EVENTS -> EVENTS;
      case ROLLUPS -> ROLLUPS;
    };
  }

  DataKind kind() {
    return kind;
  }

  /** The name without the schema. */
  String table() {
    return table;
  }

  String qualified() {
    return SCHEMA + "." + table;
  }

  /** All columns, in the order in which rows are written. */
  String columns() {
    return columns;
  }

  /** The columns of the primary key. */
  String key() {
    return key;
  }

  /** The order in which rows are written. */
  String timeThenKey() {
    return this == ROLLUPS ? "start, " + key : "at, " + key;
  }

  /** How long a span a new partition takes. Partitions of another length may exist beside. */
  Duration partitionLength() {
    return Duration.ofDays(1);
  }

  /** The start of the span that holds the instant, aligned to the epoch (UTC). */
  Instant partitionStart(Instant instant) {
    long length = partitionLength().toMillis();
    return Instant.ofEpochMilli(Math.floorDiv(instant.toEpochMilli(), length) * length);
  }
}
