package io.mcprealtime.server.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.storage.TimeRange;
import io.mcprealtime.wire.WireJson;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class IngestTest {
  private static final TimeRange ALWAYS =
      new TimeRange(ServerMetrics.MIN_INSTANT, ServerMetrics.MAX_INSTANT);
  private static final String BAD = "{\"server\": \"a\", \"at\": \"soon\", \"state\": \"DOWN\"}";

  private final ApiFixture fixture = ApiFixture.open();
  private final String good = record("a", 0);

  @AfterEach
  void close() {
    fixture.close();
  }

  private String record(String server, int second) {
    return "{\"server\": \"%s\", \"at\": \"%s\", \"state\": \"HEALTHY\"}"
        .formatted(server, fixture.lately.plusSeconds(second));
  }

  private List<ServerMetrics> stored() {
    var samples = new ArrayList<ServerMetrics>();
    fixture.storage.samples().forEach(ALWAYS, samples::add);
    return samples;
  }

  private static JsonNode result(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return WireJson.parse(response.body());
  }

  private HttpResponse<String> postLines(String body) {
    return fixture.send("POST", "/api/v1/metrics", body, "Content-Type", "application/x-ndjson");
  }

  @Test
  void array_isStoredWhenItIsAnswered() {
    var result = result(fixture.post("[%s, %s]".formatted(good, record("b", 1))));
    assertThat(result.get("accepted").intValue()).isEqualTo(2);
    assertThat(result.get("stored").intValue()).isEqualTo(2);
    assertThat(result.get("spooled").intValue()).isZero();
    assertThat(result.get("cached").booleanValue()).isTrue();
    assertThat(result.get("rejectedCount").intValue()).isZero();
    assertThat(stored()).extracting(sample -> sample.server().value()).containsExactly("a", "b");
  }

  @Test
  void recordFromTheFuture_isNamed_andTheOthersAreKept() {
    var ahead = fixture.lately.plus(Duration.ofHours(1));
    var late = "{\"server\": \"a\", \"at\": \"%s\", \"state\": \"HEALTHY\"}".formatted(ahead);
    var result = result(fixture.post("[%s, %s]".formatted(late, record("b", 1))));
    assertThat(result.get("accepted").intValue()).isEqualTo(1);
    assertThat(result.at("/rejected/0/reason").stringValue()).contains("lies in the future");
  }

  @Test
  void singleObject_isARecord() {
    assertThat(result(fixture.post(good)).get("accepted").intValue()).isEqualTo(1);
    assertThat(stored()).hasSize(1);
  }

  @Test
  void everyField_isKept() {
    var record =
        WireJson.object()
            .put("server", "a")
            .put("at", fixture.lately.plusMillis(123).toString())
            .put("state", "DEGRADED")
            .put("responseTimeMs", 12.345)
            .put("successRate", 0.75)
            .put("errorRate", 0.25)
            .put("requestCount", 40)
            .put("errorCount", 10)
            .put("uptimeSeconds", 3_600)
            .put("memoryBytes", 123_456_789L)
            .put("circuit", "HALF_OPEN")
            .put("lastError", "시간 초과")
            .put("sessionId", "own");
    result(fixture.post(record.toString()));
    assertThat(WireJson.toJson(stored().get(0)).toString()).isEqualTo(record.toString());
    assertThat(fixture.json("/api/v1/metrics/a").get("data").toString())
        .isEqualTo(record.toString());
  }

  @Test
  void lines_areRecords_andBlankOnesAreNot() {
    String body = "\n" + good + "\r\n\n" + "nonsense\n" + record("b", 1);
    var result = result(postLines(body));
    assertThat(result.get("accepted").intValue()).isEqualTo(2);
    assertThat(result.at("/rejected/0/index").intValue()).isEqualTo(1);
    assertThat(result.at("/rejected/0/reason").stringValue()).startsWith("not JSON");
    assertThat(stored()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"application/ndjson", "application/x-ndjson; charset=utf-8", "Application/NDJSON"})
  void lines_mayBeCalledSeveralNames(String type) {
    var response = fixture.send("POST", "/api/v1/metrics", good, "Content-Type", type);
    assertThat(result(response).get("accepted").intValue()).isEqualTo(1);
  }

  @Test
  void session_isThatOfRecordsThatNameNone() {
    String own = good.replace("}", ", \"sessionId\": \"own\"}");
    var response =
        fixture.send(
            "POST",
            "/api/v1/metrics?session=night%20run",
            "[%s, %s]".formatted(own, record("b", 1)),
            "Content-Type",
            "application/json");
    result(response);
    assertThat(stored()).extracting(ServerMetrics::sessionId).containsExactly("own", "night run");
  }

  @Test
  void session_thatIsTooLong_isABadRequest() {
    var response =
        fixture.send(
            "POST",
            "/api/v1/metrics?session=" + "x".repeat(201),
            good,
            "Content-Type",
            "application/json");
    assertThat(fixture.problem(400, response).get("detail").stringValue())
        .isEqualTo("sessionId must have at most 200 characters, has 201");
    assertThat(stored()).isEmpty();
  }

  @Test
  void badRecords_areNamed_andTheGoodOnesKept() {
    String unknown = good.replace("}", ", \"colour\": 1}");
    String negative = good.replace("}", ", \"responseTimeMs\": -1}");
    String body = "[%s, %s, 5, %s, %s]".formatted(BAD, good, unknown, negative);
    var result = result(fixture.post(body));
    assertThat(result.get("accepted").intValue()).isEqualTo(1);
    assertThat(result.get("rejectedCount").intValue()).isEqualTo(4);
    assertThat(result.get("rejected").valueStream().map(bad -> bad.get("index").intValue()))
        .containsExactly(0, 2, 3, 4);
    assertThat(result.get("rejected").valueStream().map(bad -> bad.get("reason").stringValue()))
        .satisfiesExactly(
            reason -> assertThat(reason).contains("'at'", "'soon'"),
            reason -> assertThat(reason).isEqualTo("a sample must be a JSON object"),
            reason -> assertThat(reason).isEqualTo("unknown field 'colour'"),
            reason -> assertThat(reason).contains("'responseTimeMs'", "negative"));
    assertThat(stored()).hasSize(1);
  }

  @Test
  void onlyBadRecords_areABadRequest() {
    var problem = fixture.problem(400, fixture.post("[%s, %s]".formatted(BAD, BAD)));
    assertThat(problem.get("detail").stringValue()).isEqualTo("none of the 2 records can be used");
    assertThat(problem.at("/rejected/1/index").intValue()).isEqualTo(1);
    assertThat(problem.at("/rejected/1/reason").stringValue()).contains("'soon'");
  }

  @Test
  void manyBadRecords_areCounted_andTheFirstOnesNamed() {
    String body = IntStream.range(0, 150).mapToObj(i -> BAD).collect(Collectors.joining(","));
    var result = result(fixture.post("[%s, %s]".formatted(good, body)));
    assertThat(result.get("rejectedCount").intValue()).isEqualTo(150);
    assertThat(result.get("rejected").size()).isEqualTo(100);
  }

  @Test
  void repeatedRecords_areStoredOnce() {
    result(fixture.post("[%s, %s]".formatted(good, good)));
    result(fixture.post(good));
    assertThat(stored()).hasSize(1);
    assertThat(fixture.json("/api/v1/servers").at("/servers/0/id").stringValue()).isEqualTo("a");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | the body must be a JSON array of samples, or one a line (NDJSON)",
        "'\"text\"' | the body must be a JSON array of samples, or one a line (NDJSON)",
        "'null' | the body must be a JSON array of samples, or one a line (NDJSON)"
      })
  void otherBodies_areABadRequest(String body, String detail) {
    assertThat(fixture.problem(400, fixture.post(body)).get("detail").stringValue())
        .isEqualTo(detail);
  }

  @ParameterizedTest
  @ValueSource(strings = {"[", "{\"server\":", "[1,]", "[] []"})
  void brokenJson_isABadRequest(String body) {
    assertThat(fixture.problem(400, fixture.post(body)).get("detail").stringValue())
        .startsWith("the body is not JSON");
    assertThat(stored()).isEmpty();
  }

  @Test
  void deeplyNestedJson_isABadRequest() {
    assertThat(fixture.problem(400, fixture.post("[".repeat(100_000))).get("status").intValue())
        .isEqualTo(400);
  }

  @Test
  void emptyArray_isNothingToStore() {
    assertThat(result(fixture.post("[]")).get("accepted").intValue()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/plain", "application/x-www-form-urlencoded", "application/jsonp"})
  void otherContentTypes_areRefused(String type) {
    var response = fixture.send("POST", "/api/v1/metrics", good, "Content-Type", type);
    assertThat(fixture.problem(415, response).get("detail").stringValue())
        .isEqualTo(
            "Content-Type must be application/json or application/x-ndjson, is '%s'"
                .formatted(type));
  }

  @Test
  void missingContentType_isRefused() {
    var response = fixture.send("POST", "/api/v1/metrics", good);
    assertThat(fixture.problem(415, response).get("detail").stringValue()).endsWith("is ''");
  }

  @Test
  void tooLargeBody_isRefused() {
    var response = fixture.post("[" + " ".repeat(10 << 20) + good + "]");
    assertThat(fixture.problem(413, response).get("detail").stringValue())
        .isEqualTo("a body may hold at most 10485760 bytes");
    assertThat(stored()).isEmpty();
  }

  @Test
  void databaseAway_isSaid_andTheSameRecordIsTakenLater() {
    fixture.storage.goAway();
    var refused = fixture.post(good);
    assertThat(fixture.problem(503, refused).get("detail").stringValue())
        .isEqualTo("nothing was kept, send it again: the database at db.example is away");
    assertThat(refused.headers().firstValue("Retry-After")).hasValue("5");
    fixture.storage.comeBack();
    assertThat(stored()).isEmpty();
    assertThat(result(fixture.post(good)).get("stored").intValue()).isEqualTo(1);
    assertThat(stored()).hasSize(1);
  }

  @Test
  void tooManyServers_areRefused() {
    var ids =
        IntStream.range(0, 20_000)
            .mapToObj(i -> record("s" + i, 0))
            .collect(Collectors.joining(",", "[", "]"));
    assertThat(result(fixture.post(ids)).get("accepted").intValue()).isEqualTo(20_000);
    var refused = fixture.post("[%s, %s]".formatted(record("s0", 1), record("one more", 1)));
    assertThat(fixture.problem(429, refused).get("detail").stringValue())
        .isEqualTo("20000 servers are known and no more are taken; 'one more' would be a new one");
    assertThat(refused.headers().firstValue("Retry-After")).isPresent();
    assertThat(result(fixture.post(record("s0", 1))).get("accepted").intValue()).isEqualTo(1);
    assertThat(fixture.registry.contains(ServerId.of("one more"))).isFalse();
  }
}
