package io.mcprealtime.postgres;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.Window;
import io.mcprealtime.pack.HealthCheckCodec;
import io.mcprealtime.pack.SampleCodec;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A kind of record that is hot rows first and chunks then.
 *
 * @param word for people: {@code samples}
 * @param building where chunks stand until they count
 * @param columns to select from the hot table m, after its server_key
 * @param row reads them, the first column being the server_key
 * @param rollups what is derived from a server's records of a block
 */
record Series<T>(
    String word,
    TimeTable hot,
    TimeTable chunks,
    String building,
    String columns,
    RowReader<T> row,
    Function<T, ServerId> server,
    Function<T, Instant> at,
    Function<List<T>, byte[]> encode,
    BiFunction<ServerId, byte[], List<T>> decode,
    BiFunction<ServerId, List<T>, List<Rollup>> rollups) {

  static final Series<ServerMetrics> SAMPLES =
      new Series<>(
          "samples",
          TimeTable.SAMPLES,
          TimeTable.SAMPLE_CHUNKS,
          TimeTable.SCHEMA + ".building_samples",
          SampleTable.COLUMNS,
          SampleTable::decode,
          ServerMetrics::server,
          ServerMetrics::at,
          SampleCodec::encode,
          SampleCodec::decode,
          Series::fiveMinutes);

  static final Series<HealthCheck> HEALTH_CHECKS =
      new Series<>(
          "health checks",
          TimeTable.HEALTH_CHECKS,
          TimeTable.HEALTH_CHUNKS,
          TimeTable.SCHEMA + ".building_health",
          HealthCheckTable.COLUMNS,
          HealthCheckTable::decode,
          HealthCheck::server,
          HealthCheck::at,
          HealthCheckCodec::encode,
          HealthCheckCodec::decode,
          (server, checks) -> List.of());

  /** Reads the record of a row. */
  @FunctionalInterface
  interface RowReader<T> {
    T read(ServerId server, ResultSet row) throws SQLException;
  }

  /** Whether roll-ups are derived from it. */
  boolean hasRollups() {
    return chunks == TimeTable.SAMPLE_CHUNKS;
  }

  /** The chunk tables that are written when it is packed. */
  List<TimeTable> packedTables() {
    return hasRollups() ? List.of(chunks, TimeTable.ROLLUP_CHUNKS) : List.of(chunks);
  }

  /**
   * One series of both, oldest first; of records of one instant the packed one counts, as it was
   * stored first.
   */
  List<T> merge(Collection<T> packed, Collection<T> rows) {
    if (rows.isEmpty()) {
      return List.copyOf(packed);
    }
    var merged = new TreeMap<Instant, T>();
    packed.forEach(one -> merged.putIfAbsent(at.apply(one), one));
    rows.forEach(one -> merged.putIfAbsent(at.apply(one), one));
    return List.copyOf(merged.values());
  }

  /** The 5-minute roll-ups of one server's samples, oldest first. */
  static List<Rollup> fiveMinutes(ServerId server, Collection<ServerMetrics> samples) {
    var window = Window.FIVE_MINUTES;
    var buckets = new TreeMap<Instant, List<ServerMetrics>>();
    for (var sample : samples) {
      buckets.computeIfAbsent(window.bucketOf(sample.at()), b -> new ArrayList<>()).add(sample);
    }
    return buckets.entrySet().stream()
        .map(entry -> Rollup.ofSamples(server, window, entry.getKey(), entry.getValue()))
        .toList();
  }
}
