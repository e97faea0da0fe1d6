package io.mcprealtime.postgres;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.storage.SampleStore;
import io.mcprealtime.storage.TimeRange;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Samples in PostgreSQL. */
final class SampleTable implements SampleStore {
  private static final int FIELDS = 13;

  /** As {@link #decode} reads them, after the server's key. */
  static final String COLUMNS =
      "m.at, m.state, m.response_us, m.success_rate, m.error_rate, m.request_count, m.error_count,"
          + " m.uptime_s, m.memory_bytes, m.circuit, m.last_error, m.session_id";

  private static final TimeRange ALL =
      new TimeRange(ServerMetrics.MIN_INSTANT, ServerMetrics.MAX_INSTANT);

  private final CopyWriter writer;
  private final ServerKeys keys;
  private final PackedUntil<ServerMetrics> packed;
  private final SeriesReader<ServerMetrics> reader;
  private final LatestReader<ServerMetrics> latest;

  SampleTable(
      Database database, CopyWriter writer, ServerKeys keys, PackedUntil<ServerMetrics> packed) {
    this.writer = writer;
    this.keys = keys;
    this.packed = packed;
    this.reader = new SeriesReader<>(database, Series.SAMPLES);
    this.latest = new LatestReader<>(database, Series.SAMPLES);
  }

  @Override
  public int insert(Collection<ServerMetrics> samples) {
    if (samples.isEmpty()) {
      return 0;
    }
    keys.ensure(samples.stream().map(ServerMetrics::server).toList());
    if (packed.mayHold(samples)) {
      return writer.insertUnpacked(
          TimeTable.SAMPLES,
          samples.stream().map(ServerMetrics::at).toList(),
          connection -> rows(keyed(packed.unpacked(connection, samples))));
    }
    var keyed = keyed(samples);
    return writer.insert(TimeTable.SAMPLES, new Instants(keyed), rows(keyed));
  }

  private List<Keyed> keyed(Collection<ServerMetrics> samples) {
    var keyed = new ArrayList<Keyed>(samples.size());
    for (var sample : samples) {
      keyed.add(new Keyed(sample.at().toEpochMilli(), keys.of(sample.server()), sample));
    }
    keyed.sort(Keyed.BY_TIME);
    return keyed;
  }

  private static BinaryCopy rows(List<Keyed> keyed) {
    var rows = new BinaryCopy(FIELDS, keyed.size());
    for (var one : keyed) {
      encode(rows, one.key, one.sample);
    }
    return rows;
  }

  @Override
  public void forEach(ServerId server, TimeRange range, Consumer<? super ServerMetrics> sink) {
    reader.forEach(server, range, sink);
  }

  @Override
  public void forEach(TimeRange range, Consumer<? super ServerMetrics> sink) {
    reader.forEach(range, sink);
  }

  @Override
  public List<ServerMetrics> recent(ServerId server, int limit) {
    return reader.newest(server, ALL, limit);
  }

  @Override
  public Optional<ServerMetrics> latest(ServerId server) {
    return recent(server, 1).stream().findFirst();
  }

  @Override
  public List<ServerMetrics> latest() {
    return latest.read();
  }

  /** A sample with what it is sorted by; instants are whole milliseconds. */
  private record Keyed(long atMillis, int key, ServerMetrics sample) {
    private static final Comparator<Keyed> BY_TIME =
        (one, other) ->
            one.atMillis == other.atMillis
                ? Integer.compare(one.key, other.key)
                : Long.compare(one.atMillis, other.atMillis);
  }

  /** The instants of rows, which are mostly counted only. */
  private static final class Instants extends AbstractList<Instant> {
    private final List<Keyed> rows;

    private Instants(List<Keyed> rows) {
      this.rows = rows;
    }

    @Override
    public Instant get(int index) {
      return rows.get(index).sample.at();
    }

    @Override
    public int size() {
      return rows.size();
    }
  }

  private static void encode(BinaryCopy rows, int key, ServerMetrics sample) {
    var responseTime = sample.responseTime();
    var uptime = sample.uptime();
    rows.row()
        .instant(sample.at())
        .int8(sample.requestCount())
        .int8(sample.errorCount())
        .int8(sample.memoryBytes())
        .float8(sample.successRate())
        .float8(sample.errorRate())
        .int4(key)
        .int4(responseTime == null ? -1 : Rows.toMicros(responseTime), responseTime != null)
        .int4(uptime == null ? -1 : uptime.toSeconds(), uptime != null)
        .int2(Codes.STATES.of(sample.state()))
        .int2(Codes.CIRCUITS.of(sample.circuit()))
        .text(sample.lastError())
        .text(sample.sessionId());
  }

  static ServerMetrics decode(ServerId server, ResultSet row) throws SQLException {
    var uptime = Rows.int8(row, 9);
    return ServerMetrics.builder(
            server, Rows.instant(row, 2), Codes.STATES.constant(row.getShort(3)))
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
