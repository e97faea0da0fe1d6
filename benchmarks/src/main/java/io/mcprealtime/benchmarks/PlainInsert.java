package io.mcprealtime.benchmarks;

import io.mcprealtime.ServerMetrics;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A prepared INSERT: a commit for each row, or for a batch of them as the brief did it. */
final class PlainInsert implements Ingest.Contender {
  private static final String SQL =
      "insert into mcp_realtime.samples (at, request_count, error_count, memory_bytes,"
          + " success_rate, error_rate, server_key, response_us, uptime_s, state, circuit,"
          + " last_error, session_id) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";

  private final String name;
  private final int commitRows;
  private final Connection connection;
  private final ServerKeyMap keys = new ServerKeyMap();
  private List<List<ServerMetrics>> batches = List.of();

  private PlainInsert(String name, int commitRows, Connection connection) {
    this.name = name;
    this.commitRows = commitRows;
    this.connection = connection;
  }

  static PlainInsert of(TestBed bed, String name, int commitRows) throws SQLException {
    return new PlainInsert(name, commitRows, bed.connect());
  }

  boolean isAutocommit() {
    return commitRows == 1;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public void prepare(List<List<ServerMetrics>> given) throws SQLException {
    connection.setAutoCommit(true);
    keys.learn(connection, given);
    connection.setAutoCommit(isAutocommit());
    batches = given;
  }

  @Override
  public void ingest() throws SQLException {
    try (var insert = connection.prepareStatement(SQL)) {
      for (var batch : batches) {
        for (var sample : batch) {
          int i = 1;
          insert.setObject(i++, sample.at().atOffset(ZoneOffset.UTC));
          insert.setObject(i++, sample.requestCount());
          insert.setObject(i++, sample.errorCount());
          insert.setObject(i++, sample.memoryBytes());
          insert.setObject(i++, sample.successRate());
          insert.setObject(i++, sample.errorRate());
          insert.setInt(i++, keys.of(sample.server()));
          insert.setObject(i++, micros(sample.responseTime()));
          insert.setObject(i++, seconds(sample.uptime()));
          insert.setShort(i++, TableCodes.of(sample.state()));
          insert.setShort(i++, TableCodes.of(sample.circuit()));
          insert.setString(i++, sample.lastError());
          insert.setString(i, sample.sessionId());
          if (isAutocommit()) {
            insert.executeUpdate();
          } else {
            insert.addBatch();
          }
        }
        if (!isAutocommit()) {
          insert.executeBatch();
          connection.commit();
        }
      }
    }
  }

  private static @Nullable Integer micros(@Nullable Duration time) {
    return time == null ? null : (int) (time.toNanos() / 1_000);
  }

  private static @Nullable Integer seconds(@Nullable Duration time) {
    return time == null ? null : (int) time.toSeconds();
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
