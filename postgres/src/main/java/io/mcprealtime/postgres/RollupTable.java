package io.mcprealtime.postgres;

import io.mcprealtime.LatencySketch;
import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.Window;
import io.mcprealtime.storage.RollupStore;
import io.mcprealtime.storage.SampleStore;
import io.mcprealtime.storage.TimeRange;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Roll-ups in PostgreSQL. */
final class RollupTable implements RollupStore {
  private static final int FIELDS = 16;

  /** In the order of the columns. */
  private static final List<ServerState> STATES =
      List.of(
          ServerState.HEALTHY,
          ServerState.DEGRADED,
          ServerState.AUTH_REQUIRED,
          ServerState.EMPTY,
          ServerState.DOWN,
          ServerState.UNKNOWN);

  private static final String QUERY =
      """
      select s.name, r.start, r.request_count, r.error_count, r.response_sum_us, r.response_min_us,
        r.response_max_us, r.sketch, r.healthy, r.degraded, r.auth_required, r.empty, r.down,
        r.unknown
      from mcp_realtime.servers s
      join mcp_realtime.rollups r using (server_key)
      where r.window_code = ? and r.start >= ? and r.start < ? %s
      order by s.name, r.start""";

  private static final String OF_ALL = QUERY.formatted("");
  private static final String OF_SERVER = QUERY.formatted("and s.name = ?");

  private final SampleStore samples;
  private final Database database;
  private final BatchWriter writer;
  private final ServerKeys keys;

  RollupTable(Database database, BatchWriter writer, ServerKeys keys, SampleStore samples) {
    this.samples = samples;
    this.database = database;
    this.writer = writer;
    this.keys = keys;
  }

  @Override
  public int restore(Collection<Rollup> rollups) {
    if (rollups.isEmpty()) {
      return 0;
    }
    keys.ensure(rollups.stream().map(Rollup::server).toList());
    var sorted =
        rollups.stream()
            .sorted(
                Comparator.comparing(Rollup::start)
                    .thenComparingInt(rollup -> keys.of(rollup.server())))
            .toList();
    var rows = new BinaryCopy(FIELDS, sorted.size());
    sorted.forEach(rollup -> encode(rows, rollup));
    return writer.insert(TimeTable.ROLLUPS, sorted.stream().map(Rollup::start).toList(), rows);
  }

  @Override
  public List<Rollup> query(ServerId server, Window window, TimeRange range) {
    var found = new TreeMap<Instant, Rollup>();
    read(server, Window.FIVE_MINUTES, range).forEach(rollup -> found.put(rollup.start(), rollup));
    var buckets = new TreeMap<Instant, List<ServerMetrics>>();
    samples.forEach(
        server,
        range,
        sample ->
            buckets
                .computeIfAbsent(Window.FIVE_MINUTES.bucketOf(sample.at()), b -> new ArrayList<>())
                .add(sample));
    buckets.forEach(
        (start, some) ->
            found.put(start, Rollup.ofSamples(server, Window.FIVE_MINUTES, start, some)));
    return Rollup.widen(window, List.copyOf(found.values()));
  }

  @Override
  public void forEach(TimeRange range, Consumer<? super Rollup> sink) {
    read(null, Window.FIVE_MINUTES, range).forEach(sink);
  }

  private List<Rollup> read(@Nullable ServerId server, Window window, TimeRange range) {
    return database.call(
        "read roll-ups of " + window.label(),
        connection -> {
          try (var statement = connection.prepareStatement(server == null ? OF_ALL : OF_SERVER)) {
            statement.setShort(1, Codes.WINDOWS.of(window));
            Rows.setInstant(statement, 2, range.from());
            Rows.setInstant(statement, 3, range.to());
            if (server != null) {
              statement.setString(4, server.value());
            }
            return Rows.all(statement, row -> decode(window, row));
          }
        });
  }

  private void encode(BinaryCopy rows, Rollup rollup) {
    rows.row()
        .instant(rollup.start())
        .int8(rollup.requestCount())
        .int8(rollup.errorCount())
        .int8(Rows.toMicros(rollup.responseTimeSum()))
        .int4(keys.of(rollup.server()))
        .int4(Math.toIntExact(rollup.latency().count()))
        .int4(micros(rollup.minResponseTime()))
        .int4(micros(rollup.maxResponseTime()));
    for (var state : STATES) {
      rows.int4(rollup.stateCounts().getOrDefault(state, 0).intValue());
    }
    rows.int2(Codes.WINDOWS.of(rollup.window())).bytes(rollup.latency().encode());
  }

  private static @Nullable Integer micros(@Nullable Duration duration) {
    return duration == null ? null : Math.toIntExact(Rows.toMicros(duration));
  }

  private static Rollup decode(Window window, ResultSet row) throws SQLException {
    Map<ServerState, Integer> counts = new EnumMap<>(ServerState.class);
    for (int i = 0; i < STATES.size(); i++) {
      int count = row.getInt(9 + i);
      if (count > 0) {
        counts.put(STATES.get(i), count);
      }
    }
    return new Rollup(
        ServerId.of(row.getString(1)),
        window,
        Rows.instant(row, 2),
        counts,
        row.getLong(3),
        row.getLong(4),
        Rows.ofMicros(row.getLong(5)),
        Rows.micros(row, 6),
        Rows.micros(row, 7),
        LatencySketch.decode(row.getBytes(8)));
  }
}
