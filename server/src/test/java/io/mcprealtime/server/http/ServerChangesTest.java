package io.mcprealtime.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.EventType;
import io.mcprealtime.ServerId;
import io.mcprealtime.mcp.config.ClientConfig;
import io.mcprealtime.mcp.config.ExpansionContext;
import io.mcprealtime.mcp.sample.SampleBehaviour;
import io.mcprealtime.mcp.sample.SampleMcpServer;
import io.mcprealtime.server.config.Tokens.Scope;
import io.mcprealtime.storage.TimeRange;
import io.mcprealtime.wire.WireJson;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Over a real API with real probes of a real server on this machine. */
class ServerChangesTest {
  private static final String SERVERS = "/api/v1/servers";
  private static final String SECRET = "hunter2-of-the-header";

  @TempDir private Path folder;
  private final SampleMcpServer sample = SampleMcpServer.http(SampleBehaviour.healthy("sample"));
  private ApiFixture api;

  @BeforeEach
  void open() {
    api = open("targets: {allow: [127.0.0.1]}");
  }

  private ApiFixture open(String yaml) {
    return ApiFixture.open(
        config -> {
          config.dataDirectory(folder);
          config.interval(Duration.ofSeconds(1));
          config.settings("test.yaml", YAMLMapper.shared().readTree(yaml), List.of());
        });
  }

  @AfterEach
  void close() {
    api.close();
    sample.close();
  }

  private HttpResponse<String> send(String method, String path, String body) {
    return api.send(method, path, body, "Content-Type", "application/json");
  }

  private String entry(String id) {
    return "{\"id\":\"%s\",\"url\":\"%s?key=%s\",\"headers\":{\"X-Key\":\"%s\"}}"
        .formatted(id, sample.url(), SECRET, SECRET);
  }

  private String detail(int status, HttpResponse<String> response) {
    return api.problem(status, response).get("detail").stringValue();
  }

  private void awaitState(String id, String state) {
    await()
        .atMost(20, TimeUnit.SECONDS)
        .until(() -> api.json(SERVERS + "/" + id).get("state").stringValue().equals(state));
  }

  @Test
  void post_server_isProbed_keptAndShownWithoutSecrets() throws Exception {
    try (var log = CapturedLog.open()) {
      var created = send("POST", SERVERS, entry("a b"));
      assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
      assertThat(created.headers().firstValue("Location")).hasValue(SERVERS + "/a%20b");
      awaitState("a%20b", "HEALTHY");
      var shown = api.json(SERVERS + "/a%20b");
      assertThat(shown.get("target").stringValue()).isEqualTo(sample.url() + " (headers X-Key)");
      assertThat(created.body() + shown + api.json(SERVERS) + log.lines()).doesNotContain(SECRET);
    }
    assertThat(Files.readString(folder.resolve("servers.json"))).contains(SECRET);
    var events =
        api.mcp
            .timeSeries()
            .getEvents(
                null,
                new TimeRange(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60)),
                100);
    assertThat(events)
        .anySatisfy(
            event -> {
              assertThat(event.type()).isEqualTo(EventType.CONFIG);
              assertThat(event.message()).isEqualTo("server 'a b' was added over the API");
            });
  }

  @Test
  void put_replaces_andDelete_removes() {
    assertThat(send("PUT", SERVERS + "/a", entry("a")).statusCode()).isEqualTo(201);
    awaitState("a", "HEALTHY");
    var moved = "{\"type\":\"sse\",\"url\":\"%s\"}".formatted(sample.sseUrl());
    var replaced = send("PUT", SERVERS + "/a", moved);
    assertThat(replaced.statusCode()).as(replaced.body()).isEqualTo(200);
    assertThat(WireJson.parse(replaced.body()).get("transport").stringValue()).isEqualTo("sse");
    awaitState("a", "HEALTHY");
    var deleted = api.send("DELETE", SERVERS + "/a", "");
    assertThat(deleted.statusCode()).isEqualTo(204);
    assertThat(deleted.body()).isEmpty();
    assertThat(api.get(SERVERS + "/a").statusCode()).isEqualTo(404);
    assertThat(detail(404, api.send("DELETE", SERVERS + "/a", "")))
        .isEqualTo("server 'a' is not defined over the API; only those can be deleted");
  }

  @Test
  void restart_keepsServers_andReloadLeavesThemAlone() {
    assertThat(send("POST", SERVERS, entry("kept")).statusCode()).isEqualTo(201);
    api.close();
    api = open("targets: {allow: [127.0.0.1]}");
    assertThat(api.servers.all()).isEmpty();
    assertThat(api.defined.load()).isEmpty();
    assertThat(api.servers.configure(List.of())).containsExactly("kept added");
    awaitState("kept", "HEALTHY");
    assertThat(api.servers.configure(List.of())).isEmpty();
  }

  @Test
  void restart_withoutTheSetting_connectsNoMore() {
    assertThat(send("POST", SERVERS, entry("kept")).statusCode()).isEqualTo(201);
    api.close();
    api = open("{}");
    assertThat(api.defined.load()).isEmpty();
    api.servers.configure(List.of());
    awaitState("kept", "DOWN");
    assertThat(api.json(SERVERS + "/kept").get("reason").stringValue())
        .isEqualTo(
            "host '127.0.0.1' has the address 127.0.0.1, to which nothing may go: it is not public"
                + " (loopback, 127.0.0.0/8); allow it by the setting targets.allow");
  }

  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.2/mcp, 127.0.0.2, loopback",
    "http://localhost.localdomain@127.0.0.3/mcp, 127.0.0.3, loopback",
    "http://2130706434/mcp, 127.0.0.2, loopback",
    "http://169.254.169.254/latest/meta-data, 169.254.169.254, link-local",
    "https://10.1.2.3/mcp, 10.1.2.3, private",
    "http://[::1]/mcp, 0:0:0:0:0:0:0:1, loopback",
    "http://[::ffff:10.0.0.1]/mcp, 10.0.0.1, private",
    "http://[64:ff9b::a00:1]/mcp, 10.0.0.1, private",
    "http://0/mcp, 0.0.0.0, this network"
  })
  void post_privateAddress_isRefused(String url, String address, String why) {
    var response = send("POST", SERVERS, "{\"id\":\"x\",\"url\":\"%s\"}".formatted(url));
    assertThat(detail(400, response))
        .startsWith("url: host '")
        .contains(address, why, "allow it by the setting targets.allow");
    assertThat(api.servers.all()).isEmpty();
  }

  @Test
  void post_nameWithoutAddress_isTaken() {
    var response = send("POST", SERVERS, "{\"id\":\"x\",\"url\":\"https://nowhere.invalid/\"}");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
    awaitState("x", "DOWN");
  }

  @Test
  void post_wrongEntry_tellsEverythingAtOnce() {
    var response =
        send(
            "POST",
            SERVERS,
            "{\"id\":\" \",\"command\":\"%s\",\"url\":\"${HOME}\",\"colour\":1}".formatted(SECRET));
    var problem = api.problem(400, response);
    assertThat(problem.get("errors").valueStream().map(error -> error.stringValue()))
        .containsExactly(
            "id: server id must have 1 to 200 characters, has 1",
            "key 'colour' is not known; use url, type, headers, timeout, canary or canaries",
            "command: stdio servers come from config files only; write it there, or give a url",
            "url: placeholders like ${NAME} work in config files only; send the value, or write"
                + " the server into a file");
    assertThat(response.body()).doesNotContain(SECRET);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{s3cret|the body is not JSON; send an object with id and url",
        "[]|the body must be a JSON object with id and url",
        "{\"url\":\"https://a.example/\"}|id must be a text that names the server",
        "{\"id\":\"..\",\"url\":\"https://a.example/\"}|id must not be a dot or two"
      })
  void post_bodyWithoutUse_isRefused(String body, String detail) {
    assertThat(detail(400, send("POST", SERVERS, body)))
        .startsWith(detail)
        .doesNotContain("s3cret");
  }

  @Test
  void put_anotherName_isRefused() {
    assertThat(detail(400, send("PUT", SERVERS + "/a", entry("b"))))
        .isEqualTo("id must be that of the path, or be left out");
  }

  @Test
  void change_ofWhatIsThere_isAConflict() {
    var config = "{\"mcpServers\":{\"filed\":{\"url\":\"%s\"}}}".formatted(sample.url());
    var file = folder.resolve("mcp.json");
    api.servers.configure(
        ClientConfig.parse(WireJson.parse(config), file.toString(), ExpansionContext.ofFile(file))
            .servers());
    String filed = "server 'filed' is defined by a config file; change it there";
    assertThat(detail(409, send("POST", SERVERS, entry("filed")))).isEqualTo(filed);
    assertThat(detail(409, send("PUT", SERVERS + "/filed", entry("filed")))).isEqualTo(filed);
    assertThat(detail(409, api.send("DELETE", SERVERS + "/filed", ""))).isEqualTo(filed);
    assertThat(send("POST", SERVERS, entry("mine")).statusCode()).isEqualTo(201);
    assertThat(detail(409, send("POST", SERVERS, entry("mine"))))
        .isEqualTo("server 'mine' is defined already; PUT replaces it");
    assertThat(api.registry.isDefined(ServerId.of("filed"))).isTrue();
  }

  @Test
  void change_fromAPageElsewhere_isRefused() {
    var plain = api.send("POST", SERVERS, entry("a"), "Content-Type", "text/plain");
    assertThat(detail(415, plain))
        .isEqualTo("Content-Type must be application/json, is 'text/plain'");
    assertThat(detail(415, api.send("PUT", SERVERS + "/a", entry("a")))).endsWith("is ''");
  }

  @Test
  void change_needsTheAdminToken() {
    api.close();
    api =
        ApiFixture.open(
            config -> {
              config.dataDirectory(folder);
              config.token(Scope.READ, "read-0123456789abc");
              config.token(Scope.ADMIN, "admin-0123456789ab");
            });
    assertThat(send("POST", SERVERS, entry("a")).statusCode()).isEqualTo(401);
    for (String method : List.of("POST", "PUT", "DELETE")) {
      var response =
          api.send(
              method,
              method.equals("POST") ? SERVERS : SERVERS + "/a",
              entry("a"),
              "Content-Type",
              "application/json",
              "Authorization",
              "Bearer read-0123456789abc");
      assertThat(detail(403, response)).isEqualTo("the token lacks the scope 'admin'");
    }
  }

  @Test
  void post_largeBody_isRefused() throws Exception {
    String body = "{\"id\":\"" + "x".repeat(64 << 10) + "\"}";
    assertThat(detail(413, send("POST", SERVERS, body)))
        .isEqualTo("a body may hold at most 65536 bytes");
    String chunk = Integer.toHexString(body.length()) + "\r\n" + body + "\r\n0\r\n\r\n";
    try (var socket =
        api.raw(
            "POST /api/v1/servers HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                + chunk)) {
      assertThat(new String(socket.getInputStream().readAllBytes()))
          .contains("413", "a body may hold at most 65536 bytes");
    }
  }
}
