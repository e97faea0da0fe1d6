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

  /** As {@link #decode} reads them, after the server's key. */
  static final String COLUMNS =
      "m.at, m.state, m.response_us, m.reason, m.stages, m.era, m.protocol_version, m.server_name,"
          + " m.tool_count";

  private final CopyWriter writer;
  private final ServerKeys keys;
  private final PackedUntil<HealthCheck> packed;
  private final SeriesReader<HealthCheck> reader;

  HealthCheckTable(
      Database database, CopyWriter writer, ServerKeys keys, PackedUntil<HealthCheck> packed) {
    this.writer = writer;
    this.keys = keys;
    this.packed = packed;
    this.reader = new SeriesReader<>(database, Series.HEALTH_CHECKS);
  }

  @Override
  public int insert(Collection<HealthCheck> checks) {
    if (checks.isEmpty()) {
      return 0;
    }
    keys.ensure(checks.stream().map(HealthCheck::server).toList());
    var instants = checks.stream().map(HealthCheck::at).toList();
    return packed.mayHold(checks)
        ? writer.insertUnpacked(
            TimeTable.HEALTH_CHECKS,
            instants,
            connection -> rows(packed.unpacked(connection, checks)))
        : writer.insert(TimeTable.HEALTH_CHECKS, instants, rows(checks));
  }

  private BinaryCopy rows(Collection<HealthCheck> checks) {
    var rows = new BinaryCopy(FIELDS, checks.size());
    checks.stream()
        .sorted(
            Comparator.comparing(HealthCheck::at)
                .thenComparingInt(check -> keys.of(check.server())))
        .forEach(check -> encode(rows, check));
    return rows;
  }

  @Override
  public List<HealthCheck> query(ServerId server, TimeRange range, int limit) {
    return reader.newest(server, range, limit);
  }

  @Override
  public void forEach(TimeRange range, Consumer<? super HealthCheck> sink) {
    reader.forEach(range, sink);
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

  static HealthCheck decode(ServerId server, ResultSet row) throws SQLException {
    short era = row.getShort(7);
    boolean hasEra = !row.wasNull();
    return new HealthCheck(
        server,
        Rows.instant(row, 2),
        Codes.STATES.constant(row.getShort(3)),
        Rows.micros(row, 4),
        row.getString(5),
        Json.stages(row.getString(6)),
        hasEra ? Codes.ERAS.constant(era) : null,
        row.getString(8),
        row.getString(9),
        Rows.int4(row, 10));
  }
}
