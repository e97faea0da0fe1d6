package io.mcprealtime.postgres;

import io.mcprealtime.storage.DataKind;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/**
 * A table that is partitioned by time. Samples and health checks are rows at first ("hot") and then
 * packed: a chunk table holds one row for each server and block, and a partition is a block.
 */
enum TimeTable {
  SAMPLES(
      DataKind.METRICS,
      "samples",
      Span.HOT,
      "at",
      "at, request_count, error_count, memory_bytes, success_rate, error_rate, server_key,"
          + " response_us, uptime_s, state, circuit, last_error, session_id",
      "server_key, at"),
  HEALTH_CHECKS(
      DataKind.HEALTH_CHECKS,
      "health_checks",
      Span.HOT,
      "at",
      "at, response_us, server_key, tool_count, state, era, reason, protocol_version, server_name,"
          + " stages",
      "server_key, at"),
  EVENTS(
      DataKind.EVENTS,
      "events",
      Span.DAY,
      "at",
      "at, id, server_key, type, severity, message, details",
      "id, at"),
  SAMPLE_CHUNKS(
      DataKind.METRICS, "sample_chunks", Span.BLOCK, "start", Chunk.COLUMNS, "server_key, start"),
  HEALTH_CHUNKS(
      DataKind.HEALTH_CHECKS,
      "health_chunks",
      Span.BLOCK,
      "start",
      Chunk.COLUMNS,
      "server_key, start"),
  ROLLUP_CHUNKS(
      DataKind.ROLLUPS,
      "rollup_chunks",
      Span.BLOCK,
      "start",
      Chunk.COLUMNS + ", hours",
      "server_key, start");

  /** What a partition takes. */
  private enum Span {
    /** Short, because rows leave the disk by whole partitions, and soon. */
    HOT(Duration.ofMinutes(15), Duration.ofHours(1), "autovacuum_vacuum_insert_threshold = -1"),
    DAY(Duration.ofDays(1), Duration.ofDays(2), ""),
    /** Longer blocks pack better, and are packed again more often until they are full. */
    BLOCK(
        Duration.ofHours(12),
        Duration.ZERO,
        "autovacuum_vacuum_insert_threshold = -1, toast.autovacuum_vacuum_insert_threshold = -1");

    private final Duration length;
    private final Duration ahead;
    private final String parameters;

    Span(Duration length, Duration ahead, String parameters) {
      this.length = length;
      this.ahead = ahead;
      this.parameters = parameters;
    }
  }

  static final String SCHEMA = "mcp_realtime";

  private final DataKind kind;
  private final String table;
  private final Span span;
  private final String timeColumn;
  private final String columns;
  private final String key;

  TimeTable(DataKind kind, String table, Span span, String timeColumn, String columns, String key) {
    this.kind = kind;
    this.table = table;
    this.span = span;
    this.timeColumn = timeColumn;
    this.columns = columns;
    this.key = key;
  }

  /** The tables that hold data of that kind. */
  static List<TimeTable> of(DataKind kind) {
    return Arrays.stream(values()).filter(table -> table.kind == kind).toList();
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
    return timeColumn + ", " + key;
  }

  /** Whether it holds chunks. */
  boolean isPacked() {
    return span == Span.BLOCK;
  }

  /** How long a span a new partition takes. Partitions of another length may exist beside. */
  Duration partitionLength() {
    return span.length;
  }

  /** How far ahead partitions are made; not at all when zero. An empty one takes space too. */
  Duration ahead() {
    return span.ahead;
  }

  /** Storage parameters of a partition, to follow "with". */
  String parameters() {
    return span.parameters;
  }

  /** The start of the span that holds the instant, aligned to the epoch (UTC). */
  Instant partitionStart(Instant instant) {
    long length = partitionLength().toMillis();
    return Instant.ofEpochMilli(Math.floorDiv(instant.toEpochMilli(), length) * length);
  }
}
