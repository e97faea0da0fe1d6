package io.mcprealtime.server.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.server.config.Tokens.Scope;
import io.mcprealtime.testkit.TestData;
import io.mcprealtime.wire.WireJson;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoredDataTest {
  private static final String CLEANUP = "/api/v1/cleanup";

  @Test
  void usage_saysWhatIsStored() {
    try (var api = ApiFixture.open()) {
      var usage = api.json("/api/v1/usage");

      assertThat(usage.get("backend").stringValue()).isEqualTo("in-memory");
      assertThat(usage.at("/storage/growth").isNull()).isTrue();
      assertThat(usage.at("/storage/relations").size()).isEqualTo(4);
      assertThat(usage.get("lastArchive").isNull()).isTrue();
    }
  }

  @Test
  void budget_saysWhatIsUsed_andWhatIsNotKnownIsNull() {
    try (var api = ApiFixture.open()) {
      var budget = api.json("/api/v1/budget");

      assertThat(
              budget.get("resources").valueStream().map(one -> one.get("resource").stringValue()))
          .containsExactly(
              "redis_commands",
              "redis_traffic",
              "redis_memory",
              "database_egress",
              "database_size");
      var commands = budget.at("/resources/0");
      assertThat(commands.get("kind").stringValue()).isEqualTo("monthly");
      assertThat(commands.get("unit").stringValue()).isEqualTo("commands");
      assertThat(commands.get("used").longValue()).isZero();
      assertThat(commands.get("over").booleanValue()).isFalse();
      for (var unknown : List.of("limit", "usedRatio", "perDay", "forecast", "lastsUntil")) {
        assertThat(commands.get(unknown).isNull()).as(unknown).isTrue();
      }
      assertThat(budget.at("/resources/2/used").isNull()).as("nobody holds memory").isTrue();
      assertThat(budget.get("writeIntervalSeconds").doubleValue()).isEqualTo(15);
      assertThat(budget.get("firstLevelStretch").doubleValue()).isEqualTo(1);
      assertThat(budget.get("writes").booleanValue()).isTrue();
      assertThat(budget.get("reads").booleanValue()).isTrue();
    }
  }

  @Test
  void budget_isForThoseWhoMayRead() {
    try (var api = ApiFixture.open(config -> config.token(Scope.READ, "read-token-of-this-test"))) {
      assertThat(api.get("/api/v1/budget").statusCode()).isEqualTo(401);
      var allowed = api.get("/api/v1/budget", "Authorization", "Bearer read-token-of-this-test");
      assertThat(allowed.statusCode()).isEqualTo(200);
    }
  }

  @Test
  void cleanup_dropsWhatIsOverItsAge_afterAPreview() throws InterruptedException {
    try (var api = ApiFixture.open()) {
      api.storage.awaitFirstCleanUp();
      var old = Instant.now().minus(Duration.ofDays(9));
      api.storage.samples().insert(List.of(TestData.sample(TestData.GITHUB, old)));

      var preview =
          api.send(
              "POST",
              CLEANUP,
              "{\"dryRun\": true, \"emergency\": true}",
              "Content-Type",
              "application/json");
      assertThat(preview.statusCode()).isEqualTo(200);
      assertThat(WireJson.parse(preview.body()).get("outcome").stringValue()).isEqualTo("preview");
      assertThat(api.storage.samples().latest(TestData.GITHUB)).isPresent();

      var done = api.send("POST", CLEANUP, "{}", "Content-Type", "application/json");
      var result = WireJson.parse(done.body());
      assertThat(result.get("outcome").stringValue()).isEqualTo("done");
      assertThat(result.at("/steps/0/records").intValue()).isEqualTo(1);
      assertThat(api.storage.samples().latest(TestData.GITHUB)).isEmpty();
      var emergency =
          api.send("POST", CLEANUP, "{\"emergency\":true}", "Content-Type", "application/json");
      assertThat(emergency.body()).contains("clear_cache");
    }
  }

  @Test
  void cleanup_thatTakesLong_isAnsweredBeforeTheConnectionIsIdle_andGoesOn()
      throws InterruptedException {
    try (var api = ApiFixture.openFor(Duration.ofMillis(50))) {
      api.storage.awaitFirstCleanUp();
      var old = Instant.now().minus(Duration.ofDays(9));
      api.storage.samples().insert(List.of(TestData.sample(TestData.GITHUB, old)));
      api.storage.hang();
      try {
        var answer = api.send("POST", CLEANUP, "{}", "Content-Type", "application/json");
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(WireJson.parse(answer.body()).get("outcome").stringValue())
            .isEqualTo("still_running");
      } finally {
        api.storage.goOn();
      }
      await()
          .atMost(ApiFixture.PATIENCE)
          .until(() -> api.storage.samples().latest(TestData.GITHUB).isEmpty());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"force\":true} | is not known; use emergency and dryRun",
        "{\"dryRun\":1}   | must be true or false",
        "[]               | the body must be a JSON object",
        "nonsense         | the body is not JSON"
      })
  void cleanup_thatCannotBeRead_isRefused(String body, String reason) {
    try (var api = ApiFixture.open()) {
      var answer = api.send("POST", CLEANUP, body, "Content-Type", "application/json");
      assertThat(api.problem(400, answer).get("detail").stringValue()).contains(reason);
    }
  }

  @Test
  void cleanup_isForAdmins_andNotForFormsOfOtherPages() {
    try (var api = ApiFixture.open()) {
      var form = api.send("POST", CLEANUP, "{}", "Content-Type", "text/plain");
      assertThat(api.problem(415, form).get("detail").stringValue())
          .isEqualTo("Content-Type must be application/json, is 'text/plain'");
    }
    try (var api =
        ApiFixture.open(
            config -> {
              config.token(Scope.INGEST, "ingest-token-of-this-test");
              config.token(Scope.ADMIN, "admin-token-of-this-test");
            })) {
      var type = "application/json";
      var ingest =
          api.send(
              "POST",
              CLEANUP,
              "{}",
              "Content-Type",
              type,
              "Authorization",
              "Bearer ingest-token-of-this-test");
      assertThat(ingest.statusCode()).isEqualTo(403);
      var admin =
          api.send(
              "POST",
              CLEANUP,
              "{}",
              "Content-Type",
              type,
              "Authorization",
              "Bearer admin-token-of-this-test");
      assertThat(admin.statusCode()).isEqualTo(200);
    }
  }
}
