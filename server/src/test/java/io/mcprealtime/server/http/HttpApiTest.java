package io.mcprealtime.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.Era;
import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerState;
import io.mcprealtime.mcp.McpProber;
import io.mcprealtime.mcp.ProbeOptions;
import io.mcprealtime.mcp.Target;
import io.mcprealtime.mcp.config.ClientConfig;
import io.mcprealtime.mcp.config.ExpansionContext;
import io.mcprealtime.mcp.sample.SampleBehaviour;
import io.mcprealtime.mcp.sample.SampleMcpServer;
import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HttpApiTest {
  private final ApiFixture fixture = ApiFixture.open();

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void healthz_isAlive_whileTheDatabaseIsAway() {
    fixture.storage.goAway();
    assertThat(fixture.json("/healthz").get("status").stringValue()).isEqualTo("alive");
  }

  @Test
  void readyz_saysWhatIsThere() {
    var ready = fixture.json("/readyz");
    assertThat(ready.get("status").stringValue()).isEqualTo("ready");
    assertThat(ready.get("storage").stringValue()).isEqualTo("in-memory");
    assertThat(ready.get("servers").intValue()).isZero();
    assertThat(ready.get("listeners").intValue()).isZero();
  }

  @Test
  void readyz_isUnavailable_whileTheDatabaseIsAway() {
    fixture.storage.goAway();
    var response = fixture.get("/readyz");
    assertThat(fixture.problem(503, response).get("detail").stringValue())
        .isEqualTo("the database does not answer: the database at db.example is away");
    assertThat(response.headers().firstValue("Retry-After")).hasValue("5");
  }

  @ParameterizedTest
  @CsvSource({
    "/, text/html; charset=utf-8",
    "/index.html, text/html; charset=utf-8",
    "/app.js, text/javascript; charset=utf-8",
    "/app.css, text/css; charset=utf-8",
    "/icon.svg, image/svg+xml"
  })
  void dashboard_isServedWithItsPolicy(String path, String type) {
    var response = fixture.get(path);
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isNotEmpty();
    assertThat(response.headers().firstValue("Content-Type")).hasValue(type);
    assertThat(response.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(response.headers().firstValue("Referrer-Policy")).hasValue("no-referrer");
    assertThat(response.headers().firstValue("Content-Security-Policy").orElseThrow())
        .contains("default-src 'self'", "frame-ancestors 'none'", "base-uri 'none'")
        .doesNotContain("unsafe");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/nothing", "/api/v1", "/api/v1/nothing", "/../pom.xml", "/app.js.map"})
  void get_ofAnUnknownPath_isNotFound(String path) {
    assertThat(fixture.detail(404, path)).startsWith("there is nothing at GET /");
  }

  @Test
  void answers_areNotSniffedAndNotKept() {
    var headers = fixture.get("/api/v1/servers").headers();
    assertThat(headers.firstValue("X-Content-Type-Options")).hasValue("nosniff");
    assertThat(headers.firstValue("Cache-Control")).hasValue("no-store");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/healthz", "/metrics", "/api/v1/servers", "/api/v1/metrics"})
  void head_getsTheHeadersOfGet(String path) {
    var get = fixture.get(path);
    var head = fixture.send("HEAD", path, "");
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(head.headers().firstValue("Content-Type"))
        .isEqualTo(get.headers().firstValue("Content-Type"));
  }

  @ParameterizedTest
  @CsvSource({
    "/api/v1/servers, 'GET, HEAD, POST, OPTIONS'",
    "/api/v1/servers/x/trend, 'GET, HEAD, OPTIONS'",
    "/api/v1/metrics, 'GET, HEAD, POST, OPTIONS'",
    "/api/v1/stream, 'GET, OPTIONS'",
    "/, 'GET, HEAD, OPTIONS'"
  })
  void otherMethods_areToldWhatThereIs(String path, String allowed) {
    var options = fixture.send("OPTIONS", path, "");
    assertThat(options.statusCode()).isEqualTo(204);
    assertThat(options.headers().firstValue("Allow")).hasValue(allowed);
    for (String method : List.of("DELETE", "PUT", "PATCH", "BREW")) {
      var refused = fixture.send(method, path, "");
      assertThat(fixture.problem(405, refused).get("detail").stringValue())
          .isEqualTo("%s takes %s, not %s".formatted(path, allowed, method));
      assertThat(refused.headers().firstValue("Allow")).hasValue(allowed);
    }
  }

  @Test
  void post_toAReadOnlyPath_isRefused() {
    var refused = fixture.send("POST", "/api/v1/summary", "[]", "Content-Type", "application/json");
    assertThat(fixture.problem(405, refused).get("detail").stringValue()).contains("not POST");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/api/v1/servers/%zz", "/api/v1/events?limit=%zz", "/api/v1/metrics/%e2%28%a1"})
  void malformedEscapes_areABadRequest_orLeadNowhere(String path) throws IOException {
    try (var socket =
        fixture.raw(
            "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".formatted(path))) {
      String answer = new String(socket.getInputStream().readAllBytes());
      assertThat(answer).containsAnyOf("HTTP/1.1 400 ", "HTTP/1.1 404 ", "HTTP/1.1 200 ");
      assertThat(answer).doesNotContain(" 500 ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/%zz", "/api/v1/servers/%zz", "/api/v1/servers/%", "/app.js%2"})
  void hostilePaths_areABadRequest_andDoNotFillTheLog(String path) throws IOException {
    try (var log = CapturedLog.open();
        var socket =
            fixture.raw(
                "GET %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                    .formatted(path))) {
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 400 ");
      assertThat(log.errors()).isEmpty();
    }
  }

  @Test
  void faultOfOurs_isAnInternalError_andLogged() throws IOException {
    fixture.storage.breakWith(new IllegalArgumentException("a fault of ours"));
    try (var log = CapturedLog.open();
        var socket =
            fixture.raw(
                "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")) {
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 500 ")
          .contains("the request failed; the log says why");
      assertThat(log.errors()).containsExactly("GET /api/v1/events failed: a fault of ours");
    }
  }

  @Test
  void to_beforeAllTime_isABadRequest() {
    assertThat(fixture.detail(400, "/api/v1/events?to=-1000000000-01-01T00:00:00Z"))
        .startsWith("to must lie between 2000-01-01T00:00:00Z and 2200-01-01T00:00:00Z");
  }

  @Test
  void servers_areShown_whileTheDatabaseHangs() throws Exception {
    fixture.post(
        "{\"server\": \"a\", \"at\": \"%s\", \"state\": \"DOWN\"}".formatted(fixture.lately));
    fixture.storage.hang();
    var threads = Executors.newCachedThreadPool();
    try {
      var posts = new ArrayList<Future<HttpResponse<String>>>();
      var reads = new ArrayList<Future<HttpResponse<String>>>();
      for (int i = 0; i < 24; i++) {
        var record =
            "{\"server\": \"a\", \"at\": \"%s\", \"state\": \"DOWN\"}"
                .formatted(fixture.lately.plusSeconds(i + 1));
        posts.add(threads.submit(() -> fixture.post(record)));
        reads.add(threads.submit(() -> fixture.get("/api/v1/events")));
      }
      // All are with the server once it shows the newest of them.
      await()
          .atMost(ApiFixture.PATIENCE)
          .until(
              () ->
                  fixture
                      .json("/api/v1/servers?recent=1")
                      .at("/servers/0/recent/0/at")
                      .stringValue("")
                      .equals(fixture.lately.plusSeconds(24).toString()));
      assertThat(fixture.get("/metrics").statusCode()).isEqualTo(200);
      assertThat(posts).noneMatch(Future::isDone);
      assertThat(reads).noneMatch(Future::isDone);
      fixture.storage.goOn();
      for (var post : posts) {
        assertThat(post.get().statusCode()).isEqualTo(200);
      }
      for (var read : reads) {
        assertThat(read.get().statusCode()).isEqualTo(200);
      }
    } finally {
      fixture.storage.goOn();
      threads.shutdownNow();
    }
  }

  @Test
  void start_withATakenPort_saysSo() {
    assertThatThrownBy(() -> ApiFixture.open(config -> config.port(fixture.port)))
        .isInstanceOf(McpRealtimeException.class)
        .hasMessageStartingWith("127.0.0.1:%d cannot be bound".formatted(fixture.port))
        .hasMessageContaining("--port");
  }

  @Test
  void prometheus_hasTheOperationsOfProbesInTheConventionsBuckets() {
    try (var server = SampleMcpServer.http(SampleBehaviour.healthy("weather"));
        var prober = McpProber.builder().build();
        var probe =
            prober.open(
                new Target.StreamableHttp(server.url(), Map.of()), ProbeOptions.defaults())) {
      var config =
          WireJson.parse(
              "{\"mcpServers\": {\"weather\": {\"url\": \"%s\"}}}".formatted(server.url()));
      var definition =
          ClientConfig.parse(config, "mcp.json", ExpansionContext.ofFile(Path.of("mcp.json")))
              .servers()
              .get(0);
      var result = probe.run().join();
      assertThat(result.era()).isEqualTo(Era.MODERN);
      fixture.operations.probed(definition, result);
    }
    fixture.post(
        "{\"server\": \"a\", \"at\": \"%s\", \"state\": \"DOWN\"}".formatted(fixture.lately));
    var response = fixture.get("/metrics");
    assertThat(response.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("text/plain; version=0.0.4");
    assertThat(response.body())
        .contains("# TYPE mcp_client_operation_duration_seconds histogram")
        .contains("mcp_realtime_servers{state=\"DOWN\"} 1.0")
        .contains("jvm_memory_used_bytes");
    var buckets =
        response
            .body()
            .lines()
            .filter(line -> line.startsWith("mcp_client_operation_duration_seconds_bucket"))
            .filter(line -> line.contains("mcp_method_name=\"tools/list\""))
            .peek(
                line ->
                    assertThat(line)
                        .contains("mcp_server_id=\"weather\"", "network_transport=\"tcp\"")
                        .contains("mcp_protocol_version=\"2026-07-28\""))
            .map(line -> line.replaceFirst(".*le=\"([^\"]+)\".*", "$1"))
            .toList();
    assertThat(buckets)
        .containsExactly(
            "0.01", "0.02", "0.05", "0.1", "0.2", "0.5", "1.0", "2.0", "5.0", "10.0", "30.0",
            "60.0", "120.0", "300.0", "+Inf");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"two words", "a/b", "naïve 서버 🚀", "50%", "a+b&c=d?e#f", "..hidden", "semi;colon"})
  void serverNames_mayHoldAnyCharacter(String name) {
    var sample =
        WireJson.object()
            .put("server", name)
            .put("at", fixture.lately.toString())
            .put("state", "DOWN");
    assertThat(fixture.post(sample.toString()).statusCode()).isEqualTo(200);
    String encoded =
        java.net.URLEncoder.encode(name, java.nio.charset.StandardCharsets.UTF_8)
            .replace("+", "%20");
    assertThat(fixture.json("/api/v1/servers/" + encoded).get("id").stringValue()).isEqualTo(name);
    assertThat(fixture.json("/api/v1/servers/" + encoded + "/trend").get("server").stringValue())
        .isEqualTo(name);
    assertThat(fixture.json("/api/v1/metrics/" + encoded).at("/data/server").stringValue())
        .isEqualTo(name);
    assertThat(fixture.json("/api/v1/events?server=" + encoded).get("events").size()).isZero();
    assertThat(fixture.registry.view(ServerId.of(name)).orElseThrow().state())
        .isEqualTo(ServerState.DOWN);
  }
}
