package io.mcprealtime.postgres;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.ServerId;
import io.mcprealtime.storage.HealthCheckStore;
import io.mcprealtime.storage.TimeRange;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/** Health checks in PostgreSQL. */
final class HealthCheckTable implements HealthCheckStore {
  private static final int FIELDS = 10;

  private static final String QUERY =
      """
      select h.at, h.state, h.response_us, h.reason, h.stages, h.era, h.protocol_version,
        h.server_name, h.tool_count
      from mcp_realtime.health_checks h
      where h.server_key = (select server_key from mcp_realtime.servers where name = ?)
        and h.at >= ? and h.at < ?
      order by h.at desc limit ?""";

  private static final String OF_ALL =
      """
      select h.at, h.state, h.response_us, h.reason, h.stages, h.era, h.protocol_version,
        h.server_name, h.tool_count, s.name
      from mcp_realtime.health_checks h join mcp_realtime.servers s using (server_key)
      where h.at >= ? and h.at < ?
      order by s.name, h.at""";

  private final Database database;
  private final BatchWriter writer;
  private final ServerKeys keys;

  HealthCheckTable(Database database, BatchWriter writer, ServerKeys keys) {
    this.database = database;
    this.writer = writer;
    this.keys = keys;
  }

  @Override
  public int insert(Collection<HealthCheck> checks) {
    if (checks.isEmpty()) {
      return 0;
    }
    keys.ensure(checks.stream().map(HealthCheck::server).toList());
    var sorted =
        checks.stream()
            .sorted(
                Comparator.comparing(HealthCheck::at)
                    .thenComparingInt(check -> keys.of(check.server())))
            .toList();
    var rows = new BinaryCopy(FIELDS, sorted.size());
    sorted.forEach(check -> encode(rows, check));
    return writer.insert(
        TimeTable.HEALTH_CHECKS, sorted.stream().map(HealthCheck::at).toList(), rows);
  }

  @Override
  public List<HealthCheck> query(ServerId server, TimeRange range, int limit) {
    return database.call(
        "read health checks of " + server,
        connection -> {
          try (var statement = connection.prepareStatement(QUERY)) {
            statement.setString(1, server.value());
            Rows.setInstant(statement, 2, range.from());
            Rows.setInstant(statement, 3, range.to());
            statement.setInt(4, limit);
            return Rows.all(statement, row -> decode(server, row));
          }
        });
  }

  @Override
  public void forEach(TimeRange range, Consumer<? super HealthCheck> sink) {
    database.stream(
        "read health checks",
        OF_ALL,
        statement -> {
          Rows.setInstant(statement, 1, range.from());
          Rows.setInstant(statement, 2, range.to());
          return statement;
        },
        row -> decode(ServerId.of(row.getString(10)), row),
        sink);
  }

  private void encode(BinaryCopy rows, HealthCheck check) {
    var responseTime = check.responseTime();
    rows.row()
        .instant(check.at())
        .int8(responseTime == null ? null : Rows.toMicros(responseTime))
        .int4(keys.of(check.server()))
        .int4(check.toolCount())
        .int2(Codes.STATES.of(check.state()));
    var era = check.era();
    if (era == null) {
      rows.none();
    } else {
      rows.int2(Codes.ERAS.of(era));
    }
    rows.text(check.reason())
        .text(check.protocolVersion())
        .text(check.serverName())
        .text(Json.ofStages(check.stages()));
  }

  private static HealthCheck decode(ServerId server, ResultSet row) throws SQLException {
    short era = row.getShort(6);
    boolean hasEra = !row.wasNull();
    return new HealthCheck(
        server,
        Rows.instant(row, 1),
        Codes.STATES.constant(row.getShort(2)),
        Rows.micros(row, 3),
        row.getString(4),
        Json.stages(row.getString(5)),
        hasEra ? Codes.ERAS.constant(era) : null,
        row.getString(7),
        row.getString(8),
        Rows.int4(row, 9));
  }
}
