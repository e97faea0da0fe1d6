package io.mcprealtime.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.server.config.Tokens.Scope;
import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GuardTest {
  private static final String READ = "read-token-0123456789";
  private static final String INGEST = "ingest-token-0123456789";
  private static final String ADMIN = "admin-token-0123456789";

  private static ApiFixture withTokens() {
    return ApiFixture.open(
        config -> {
          config.token(Scope.READ, READ);
          config.token(Scope.INGEST, INGEST);
          config.token(Scope.ADMIN, ADMIN);
        });
  }

  private static String record(ApiFixture fixture) {
    return "{\"server\": \"a\", \"at\": \"%s\", \"state\": \"HEALTHY\"}".formatted(fixture.lately);
  }

  private static int post(ApiFixture fixture, String authorization) {
    return fixture
        .send(
            "POST",
            "/api/v1/metrics",
            record(fixture),
            "Content-Type",
            "application/json",
            "Authorization",
            authorization)
        .statusCode();
  }

  @Test
  void readyz_tellsDetailsToThoseWhoShowAToken() {
    try (var fixture = withTokens()) {
      assertThat(fixture.get("/readyz").body()).isEqualTo("{\"status\":\"ready\"}");
      assertThat(fixture.get("/readyz", "Authorization", "Bearer wrong-token-0123456789").body())
          .isEqualTo("{\"status\":\"ready\"}");
      assertThat(fixture.get("/readyz", "Authorization", "Bearer " + READ).body())
          .contains("\"storage\":\"in-memory\"", "\"servers\":0");
    }
    try (var fixture = withTokens()) {
      fixture.storage.goAway();
      assertThat(fixture.detail(503, "/readyz")).isEqualTo("the database does not answer");
      var shown = fixture.get("/readyz", "Authorization", "Bearer " + READ);
      assertThat(fixture.problem(503, shown).get("detail").stringValue())
          .isEqualTo("the database does not answer: the database at db.example is away");
    }
  }

  @Test
  void withoutATokenShown_nothingIsToldButWhatIsPublic() {
    try (var fixture = withTokens()) {
      for (String path :
          List.of("/metrics", "/api/v1/servers", "/api/v1/servers/a", "/api/v1/stream")) {
        var refused = fixture.get(path);
        assertThat(fixture.problem(401, refused).get("detail").stringValue())
            .isEqualTo("send the header 'Authorization: Bearer TOKEN'");
        assertThat(refused.headers().firstValue("WWW-Authenticate"))
            .hasValue("Bearer realm=\"mcp-realtime\"");
      }
      for (String path : List.of("/", "/app.js", "/healthz", "/readyz", "/openapi.json")) {
        assertThat(fixture.get(path).statusCode()).as(path).isEqualTo(200);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Bearer wrong-token-0123456789",
        "Bearer",
        "Bearer ",
        "Basic cmVhZC10b2tlbi0wMTIzNDU2Nzg5",
        READ,
        "Bearer " + READ + "x"
      })
  void anUnknownToken_isUnauthorized(String authorization) {
    try (var fixture = withTokens()) {
      var refused = fixture.get("/api/v1/servers", "Authorization", authorization);
      assertThat(fixture.problem(401, refused).get("detail").stringValue())
          .doesNotContain("0123456789");
      assertThat(refused.headers().firstValue("WWW-Authenticate")).isPresent();
      assertThat(post(fixture, authorization)).isEqualTo(401);
    }
  }

  @Test
  void scopes_allowWhatThoseBeforeThemAllow() {
    try (var fixture = withTokens()) {
      for (String token : List.of(READ, INGEST, ADMIN)) {
        var response = fixture.get("/api/v1/servers", "Authorization", "bearer " + token);
        assertThat(response.statusCode()).isEqualTo(200);
      }
      assertThat(post(fixture, "Bearer " + INGEST)).isEqualTo(200);
      assertThat(post(fixture, "BEARER " + ADMIN)).isEqualTo(200);
      var refused =
          fixture.send(
              "POST",
              "/api/v1/metrics",
              record(fixture),
              "Content-Type",
              "application/json",
              "Authorization",
              "Bearer " + READ);
      assertThat(fixture.problem(403, refused).get("detail").stringValue())
          .isEqualTo("the token lacks the scope 'ingest'");
    }
  }

  @Test
  void token_isAskedBeforeTheBodyIsRead() {
    try (var fixture = withTokens()) {
      var refused =
          fixture.send(
              "POST", "/api/v1/metrics", "{".repeat(1_000), "Content-Type", "application/json");
      assertThat(refused.statusCode()).isEqualTo(401);
    }
  }

  private static String answer(ApiFixture fixture, String path, String host) throws IOException {
    String request = "GET %s HTTP/1.1\r\n%sConnection: close\r\n\r\n";
    try (var socket = fixture.raw(request.formatted(path, host))) {
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"evil.example", "evil.example:8585", "127.0.0.1.evil.example", "0.0.0.0"})
  void withoutTokens_aForeignHost_isRefused(String host) throws IOException {
    try (var fixture = ApiFixture.open()) {
      for (String path : List.of("/", "/api/v1/servers", "/metrics", "/readyz")) {
        String answer = answer(fixture, path, "Host: %s\r\n".formatted(host));
        assertThat(answer).startsWith("HTTP/1.1 403 ").contains("application/problem+json");
        var problem = WireJson.parse(answer.substring(answer.indexOf("\r\n\r\n")));
        assertThat(problem.get("detail").stringValue())
            .isEqualTo(
                "the name '%s' is not known here; use localhost, or name it in http.allowedHosts"
                    .formatted(host.replaceFirst(":\\d+$", "")));
      }
    }
  }

  @Test
  void withoutTokens_noHost_isRefused() throws IOException {
    try (var fixture = ApiFixture.open()) {
      assertThat(answer(fixture, "/api/v1/servers", "")).containsPattern("^HTTP/1.1 40[03] ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"localhost", "LOCALHOST:1", "127.0.0.1:8585", "[::1]:8585"})
  void withoutTokens_loopbackNames_areTaken(String host) throws IOException {
    try (var fixture = ApiFixture.open()) {
      assertThat(answer(fixture, "/api/v1/servers", "Host: %s\r\n".formatted(host)))
          .startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void allowedHosts_areTaken() throws IOException {
    var errors = new java.util.ArrayList<String>();
    try (var fixture =
        ApiFixture.open(
            config ->
                config.settings(
                    "test.yaml",
                    WireJson.parse("{\"http\": {\"allowedHosts\": \"one.example, Two.example\"}}"),
                    errors))) {
      assertThat(errors).isEmpty();
      assertThat(answer(fixture, "/healthz", "Host: two.example:80\r\n"))
          .startsWith("HTTP/1.1 200 ");
      assertThat(answer(fixture, "/healthz", "Host: three.example\r\n"))
          .startsWith("HTTP/1.1 403 ");
    }
  }

  @Test
  void withTokens_theTokenProtects_andAnyHostIsTaken() throws IOException {
    try (var fixture = withTokens()) {
      String host = "Host: monitor.example\r\n";
      assertThat(answer(fixture, "/api/v1/servers", host)).startsWith("HTTP/1.1 401 ");
      assertThat(
              answer(
                  fixture,
                  "/api/v1/servers",
                  host + "Authorization: Bearer %s\r\n".formatted(READ)))
          .startsWith("HTTP/1.1 200 ");
    }
  }
}
