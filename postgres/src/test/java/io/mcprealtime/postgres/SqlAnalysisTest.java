package io.mcprealtime.postgres;

import static io.mcprealtime.testkit.TestData.FILESYSTEM;
import static io.mcprealtime.testkit.TestData.GITHUB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mcprealtime.McpRealtimeConfig;
import io.mcprealtime.McpTimeSeriesManager;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.TimeSource;
import io.mcprealtime.Window;
import io.mcprealtime.analysis.HealthFigures;
import io.mcprealtime.analysis.HealthScore;
import io.mcprealtime.analysis.TrendAnalyzer;
import io.mcprealtime.storage.TimeRange;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The functions for people and API clients, against the classes of the core on the same data. */
class SqlAnalysisTest {
  @RegisterExtension static final TestDatabase DATABASE = new TestDatabase();

  private static final double EXACT = 1e-9;

  /** What response times do, in milliseconds by the number of the sample. */
  private enum Shape {
    FLAT,
    NOISE,
    RISING,
    FALLING,
    RISING_A_LITTLE,
    SPIKES,
    STEP,
    WANDERING,
    CONSTANT_WITH_GAPS;

    private IntToDoubleFunction series(int samples) {
      var random = new Random(ordinal());
      var walk = new double[] {0};
      return i ->
          switch (this) {
            case FLAT -> 20;
            case NOISE -> 20 * Math.exp(0.3 * random.nextGaussian());
            case RISING -> 20 + 20.0 * i / samples + random.nextGaussian();
            case FALLING -> 40 - 20.0 * i / samples + random.nextGaussian();
            case RISING_A_LITTLE -> 20 + 0.4 * i / samples + 0.01 * random.nextGaussian();
            case SPIKES -> i % 97 == 50 ? 400 : 20 + random.nextGaussian();
            case STEP -> (i > samples * 3 / 4 ? 26 : 20) + 0.2 * random.nextGaussian();
            case WANDERING -> 30 + (walk[0] = 0.97 * walk[0] + random.nextGaussian());
            case CONSTANT_WITH_GAPS -> i % 3 == 0 ? -1 : 20;
          };
    }
  }

  /** Ends a little before now: the functions look at what is there up to their own now. */
  private static List<ServerMetrics> insert(
      ServerId server, Shape shape, int count, Duration step) {
    var last = Instant.now().truncatedTo(ChronoUnit.MILLIS);
    var series = shape.series(count);
    var samples = new ArrayList<ServerMetrics>();
    for (int i = 0; i < count; i++) {
      double millis = series.applyAsDouble(i);
      boolean down = millis < 0 || shape == Shape.SPIKES && i % 60 > 55;
      samples.add(
          ServerMetrics.builder(
                  server,
                  last.minus(step.multipliedBy(count - 1 - i)),
                  down ? ServerState.DOWN : ServerState.HEALTHY)
              .responseTime(millis < 0 ? null : Duration.ofNanos(Math.round(millis * 1e6)))
              .requestCount(10L)
              .errorCount(down ? 10L : 0L)
              .lastError(down ? "refused" : null)
              .build());
    }
    DATABASE.storage().samples().insert(samples);
    return samples;
  }

  private static Map<String, String> row(String sql) throws SQLException {
    var rows = rows(sql);
    assertThat(rows).hasSize(1);
    return rows.get(0);
  }

  private static List<Map<String, String>> rows(String sql) throws SQLException {
    try (var connection = DATABASE.connect()) {
      return rows(connection, sql);
    }
  }

  private static List<Map<String, String>> rows(Connection connection, String sql)
      throws SQLException {
    try (var statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      var found = new ArrayList<Map<String, String>>();
      while (rows.next()) {
        var row = new TreeMap<String, String>();
        for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
          var value = rows.getString(i);
          row.put(rows.getMetaData().getColumnName(i), value == null ? "null" : value);
        }
        found.add(row);
      }
      return found;
    }
  }

  private static void assertNumber(Map<String, String> row, String column, Double expected) {
    if (expected == null) {
      assertThat(row.get(column)).as(column).isEqualTo("null");
    } else {
      assertThat(Double.parseDouble(row.get(column)))
          .as(column)
          .isCloseTo(expected, within(Math.max(1, Math.abs(expected)) * EXACT));
    }
  }

  @ParameterizedTest
  @EnumSource
  void trend_isThatOfTheCore(Shape shape) throws Exception {
    // 1,000 in an hour are thinned, 9 and 190 are not.
    for (int count : new int[] {9, 190, 1_000}) {
      var server = ServerId.of("server-" + count);
      // Well within the hour, so that both see all.
      var samples = insert(server, shape, count, Duration.ofMillis(3_400_000 / count));

      var row = row("select * from analyze_performance_trend('%s', '1h')".formatted(server));
      var trend = TrendAnalyzer.analyze(server, Window.ONE_HOUR, samples);

      assertThat(row.get("trend")).isEqualTo(trend.direction().name().toLowerCase(Locale.ROOT));
      assertThat(row.get("points")).isEqualTo(Integer.toString(trend.points()));
      assertNumber(row, "before_ms", trend.beforeMillis());
      assertNumber(row, "after_ms", trend.afterMillis());
      assertNumber(row, "slope_ms_per_hour", trend.slopeMillisPerHour());
      assertNumber(row, "p_value", trend.pValue());
      assertNumber(row, "avg_response_time_ms", trend.avgResponseTimeMillis());
      assertThat(row.get("server_id")).isEqualTo(server.value());
    }
  }

  @ParameterizedTest
  @EnumSource
  void anomalies_areThoseByTheMedian(Shape shape) throws Exception {
    var samples = insert(FILESYSTEM, shape, 360, Duration.ofSeconds(14));

    List<Map<String, String>> rows;
    Instant asked;
    try (var connection = DATABASE.connect()) {
      // In a transaction it is one moment: a sample may just leave what is looked at.
      connection.setAutoCommit(false);
      rows =
          rows(
              connection,
              "select * from detect_mcp_anomalies('filesystem', 25) order by since, metric desc");
      asked = instant(rows(connection, "select now() as asked").get(0).get("asked"));
    }
    var expected = MadAnomalies.detect(asked.minus(Duration.ofMinutes(25)), samples);

    assertThat(rows).hasSameSizeAs(expected);
    for (var anomaly : expected) {
      var row =
          rows.stream()
              .filter(r -> r.get("metric").equals(anomaly.metric()))
              .filter(r -> instant(r.get("since")).equals(anomaly.since()))
              .findFirst()
              .orElseThrow();
      assertThat(row.get("severity")).isEqualTo(anomaly.severity().name().toLowerCase(Locale.ROOT));
      if (anomaly.until() == null) {
        assertThat(row.get("until")).isEqualTo("null");
      } else {
        assertThat(instant(row.get("until"))).isEqualTo(anomaly.until());
      }
      assertNumber(row, "value", anomaly.value());
      assertNumber(row, "expected_low", anomaly.expectedLow());
      assertNumber(row, "expected_high", anomaly.expectedHigh());
      assertNumber(row, "score", anomaly.score());
    }
    if (shape == Shape.SPIKES) {
      assertThat(rows).hasSizeGreaterThan(2);
      assertThat(rows.get(0).get("sentence")).containsAnyOf("Response time reached", "was not up");
    }
  }

  private static Instant instant(String sql) {
    return java.time.OffsetDateTime.parse(
            sql.replace(' ', 'T').replaceFirst("([+-]\\d\\d)$", "$1:00"))
        .toInstant();
  }

  @Test
  void summaryAndKpis_areThoseOfTheCore() throws Exception {
    // None of them leaves the last minutes between the two that are asked.
    insert(FILESYSTEM, Shape.SPIKES, 360, Duration.ofSeconds(16));
    insert(GITHUB, Shape.CONSTANT_WITH_GAPS, 30, Duration.ofSeconds(5));
    try (var manager =
        new McpTimeSeriesManager(
            DATABASE.storage(), McpRealtimeConfig.defaults(), TimeSource.system())) {
      var summary = manager.getServerSummary(FILESYSTEM, 2);
      var kpis = manager.getRealtimeKpis();

      var row = row("select * from get_mcp_server_summary('filesystem', 2)");
      assertThat(row)
          .containsEntry("sample_count", "360")
          .containsEntry("request_count", String.valueOf(summary.requestCount()))
          .containsEntry("error_count", String.valueOf(summary.errorCount()))
          .containsEntry("last_status", "down");
      assertNumber(row, "uptime_percent", summary.upRatio().orElseThrow() * 100);
      // A sketch is within 1 %, the function exact.
      assertThat(Double.parseDouble(row.get("p50_response_time_ms")))
          .isCloseTo(summary.responseTime(0.5).orElseThrow().toNanos() / 1e6, within(0.5));
      var now = row("select * from calculate_realtime_kpis()");
      assertThat(now)
          .containsEntry("active_servers", String.valueOf(kpis.servers()))
          .containsEntry("known_servers", "2")
          .containsEntry("sample_count", String.valueOf(kpis.sampleCount()))
          .containsEntry("request_count", String.valueOf(kpis.requestCount()))
          .containsEntry(
              "overall_health_score",
              String.valueOf(
                  HealthScore.overall(
                          Stream.of(ServerState.HEALTHY, ServerState.DOWN)
                              .map(HealthFigures::of)
                              .flatMap(figures -> HealthScore.of(figures).stream())
                              .toList())
                      .orElseThrow()
                      .intValue()));
      assertNumber(now, "error_rate", kpis.errorRate().orElseThrow());
      assertNumber(now, "uptime_percent", kpis.upRatio().orElseThrow() * 100);
    }
  }

  /** Packs nothing: hours as a packed block carries them, beside rows of today. */
  @Test
  void packedHours_countBesideTheRows_andGiveNoPercentiles() throws Exception {
    insert(FILESYSTEM, Shape.NOISE, 100, Duration.ofMillis(200));
    var hours =
        IntStream.range(0, 24)
            .mapToObj(
                h ->
                    h == 3
                        ? "null,null,null,null,null,null,null,null,null,null"
                        : "240,240,480,12,%d,900,90000,%d,50000,80000"
                            .formatted(10_000 + h * 500, 9_000 + h * 500))
            .toList();
    DATABASE.query(
        """
        do $$
        declare start timestamptz := date_bin('1 hour', now(), timestamptz 'epoch') - interval '24 hours';
        begin
          execute format('create table mcp_realtime.rollup_chunks_test partition of'
            ' mcp_realtime.rollup_chunks for values from (%%L) to (%%L)', start, start + interval '1 day');
          insert into mcp_realtime.rollup_chunks (start, first_at, last_at, server_key, records, chunk, tail, hours)
          select start, start, start + interval '23 hours 59 minutes', server_key, 288, '', '', array[%s]::integer[]
          from mcp_realtime.servers;
          insert into mcp_realtime.packed_until values ('samples', start + interval '23 hours 59 minutes')
            on conflict (series) do update set until = excluded.until;
        end $$"""
            .formatted(String.join(",", hours)));

    var summary = row("select * from get_mcp_server_summary('filesystem', 48)");
    var trend = row("select * from analyze_performance_trend('filesystem', '24h')");
    var buckets =
        rows(
            "select time_window, count(*), sum(sample_count) as samples, count(p95_response_time_ms)"
                // Shortly after midnight the rows have a day for themselves.
                + " filter (where window_start < (select until from mcp_realtime.packed_until"
                + " where series = 'samples')) as p95"
                + " from mcp_performance_aggregates group by 1");

    assertThat(summary)
        .containsEntry("sample_count", String.valueOf(23 * 240 + 100))
        .containsEntry("request_count", String.valueOf(23 * 480 + 1_000))
        .containsEntry("min_response_time_ms", "0.9")
        .containsEntry("p50_response_time_ms", "null");
    assertThat(trend).containsEntry("trend", "degrading");
    assertThat(Integer.parseInt(trend.get("points"))).isBetween(23, 25);
    assertThat(buckets)
        .filteredOn(bucket -> bucket.get("time_window").endsWith("h"))
        .allSatisfy(
            bucket -> assertThat(bucket.get("samples")).isEqualTo(String.valueOf(23 * 240 + 100)));
    assertThat(buckets)
        .filteredOn(bucket -> bucket.get("time_window").equals("24h"))
        .allSatisfy(bucket -> assertThat(bucket.get("p95")).isEqualTo("0"));
  }

  @Test
  void packedSamples_countAsTheyDidBefore() throws Exception {
    insert(FILESYSTEM, Shape.NOISE, 1_200, Duration.ofMinutes(1));
    var until = Instant.now().minus(Duration.ofHours(6));

    var packed = DATABASE.storage().maintenance().pack(until, Duration.ofMinutes(1));

    assertThat(packed.records()).isBetween(780L, 840L);
    var row = row("select * from get_mcp_server_summary('filesystem', 30)");
    try (var manager =
        new McpTimeSeriesManager(
            DATABASE.storage(), McpRealtimeConfig.defaults(), TimeSource.system())) {
      var summary = manager.getServerSummary(FILESYSTEM, 30);
      assertThat(row)
          .containsEntry("sample_count", String.valueOf(summary.sampleCount()))
          .containsEntry("request_count", String.valueOf(summary.requestCount()))
          .containsEntry("p95_response_time_ms", "null");
      // The hours carry whole microseconds.
      var mean =
          DATABASE
              .storage()
              .rollups()
              .query(
                  FILESYSTEM,
                  Window.ONE_DAY,
                  TimeRange.endingAt(Instant.now(), Duration.ofDays(3)));
      double sum = mean.stream().mapToDouble(r -> r.responseTimeSum().toNanos() / 1e6).sum();
      assertThat(Double.parseDouble(row.get("avg_response_time_ms")))
          .isCloseTo(sum / 1_200, within(0.01));
    }
    var rollups =
        DATABASE
            .storage()
            .rollups()
            .query(
                FILESYSTEM,
                Window.ONE_HOUR,
                TimeRange.endingAt(until.minus(Duration.ofHours(1)), Duration.ofHours(11)));
    assertThat(rollups).hasSizeGreaterThan(9);
    for (var rollup : rollups) {
      var hour =
          row(
              "select * from mcp_performance_aggregates where server_id = 'filesystem'"
                  + " and time_window = '1h' and window_start = '%s'".formatted(rollup.start()));
      assertThat(hour).containsEntry("sample_count", String.valueOf(rollup.sampleCount()));
      assertThat(Double.parseDouble(hour.get("p95_response_time_ms")))
          .isCloseTo(rollup.latency().quantile(0.95).orElseThrow().toNanos() / 1e6, within(0.001));
    }
    assertThat(
            rows(
                "select time_window, sum(sample_count) as samples, count(*) - count(distinct window_start)"
                    + " as twice from mcp_performance_aggregates group by 1"))
        .allSatisfy(bucket -> assertThat(bucket).containsEntry("twice", "0"))
        .filteredOn(bucket -> bucket.get("time_window").endsWith("h"))
        .allSatisfy(bucket -> assertThat(bucket).containsEntry("samples", "1200"));
  }

  @Test
  void lastSeen_isTheNewestSample_packedOrNot() throws Exception {
    var series = insert(FILESYSTEM, Shape.FLAT, 10, Duration.ofSeconds(10));
    var newest = series.get(9);
    DATABASE.storage().maintenance().pack(Instant.MAX, Duration.ofMinutes(1));

    assertThat(lastSeen()).containsExactly(newest.at().toString(), "null");

    DATABASE.storage().samples().insert(List.of(at(newest, newest.at().minusMillis(500))));
    assertThat(lastSeen()).containsExactly(newest.at().toString(), "null");

    var later = at(newest, newest.at().plusMillis(1));
    DATABASE.storage().samples().insert(List.of(later));
    assertThat(lastSeen()).containsExactly(later.at().toString(), "healthy");
  }

  private static ServerMetrics at(ServerMetrics sample, Instant at) {
    return ServerMetrics.builder(sample.server(), at, sample.state()).build();
  }

  private static List<String> lastSeen() throws SQLException {
    var row =
        row(
            "select to_char(last_seen at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.USZ') as seen,"
                + " last_status from get_mcp_server_summary('filesystem', 1)");
    return List.of(Instant.parse(row.get("seen")).toString(), row.get("last_status"));
  }

  @Test
  void hourWithoutSamples_dividesByNothing() throws Exception {
    insert(FILESYSTEM, Shape.FLAT, 1, Duration.ofSeconds(1));
    DATABASE.query(
        """
        do $$
        declare start timestamptz := date_bin('1 hour', now(), timestamptz 'epoch') - interval '1 hour';
        begin
          execute format('create table mcp_realtime.rollup_chunks_test partition of'
            ' mcp_realtime.rollup_chunks for values from (%L) to (%L)', start, start + interval '1 hour');
          insert into mcp_realtime.rollup_chunks (start, first_at, last_at, server_key, records, chunk, tail, hours)
          select start, start, start, server_key, 1, '', '', array[0,0,0,0,1000,1000,1000,1000,1000,1000]
          from mcp_realtime.servers;
          delete from mcp_realtime.samples;
        end $$""");

    assertThat(row("select * from analyze_performance_trend('filesystem', '24h')"))
        .containsEntry("avg_response_time_ms", "null");
    assertThat(row("select * from get_mcp_server_summary('filesystem', 24)"))
        .containsEntry("avg_response_time_ms", "null");
    assertThat(rows("select * from mcp_performance_aggregates")).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "analyze_performance_trend('nobody')",
        "detect_mcp_anomalies('nobody')",
        "get_mcp_server_summary('nobody')"
      })
  void unknownServer_givesNoRow(String call) throws Exception {
    assertThat(rows("select * from " + call)).isEmpty();
  }

  @Test
  void knownServer_withoutData_isToldSo() throws Exception {
    DATABASE.query("insert into mcp_realtime.servers (name) values ('quiet')");

    assertThat(row("select * from analyze_performance_trend('quiet')"))
        .containsEntry("trend", "not_enough_data")
        .containsEntry("points", "0")
        .containsEntry("p_value", "null");
    assertThat(row("select * from get_mcp_server_summary('quiet')"))
        .containsEntry("sample_count", "0")
        .containsEntry("uptime_percent", "null")
        .containsEntry("last_status", "null");
    assertThat(row("select * from calculate_realtime_kpis()"))
        .containsEntry("active_servers", "0")
        .containsEntry("overall_health_score", "null");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "analyze_performance_trend('a', '2h') | time_window '2h' is not known; use 5m, 15m, 1h or 24h",
        "analyze_performance_trend('a', null) | time_window NULL is not known; use 5m, 15m, 1h or 24h",
        "analyze_performance_trend(null) | server is missing; name one of mcp_server_metrics.server_id",
        "detect_mcp_anomalies('a', 0) | minutes must lie between 1 and 10080, is 0",
        "get_mcp_server_summary('', 1) | server is missing; name one of mcp_server_metrics.server_id",
        "get_mcp_server_summary('a', -3) | hours must lie between 1 and 8760, is -3",
        "get_mcp_server_summary('a', null) | hours must lie between 1 and 8760, is null"
      })
  void badArguments_areNamed(String call, String message) {
    assertThatThrownBy(() -> rows("select * from " + call))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining(message)
        .extracting(e -> ((SQLException) e).getSQLState())
        .isEqualTo("22023");
  }

  @Test
  void everythingPublic_saysWhatItLooksAt() throws Exception {
    assertThat(
            DATABASE.query(
                """
                select c.oid::regclass::text from pg_class c
                where c.relnamespace = 'public'::regnamespace and c.relkind = 'v'
                  and obj_description(c.oid, 'pg_class') is null
                union all
                select p.oid::regprocedure::text from pg_proc p
                where p.pronamespace in ('public'::regnamespace, 'mcp_realtime'::regnamespace)
                  and (obj_description(p.oid, 'pg_proc') is null or p.prosecdef
                    or p.proconfig is distinct from array['search_path=""'])"""))
        .isEmpty();
  }
}
