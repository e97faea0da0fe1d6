package io.mcprealtime.server.http;

import static io.mcprealtime.testkit.TestData.FILESYSTEM;
import static io.mcprealtime.testkit.TestData.GITHUB;
import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.testkit.TestData;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ReadsTest {
  private static final String FS = "/api/v1/servers/filesystem";

  private final ApiFixture fixture = ApiFixture.open();
  private final Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);

  /** Twenty minutes of samples of one server, one of another that is down, a check and events. */
  @BeforeEach
  void fill() {
    var manager = fixture.mcp.manager();
    manager.collectMetrics(
        TestData.samples(FILESYSTEM, now.minusSeconds(1_200), Duration.ofSeconds(15), 80));
    manager.collectMetrics(List.of(sample(ServerState.HEALTHY, 30)));
    manager.collectMetrics(List.of(sample(ServerState.DOWN, 15)));
    manager.processHealthChecks(List.of(TestData.healthCheck(FILESYSTEM, now.minusSeconds(20))));
  }

  private ServerMetrics sample(ServerState state, long secondsAgo) {
    return ServerMetrics.builder(GITHUB, now.minusSeconds(secondsAgo), state)
        .lastError(state == ServerState.DOWN ? "connection refused" : null)
        .build();
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void servers_areListedByName() {
    var servers = fixture.json("/api/v1/servers").get("servers");
    assertThat(texts(servers, "id")).containsExactly("filesystem", "github");
    assertThat(texts(servers, "state")).containsExactly("HEALTHY", "DOWN");
    assertThat(servers.get(1).get("reason").stringValue()).isEqualTo("connection refused");
    assertThat(servers.get(1).get("since").stringValue())
        .isEqualTo(now.minusSeconds(15).toString());
    assertThat(servers.get(0).get("recent").size()).isZero();
  }

  @Test
  void servers_withRecent_carryTheNewestSamplesOldestFirst() {
    var recent = fixture.json("/api/v1/servers?recent=2").get("servers").get(0).get("recent");
    assertThat(texts(recent, "at"))
        .containsExactly(now.minusSeconds(30).toString(), now.minusSeconds(15).toString());
  }

  @Test
  void server_hasItsSummary() {
    var server = fixture.json(FS);
    assertThat(server.get("recent").size()).isEqualTo(60);
    assertThat(server.get("stages").size()).isEqualTo(3);
    assertThat(server.get("toolCount").intValue()).isEqualTo(14);
    assertThat(server.at("/summary/sampleCount").intValue()).isEqualTo(80);
    assertThat(server.at("/summary/upRatio").doubleValue()).isEqualTo(1);
    assertThat(server.at("/summary/requestCount").intValue()).isEqualTo(3_200);
    assertThat(server.at("/summary/p50ResponseTimeMs").doubleValue()).isBetween(10.0, 90.0);
    assertThat(fixture.json("/api/v1/servers/github?hours=1").at("/summary/states/DOWN").intValue())
        .isEqualTo(1);
  }

  @Test
  void history_isRaw_unlessAWindowIsAsked() {
    var raw = fixture.json(FS + "/history");
    assertThat(raw.get("window").stringValue()).isEqualTo("raw");
    assertThat(raw.get("samples").size()).isEqualTo(80);
    assertThat(fixture.json(FS + "/history?window=raw").get("samples").size()).isEqualTo(80);
    String from = now.minusSeconds(60).toString();
    String to = now.minusSeconds(15).toString();
    var part = fixture.json(FS + "/history?from=" + from + "&to=" + to);
    assertThat(part.get("from").stringValue()).isEqualTo(from);
    assertThat(texts(part.get("samples"), "at"))
        .containsExactly(from, now.minusSeconds(45).toString(), now.minusSeconds(30).toString());
  }

  @Test
  void recommendations_tellSinceWhenTheyAreLookedFor() {
    var before = Instant.now();
    var first = fixture.json("/api/v1/recommendations");
    assertThat(first.at("/lines/0/what").stringValue()).isEqualTo("Bring back what is down");
    var since = Instant.parse(first.get("lookingSince").stringValue());
    assertThat(since).isBetween(before, Instant.now());
    assertThat(fixture.json("/api/v1/recommendations").get("lookingSince").stringValue())
        .isEqualTo(since.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"5m", "15m", "1h", "24h"})
  void history_ofAWindow_isItsRollups(String window) {
    String from = now.minus(Duration.ofDays(2)).toString();
    var history = fixture.json(FS + "/history?window=" + window + "&from=" + from);
    assertThat(history.get("window").stringValue()).isEqualTo(window);
    int samples = 0;
    for (var bucket : history.get("buckets")) {
      samples += bucket.get("sampleCount").intValue();
    }
    assertThat(samples).isEqualTo(80);
  }

  @Test
  void history_ofTooManySamples_isRefused() {
    var start = now.minus(Duration.ofHours(10));
    var many = TestData.samples(FILESYSTEM, start, Duration.ofSeconds(1), 20_001);
    fixture.mcp.timeSeries().batchInsertMetrics(many, null);
    assertThat(fixture.detail(400, FS + "/history?from=" + start))
        .isEqualTo("the range holds more than 20000 samples; narrow it, or ask for a window");
  }

  @Test
  void trend_toAThreshold_isToldWhereThereIsOne() {
    var trend = fixture.json(FS + "/trend?thresholdMs=250.5");
    assertThat(trend.get("thresholdMs").doubleValue()).isEqualTo(250.5);
    assertThat(trend.at("/secondsToThreshold/low").longValue())
        .isLessThanOrEqualTo(trend.at("/secondsToThreshold/high").longValue());
    assertThat(fixture.json(FS + "/trend").get("secondsToThreshold").isNull()).isTrue();
    assertThat(trend.get("sentence").stringValue()).contains("over the last hour");
    assertThat(trend.get("samples").intValue()).isPositive();
    assertThat(fixture.get(FS + "/trend?thresholdMs=soon").body())
        .contains("thresholdMs must be a number, is 'soon'");
    assertThat(fixture.get(FS + "/trend?thresholdMs=0").body())
        .contains("thresholdMs must be a positive number, is '0'");
  }

  @Test
  void trend_isJudgedOverItsWindow() {
    var trend = fixture.json(FS + "/trend");
    assertThat(trend.get("window").stringValue()).isEqualTo("1h");
    assertThat(trend.get("points").intValue()).isPositive();
    assertThat(fixture.json(FS + "/trend?window=5m").get("window").stringValue()).isEqualTo("5m");
    assertThat(fixture.json("/api/v1/servers/github/trend").get("trend").stringValue())
        .isEqualTo("not_enough_data");
  }

  @Test
  void anomalies_carryTheirEvidence() {
    var slow = new ArrayList<ServerMetrics>();
    for (int i = 0; i < 20; i++) {
      slow.add(
          ServerMetrics.builder(FILESYSTEM, now.plusSeconds(15L * i), ServerState.HEALTHY)
              .responseTime(Duration.ofSeconds(5))
              .build());
    }
    var earlier = now.minus(Duration.ofMinutes(10));
    var shifted =
        slow.stream()
            .map(
                sample ->
                    ServerMetrics.builder(GITHUB, sample.at().minusSeconds(300), sample.state())
                        .responseTime(sample.responseTime())
                        .build())
            .toList();
    fixture
        .mcp
        .manager()
        .collectMetrics(
            TestData.samples(
                GITHUB, earlier.minus(Duration.ofHours(1)), Duration.ofSeconds(15), 230));
    fixture.mcp.manager().collectMetrics(shifted);
    var report = fixture.json("/api/v1/servers/github/anomalies?minutes=10");
    assertThat(report.at("/summary/total").intValue()).isPositive();
    assertThat(texts(report.get("anomalies"), "metric")).contains("response_time_ms");
    assertThat(fixture.json(FS + "/anomalies").get("server").stringValue()).isEqualTo("filesystem");
  }

  @Test
  void healthChecks_areThoseOfTheRange() {
    var checks = fixture.json(FS + "/health-checks").get("healthChecks");
    assertThat(texts(checks, "state")).containsExactly("DEGRADED");
    assertThat(texts(checks.get(0).get("stages"), "stage"))
        .containsExactly("start", "handshake", "canary");
    String to = now.minusSeconds(60).toString();
    assertThat(fixture.json(FS + "/health-checks?to=" + to).get("healthChecks").size()).isZero();
    assertThat(fixture.json(FS + "/health-checks?limit=1").get("healthChecks").size()).isEqualTo(1);
  }

  @Test
  void metrics_comeFromWhereTheyAreAsked() {
    var auto = fixture.json("/api/v1/metrics");
    assertThat(auto.get("source").stringValue()).isEqualTo("cache");
    assertThat(texts(auto.get("data"), "server")).containsExactly("filesystem", "github");
    assertThat(fixture.json("/api/v1/metrics?source=cache").get("source").stringValue())
        .isEqualTo("cache");
    assertThat(fixture.json("/api/v1/metrics?source=auto").get("source").stringValue())
        .isEqualTo("cache");
    var database = fixture.json("/api/v1/metrics?source=database");
    assertThat(database.get("source").stringValue()).isEqualTo("database");
    assertThat(database.get("data")).isEqualTo(auto.get("data"));
  }

  @Test
  void metrics_ofAServer_areItsNewest() {
    var sample = fixture.json("/api/v1/metrics/github?source=database");
    assertThat(sample.at("/data/state").stringValue()).isEqualTo("DOWN");
    var unknown = fixture.json("/api/v1/metrics/nobody");
    assertThat(unknown.get("source").stringValue()).isEqualTo("none");
    assertThat(unknown.get("data").isNull()).isTrue();
  }

  @Test
  void metrics_stayInReach_whileTheDatabaseIsAway() {
    fixture.storage.goAway();
    assertThat(fixture.json("/api/v1/metrics").get("data").size()).isEqualTo(2);
    assertThat(fixture.json("/api/v1/servers").get("servers").size()).isEqualTo(2);
    assertThat(fixture.json("/api/v1/summary").get("urgentActions").get(0).stringValue())
        .isEqualTo(
            "Bring the database back: it does not answer: the database at db.example is away");
    assertThat(fixture.detail(503, "/api/v1/metrics?source=database")).contains("is away");
    assertThat(fixture.detail(503, FS + "/history")).contains("is away");
  }

  @Test
  void events_areNewestFirst_andOfAServerWhenOneIsNamed() {
    var events = fixture.json("/api/v1/events").get("events");
    assertThat(texts(events, "type")).containsExactly("status_change");
    assertThat(events.get(0).get("message").stringValue())
        .isEqualTo("github went from HEALTHY to DOWN: connection refused");
    assertThat(events.get(0).at("/details/to").stringValue()).isEqualTo("DOWN");
    assertThat(fixture.json("/api/v1/events?server=github&limit=1").get("events").size())
        .isEqualTo(1);
    assertThat(fixture.json("/api/v1/events?server=filesystem").get("events").size()).isZero();
    assertThat(fixture.json("/api/v1/events?from=" + now).get("events").size()).isZero();
  }

  @Test
  void stats_areMeasured() {
    fixture.json("/api/v1/metrics");
    var stats = fixture.json("/api/v1/stats");
    assertThat(stats.at("/cache/hits").intValue()).isPositive();
    assertThat(stats.at("/database/backend").stringValue()).isEqualTo("in-memory");
    // Events of samples that waited while the past was read may be a write of their own.
    assertThat(stats.at("/database/writes/count").intValue()).isBetween(5, 6);
    assertThat(stats.at("/database/spool").isNull()).isTrue();
    assertThat(stats.at("/system/totalServers").intValue()).isEqualTo(2);
    assertThat(stats.at("/system/activeServers").intValue()).isEqualTo(1);
    assertThat(stats.at("/urgentActions/0").stringValue())
        .isEqualTo("Bring back what is down: 1 of 2 servers is down (github)");
  }

  @Test
  void summary_namesWhoIsNotHealthy() {
    var summary = fixture.json("/api/v1/summary");
    assertThat(summary.get("totalServers").intValue()).isEqualTo(2);
    assertThat(summary.at("/states/HEALTHY").intValue()).isEqualTo(1);
    assertThat(texts(summary.get("notHealthy"), "id")).containsExactly("github");
    assertThat(texts(summary.get("notHealthy"), "reason")).containsExactly("connection refused");
    assertThat(summary.at("/responseTime/samples").intValue()).isEqualTo(60);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/history", "/trend", "/anomalies", "/health-checks"})
  void anUnknownServer_isNotFound(String what) {
    assertThat(fixture.detail(404, "/api/v1/servers/nobody" + what))
        .isEqualTo("server 'nobody' is not known; /api/v1/servers lists those that are");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/api/v1/servers?recent=61 | recent must lie between 0 and 60, is 61",
        "/api/v1/servers?recent=-1 | recent must lie between 0 and 60, is -1",
        "/api/v1/servers?recent=many | recent must be a whole number, is 'many'",
        "/api/v1/servers/filesystem?hours=169 | hours must lie between 1 and 168, is 169",
        "/api/v1/servers/filesystem/history?window=2h | window '2h' is not known; use 5m, 15m, 1h or 24h",
        "/api/v1/servers/filesystem/history?from=today | from must be an instant like 2026-11-22T09:30:00Z, is 'today'",
        "/api/v1/servers/filesystem/history?from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z"
            + " | from (2026-01-02T00:00:00Z) must not be after to (2026-01-01T00:00:00Z)",
        "/api/v1/servers/filesystem/trend?window=raw2 | window 'raw2' is not known; use 5m, 15m, 1h or 24h",
        "/api/v1/servers/filesystem/anomalies?minutes=0 | minutes must lie between 1 and 10080, is 0",
        "/api/v1/servers/filesystem/health-checks?limit=0 | limit must lie between 1 and 20000, is 0",
        "/api/v1/metrics?source=redis | source must be auto, cache or database, is 'redis'",
        "/api/v1/events?limit=20001 | limit must lie between 1 and 20000, is 20001",
        "/api/v1/events?limit=99999999999 | limit must be a whole number, is '99999999999'",
        "/api/v1/events?server=%20x | server id ' x' must not start or end with white space"
      })
  void wrongParameters_areNamedWithTheirValue(String path, String detail) {
    assertThat(fixture.detail(400, path)).isEqualTo(detail);
  }

  private static List<String> texts(JsonNode array, String field) {
    return array.valueStream().map(node -> node.get(field).stringValue()).toList();
  }
}
