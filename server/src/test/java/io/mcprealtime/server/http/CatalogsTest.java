package io.mcprealtime.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.EventType;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.Severity;
import io.mcprealtime.catalog.Catalog;
import io.mcprealtime.catalog.CatalogEntry;
import io.mcprealtime.server.config.Tokens.Scope;
import io.mcprealtime.testkit.TestData;
import io.mcprealtime.wire.WireJson;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class CatalogsTest {
  private static final ServerId A = ServerId.of("files of mine");
  private static final String CATALOG = "/api/v1/servers/files%20of%20mine/catalog";
  private static final String HISTORY = "/api/v1/servers/files%20of%20mine/history";

  private static Catalog catalog(String description) {
    var definition = WireJson.object().put("name", "read").put("description", description);
    return new Catalog(List.of(CatalogEntry.of(CatalogEntry.Kind.TOOL, "read", definition)));
  }

  private static void known(ApiFixture api) {
    api.mcp.manager().collectMetrics(List.of(TestData.sample(A, api.lately)));
  }

  private static void drift(ApiFixture api) {
    known(api);
    api.drift.observe(A, api.lately, catalog("Reads."));
    await().until(() -> api.storage.catalogs().find(A).isPresent());
    api.drift.observe(A, api.lately.plusSeconds(5), catalog("Reads and sends."));
    await().until(() -> !api.drift.drifts().isEmpty());
  }

  private static HttpResponse<String> approve(ApiFixture api, String body) {
    return api.send("POST", CATALOG + "/approve", body, "Content-Type", "application/json");
  }

  private static String hash(String hash) {
    return WireJson.object().put("hash", hash).toString();
  }

  @Test
  void catalog_ofAServerThatWasNotListed_isNull() {
    try (var api = ApiFixture.open()) {
      assertThat(api.detail(404, CATALOG)).startsWith("server 'files of mine' is not known");
      known(api);

      var json = api.json(CATALOG);

      assertThat(json.get("approved").isNull()).isTrue();
      assertThat(json.get("current").isNull()).isTrue();
      assertThat(json.get("changes").isEmpty()).isTrue();
      assertThat(api.json("/api/v1/drift").get("drifts").isEmpty()).isTrue();
      assertThat(api.problem(409, approve(api, hash("x"))).get("detail").stringValue())
          .isEqualTo("no catalog of 'files of mine' is stored yet: wait for its next probe");
    }
  }

  @Test
  void catalog_thatDrifts_isShownWithItsChanges_andCanBeApproved() {
    try (var api = ApiFixture.open()) {
      drift(api);

      var json = api.json(CATALOG + "?definitions=true");
      assertThat(json.at("/approved/by").stringValue()).isEqualTo("first seen");
      assertThat(json.at("/approved/hash").stringValue()).isEqualTo(catalog("Reads.").hash());
      assertThat(json.at("/current/since").stringValue())
          .isEqualTo(api.lately.plusSeconds(5).toString());
      assertThat(json.at("/current/entries/0/definition/description").stringValue())
          .isEqualTo("Reads and sends.");
      assertThat(json.get("class").stringValue()).isEqualTo("wording");
      assertThat(json.at("/counts/wording").intValue()).isEqualTo(1);
      var change = json.at("/changes/0");
      assertThat(change.get("sentence").stringValue())
          .isEqualTo("tool 'read' has a new description");
      assertThat(change.get("before").stringValue()).isEqualTo("Reads.");
      assertThat(change.get("after").stringValue()).isEqualTo("Reads and sends.");
      assertThat(api.json(CATALOG).at("/current/entries/0").has("definition")).isFalse();
      assertThat(api.json("/api/v1/drift").at("/drifts/0/server").stringValue())
          .isEqualTo("files of mine");

      assertThat(api.problem(409, approve(api, hash("0".repeat(64)))).get("title").stringValue())
          .isEqualTo("Conflict");
      var approved = approve(api, hash(json.at("/current/hash").stringValue()));
      assertThat(approved.statusCode()).as(approved.body()).isEqualTo(200);
      assertThat(WireJson.parse(approved.body()).at("/approved/by").stringValue())
          .isEqualTo("approved");
      assertThat(api.json(CATALOG).get("class").isNull()).isTrue();
      assertThat(api.json("/api/v1/drift").get("drifts").isEmpty()).isTrue();
    }
  }

  @Test
  void history_isMarkedWhereTheCatalogChanged() {
    try (var api = ApiFixture.open()) {
      drift(api);
      api.mcp
          .manager()
          .processEvents(
              List.of(
                  MonitoringEvent.of(
                      A, api.lately, EventType.ERA_CHANGE, Severity.WARNING, "another era"),
                  MonitoringEvent.of(
                      A, api.lately, EventType.RECOVERY, Severity.INFO, "it is back")));
      await().until(() -> api.json(HISTORY).get("marks").size() == 2);

      for (var path : List.of(HISTORY, HISTORY + "?window=5m")) {
        JsonNode marks = api.json(path).get("marks");
        assertThat(marks.at("/0/type").stringValue()).isEqualTo("era_change");
        assertThat(marks.at("/0/class").isNull()).isTrue();
        assertThat(marks.at("/1/type").stringValue()).isEqualTo("schema_drift");
        assertThat(marks.at("/1/class").stringValue()).isEqualTo("wording");
        assertThat(marks.at("/1/at").stringValue()).isEqualTo(api.lately.plusSeconds(5).toString());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "nonsense", "[]", "{}", "{\"hash\": 1}", "{\"hash\": \"a\", \"b\": 1}"})
  void approval_thatCannotBeRead_isRefused(String body) {
    try (var api = ApiFixture.open()) {
      known(api);
      assertThat(api.problem(400, approve(api, body)).get("detail").stringValue())
          .startsWith("the body ");
      assertThat(api.detail(400, CATALOG + "?definitions=yes"))
          .isEqualTo("definitions must be true or false");
    }
  }

  @Test
  void approval_isForAdmins_andNotForFormsOfOtherPages() {
    try (var api =
        ApiFixture.open(
            config -> {
              config.token(Scope.INGEST, "ingest-token-of-this-test");
              config.token(Scope.ADMIN, "admin-token-of-this-test");
            })) {
      drift(api);
      var body = hash(catalog("Reads and sends.").hash());
      var type = "application/json";
      assertThat(approve(api, body).statusCode()).isEqualTo(401);
      var bearer = "Bearer ingest-token-of-this-test";
      assertThat(
              api.send(
                      "POST",
                      CATALOG + "/approve",
                      body,
                      "Content-Type",
                      type,
                      "Authorization",
                      bearer)
                  .statusCode())
          .isEqualTo(403);
      var admin = "Bearer admin-token-of-this-test";
      assertThat(
              api.send(
                      "POST",
                      CATALOG + "/approve",
                      body,
                      "Content-Type",
                      "text/plain",
                      "Authorization",
                      admin)
                  .statusCode())
          .isEqualTo(415);
      assertThat(
              api.send(
                      "POST",
                      CATALOG + "/approve",
                      " ".repeat((64 << 10) + 1),
                      "Content-Type",
                      type,
                      "Authorization",
                      admin)
                  .body())
          .contains("a body may hold at most 65536 bytes");
      assertThat(
              api.send(
                      "POST",
                      CATALOG + "/approve",
                      body,
                      "Content-Type",
                      type,
                      "Authorization",
                      admin)
                  .statusCode())
          .isEqualTo(200);
    }
  }
}
