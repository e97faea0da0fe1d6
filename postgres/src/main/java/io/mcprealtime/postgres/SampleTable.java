package io.mcprealtime.postgres;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.storage.SampleStore;
import io.mcprealtime.storage.TimeRange;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Samples in PostgreSQL. */
final class SampleTable implements SampleStore {
  private static final int FIELDS = 13;

  private static final String COLUMNS =
      "m.at, m.state, m.response_us, m.success_rate, m.error_rate, m.request_count, m.error_count,"
          + " m.uptime_s, m.memory_bytes, m.circuit, m.last_error, m.session_id";

  // A key from a subquery is a constant to the planner: it reads the index in order, no sort.
  static final String OF_SERVER =
      """
      select ?, %s from mcp_realtime.samples m
      where m.server_key = (select server_key from mcp_realtime.servers where name = ?)
        and m.at >= ? and m.at < ?
      order by m.at"""
          .formatted(COLUMNS);

  private static final String OF_ALL =
      """
      select s.name, %s from mcp_realtime.servers s
      join mcp_realtime.samples m using (server_key)
      where m.at >= ? and m.at < ?
      order by s.name, m.at"""
          .formatted(COLUMNS);

  // One index probe a server and partition, newest partition first, until a row is found.
  private static final String NEWEST =
      """
      select s.name, %s from mcp_realtime.servers s
      cross join lateral (
        select * from mcp_realtime.samples x where x.server_key = s.server_key
        order by x.at desc limit ?) m"""
          .formatted(COLUMNS);

  private static final String NEWEST_OF_SERVER = NEWEST + " where s.name = ? order by m.at desc";
  static final String NEWEST_OF_ALL = NEWEST + " order by s.name";

  private final Database database;
  private final BatchWriter writer;
  private final ServerKeys keys;

  SampleTable(Database database, BatchWriter writer, ServerKeys keys) {
    this.database = database;
    this.writer = writer;
    this.keys = keys;
  }

  @Override
  public int insert(Collection<ServerMetrics> samples) {
    if (samples.isEmpty()) {
      return 0;
    }
    keys.ensure(samples.stream().map(ServerMetrics::server).toList());
    var sorted =
        samples.stream()
            .sorted(
                Comparator.comparing(ServerMetrics::at)
                    .thenComparingInt(sample -> keys.of(sample.server())))
            .toList();
    var rows = new BinaryCopy(FIELDS, sorted.size());
    sorted.forEach(sample -> encode(rows, sample));
    return writer.insert(TimeTable.SAMPLES, sorted.stream().map(ServerMetrics::at).toList(), rows);
  }

  @Override
  public void forEach(ServerId server, TimeRange range, Consumer<? super ServerMetrics> sink) {
    database.stream(
        "read samples",
        OF_SERVER,
        statement -> {
          statement.setString(1, server.value());
          statement.setString(2, server.value());
          Rows.setInstant(statement, 3, range.from());
          Rows.setInstant(statement, 4, range.to());
          return statement;
        },
        SampleTable::decode,
        sink);
  }

  @Override
  public void forEach(TimeRange range, Consumer<? super ServerMetrics> sink) {
    database.stream(
        "read samples",
        OF_ALL,
        statement -> {
          Rows.setInstant(statement, 1, range.from());
          Rows.setInstant(statement, 2, range.to());
          return statement;
        },
        SampleTable::decode,
        sink);
  }

  @Override
  public List<ServerMetrics> recent(ServerId server, int limit) {
    return database.call(
        "read the latest samples of " + server,
        connection -> {
          try (var statement = connection.prepareStatement(NEWEST_OF_SERVER)) {
            statement.setInt(1, limit);
            statement.setString(2, server.value());
            return Rows.all(statement, SampleTable::decode);
          }
        });
  }

  @Override
  public Optional<ServerMetrics> latest(ServerId server) {
    return recent(server, 1).stream().findFirst();
  }

  @Override
  public List<ServerMetrics> latest() {
    return database.call(
        "read the latest sample of every server",
        connection -> {
          try (var statement = connection.prepareStatement(NEWEST_OF_ALL)) {
            statement.setInt(1, 1);
            return Rows.all(statement, SampleTable::decode);
          }
        });
  }

  private void encode(BinaryCopy rows, ServerMetrics sample) {
    var responseTime = sample.responseTime();
    var uptime = sample.uptime();
    rows.row()
        .instant(sample.at())
        .int8(sample.requestCount())
        .int8(sample.errorCount())
        .int8(sample.memoryBytes())
        .float8(sample.successRate())
        .float8(sample.errorRate())
        .int4(keys.of(sample.server()))
        .int4(responseTime == null ? null : Math.toIntExact(Rows.toMicros(responseTime)))
        .int4(uptime == null ? null : Math.toIntExact(uptime.toSeconds()))
        .int2(Codes.STATES.of(sample.state()))
        .int2(Codes.CIRCUITS.of(sample.circuit()))
        .text(sample.lastError())
        .text(sample.sessionId());
  }

  private static ServerMetrics decode(ResultSet row) throws SQLException {
    var uptime = Rows.int8(row, 9);
    return ServerMetrics.builder(
            ServerId.of(row.getString(1)),
            Rows.instant(row, 2),
            Codes.STATES.constant(row.getShort(3)))
        .responseTime(Rows.micros(row, 4))
        .successRate(Rows.float8(row, 5))
        .errorRate(Rows.float8(row, 6))
        .requestCount(Rows.int8(row, 7))
        .errorCount(Rows.int8(row, 8))
        .uptime(uptime == null ? null : Duration.ofSeconds(uptime))
        .memoryBytes(Rows.int8(row, 10))
        .circuit(Codes.CIRCUITS.constant(row.getShort(11)))
        .lastError(row.getString(12))
        .sessionId(row.getString(13))
        .build();
  }
}
