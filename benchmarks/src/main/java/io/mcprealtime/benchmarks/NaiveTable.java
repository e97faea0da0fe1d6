package io.mcprealtime.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.storage.TimeRange;
import io.mcprealtime.testkit.RealisticSeries;
import io.mcprealtime.testkit.RealisticSeries.Schedule;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** Samples as a first design would keep them: a row each, keyed by a UUID, names as text. */
final class NaiveTable {
  private static final int BATCH = 10_000;

  private NaiveTable() {}

  static void create(Connection connection) throws SQLException {
    TestBed.run(
        connection,
        """
        create table mcp_server_metrics (
          id uuid primary key default gen_random_uuid(),
          server_id text not null,
          timestamp timestamptz not null,
          status text not null,
          response_time_ms double precision,
          success_rate double precision,
          error_rate double precision,
          request_count bigint,
          error_count bigint,
          uptime_seconds bigint,
          memory_usage bigint,
          circuit_breaker_state text,
          last_error text,
          collection_session_id text,
          created_at timestamptz not null default now());
        create index on mcp_server_metrics (server_id, timestamp desc);
        create index on mcp_server_metrics (timestamp desc);
        create index on mcp_server_metrics (status, timestamp desc)""");
  }

  /** Loads seven days in the order of time. */
  static long load(Connection connection, int servers) throws SQLException {
    var range = TimeRange.endingAt(Loader.END, Duration.ofDays(7));
    var series = new ArrayList<Iterator<ServerMetrics>>();
    for (int i = 0; i < servers; i++) {
      var id = ServerId.of("server-%04d".formatted(i));
      series.add(new RealisticSeries(id, i, Schedule.TIMER).samples(range).iterator());
    }
    var copies = connection.unwrap(PGConnection.class).getCopyAPI();
    var lines = new StringBuilder();
    long rows = 0;
    for (boolean more = true; more; ) {
      more = false;
      for (var one : series) {
        if (one.hasNext()) {
          more = true;
          append(lines, one.next());
          rows++;
          if (rows % BATCH == 0) {
            send(copies.copyIn("copy mcp_server_metrics from stdin"), lines);
          }
        }
      }
    }
    send(copies.copyIn("copy mcp_server_metrics from stdin"), lines);
    return rows;
  }

  private static void send(org.postgresql.copy.CopyIn copy, StringBuilder lines)
      throws SQLException {
    var bytes = lines.toString().getBytes(UTF_8);
    copy.writeToCopy(bytes, 0, bytes.length);
    copy.endCopy();
    lines.setLength(0);
  }

  private static void append(StringBuilder lines, ServerMetrics sample) {
    var responseTime = sample.responseTime();
    var uptime = sample.uptime();
    field(lines, UUID.randomUUID());
    field(lines, sample.server());
    field(lines, sample.at());
    field(lines, sample.state());
    field(lines, responseTime == null ? null : responseTime.toNanos() / 1e6);
    field(lines, sample.successRate());
    field(lines, sample.errorRate());
    field(lines, sample.requestCount());
    field(lines, sample.errorCount());
    field(lines, uptime == null ? null : uptime.toSeconds());
    field(lines, sample.memoryBytes());
    field(lines, sample.circuit());
    field(lines, sample.lastError());
    field(lines, sample.sessionId());
    field(lines, sample.at());
    lines.setCharAt(lines.length() - 1, '\n');
  }

  private static void field(StringBuilder lines, @Nullable Object value) {
    var text =
        value == null
            ? "\\N"
            : value
                .toString()
                .replace("\\", "\\\\")
                .replace("\t", "\\t")
                .replace("\n", "\\n")
                .replace("\r", "\\r");
    lines.append(text).append('\t');
  }
}
