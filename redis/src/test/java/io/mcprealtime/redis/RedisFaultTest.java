package io.mcprealtime.redis;

import static io.mcprealtime.testkit.TestData.FILESYSTEM;
import static io.mcprealtime.testkit.TestData.healthCheck;
import static io.mcprealtime.testkit.TestData.sample;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.mcprealtime.LatencySketch;
import io.mcprealtime.ManualTime;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerSummary;
import io.mcprealtime.Window;
import io.mcprealtime.analysis.Trend;
import io.mcprealtime.budget.Resource;
import io.mcprealtime.cache.CacheTier;
import io.mcprealtime.cache.CacheValue;
import io.mcprealtime.redis.CacheException.Reason;
import io.mcprealtime.testkit.TestRedis;
import io.mcprealtime.testkit.UpstashStandIn;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RedisFaultTest {
  private static final String TOKEN = "a-token-for-tests";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final String QUOTA =
      "ERR max requests limit exceeded. Limit: 500000, Usage: 500123. See the documentation";

  @RegisterExtension private static final TestRedis REDIS = new TestRedis();

  private UpstashStandIn upstash;

  private enum Way {
    RESP,
    REST
  }

  @BeforeEach
  void start() {
    REDIS.start();
    REDIS.flush();
    upstash = UpstashStandIn.start(REDIS, TOKEN);
  }

  @AfterEach
  void stop() {
    upstash.close();
    REDIS.call("CONFIG", "SET", "maxmemory", "0");
  }

  private RedisCacheBuilder to(Way way) {
    var options =
        way == Way.RESP ? RedisCache.redis(REDIS.url()) : RedisCache.upstash(upstash.url(), TOKEN);
    return options.timeout(PATIENCE);
  }

  private static RedisCacheBuilder to(Way way, LyingServer server) {
    var options =
        way == Way.RESP
            ? RedisCache.redis(server.redisUrl())
            : RedisCache.upstash(server.httpUrl(), TOKEN);
    return options.timeout(PATIENCE);
  }

  private static List<CacheValue<ServerMetrics>> value() {
    return List.of(value(FILESYSTEM));
  }

  private static CacheValue<ServerMetrics> value(ServerId server) {
    var now = Instant.now();
    return new CacheValue<>(
        CacheTier.METRICS, server.value(), sample(server, now), now.plusSeconds(600));
  }

  private static CacheException failure(Runnable call) {
    return catchThrowableOfType(CacheException.class, call::run);
  }

  private static void assertFails(Runnable call, Reason reason, String message) {
    var failure = failure(call);
    assertThat(failure).hasMessageContaining(message);
    assertThat(failure.reason()).isEqualTo(reason);
  }

  private static void assertWorks(RedisCache cache) {
    cache.put(value());
    assertThat(cache.getAll(CacheTier.METRICS)).containsKey("filesystem");
  }

  @ParameterizedTest
  @EnumSource
  void stoppedRedis_isAway_andBackWithoutARestartOfOurs(Way way) {
    try (var cache = to(way).build()) {
      assertWorks(cache);

      REDIS.stop();
      assertFails(() -> cache.put(value()), Reason.AWAY, "cannot be reached");
      assertFails(() -> cache.getAll(CacheTier.METRICS), Reason.AWAY, "is it running");

      REDIS.start();
      assertThat(cache.getAll(CacheTier.METRICS)).isEmpty();
      assertWorks(cache);
    }
  }

  @Test
  void restartBetweenCalls_isNotNoticed() {
    try (var cache = to(Way.RESP).build()) {
      assertWorks(cache);

      REDIS.restartEmpty();

      assertWorks(cache);
    }
  }

  @ParameterizedTest
  @EnumSource
  void fullRedis_refusesForCapacity(Way way) {
    try (var cache = to(way).build()) {
      cache.put(value());
      REDIS.call("CONFIG", "SET", "maxmemory", "1");

      assertFails(() -> cache.put(value()), Reason.REFUSED_CAPACITY, "has no room (OOM");

      assertThat(cache.getAll(CacheTier.METRICS)).hasSize(1);
      assertThat(cache.usage().limitBytes()).isEqualTo(1);
      REDIS.call("CONFIG", "SET", "maxmemory", "0");
      assertWorks(cache);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "ERR DB capacity quota exceeded, REFUSED_CAPACITY, has no room",
    "ERR max request size exceeded, REFUSED_SIZE, too large",
    "ERR max single record size exceeded, REFUSED_SIZE, too large",
    "ERR max key size exceeded: 40000, REFUSED_SIZE, too large",
    "NOPERM this user has no permissions, REFUSED_LOGIN, what the user may do",
    "LOADING Redis is loading the dataset in memory, AWAY, LOADING",
    "ERR something else, OTHER, refuses (ERR something else)"
  })
  void refusals_areToldApart(String text, Reason reason, String message) throws IOException {
    upstash.refuse(text);
    try (var cache = to(Way.REST).build()) {
      assertFails(() -> cache.put(value()), reason, message);
      upstash.refuse(null);
      assertWorks(cache);
    }
    try (var server = LyingServer.answering("-" + text + "\r\n-" + text + "\r\n");
        var cache = to(Way.RESP, server).build()) {
      assertFails(() -> cache.put(value()), reason, message);
    }
  }

  @Test
  void usedUpQuota_isReconciled() throws IOException {
    var time = ManualTime.startingAt("2026-12-01T06:00:00Z");
    var ofRest = new CountingMeter();
    upstash.refuse(QUOTA);
    try (var cache = to(Way.REST).time(time).meter(ofRest).build()) {
      assertFails(() -> cache.put(value()), Reason.REFUSED_QUOTA, "wait for the next month");
    }
    assertThat(ofRest.reconciled()).containsEntry(Resource.REDIS_COMMANDS, 500_123L);

    var ofResp = new CountingMeter();
    try (var server = LyingServer.answeringAll("-" + QUOTA + "\r\n");
        var cache = to(Way.RESP, server).time(time).meter(ofResp).build()) {
      assertFails(() -> cache.getAll(CacheTier.METRICS), Reason.REFUSED_QUOTA, "Usage: 500123");
    }
    assertThat(ofResp.reconciled()).containsEntry(Resource.REDIS_COMMANDS, 500_123L);
  }

  @Test
  void usedUpQuota_asAMonthBegins_isNotReconciled() {
    var meter = new CountingMeter();
    upstash.refuse(QUOTA);
    for (var time : List.of("2026-12-01T00:00:00Z", "2026-12-01T05:59:59Z")) {
      try (var cache = to(Way.REST).time(ManualTime.startingAt(time)).meter(meter).build()) {
        assertFails(() -> cache.put(value()), Reason.REFUSED_QUOTA, "Usage: 500123");
      }
    }
    assertThat(meter.reconciled()).isEmpty();
  }

  @Test
  void wrongToken_isRefused_andNotRepeated() {
    try (var cache = RedisCache.upstash(upstash.url(), "not-the-secret").build()) {
      var failure = failure(() -> cache.put(value()));

      assertThat(failure.reason()).isEqualTo(Reason.REFUSED_LOGIN);
      assertThat(failure).hasMessageContaining("refuses the login (HTTP 401)");
      assertThat(failure).hasStackTraceContaining("Upstash at 127.0.0.1");
      assertThat(stackTrace(failure)).doesNotContain("not-the-secret");
    }
  }

  @Test
  void secretThatAServiceRepeats_isNotShown() throws IOException {
    try (var server = LyingServer.answering("-ERR bad password hunter2-hunter2\r\n");
        var cache =
            RedisCache.redis(server.redisUrl().replace("//", "//:hunter2-hunter2@")).build()) {
      var failure = failure(() -> cache.getAll(CacheTier.METRICS));

      assertThat(failure).hasMessageContaining("ERR bad password ***");
      assertThat(stackTrace(failure)).doesNotContain("hunter2");
    }
  }

  private static String stackTrace(Throwable thrown) {
    var text = new java.io.StringWriter();
    thrown.printStackTrace(new java.io.PrintWriter(text));
    return text.toString();
  }

  @Test
  void redisWithPassword_wantsTheRightOne() {
    try (var guarded = new TestRedis("--requirepass", "right word")) {
      guarded.start();
      var host = "127.0.0.1:" + guarded.port();
      try (var without = RedisCache.redis("redis://" + host).timeout(PATIENCE).build();
          var wrong = RedisCache.redis("redis://:wrong@" + host).timeout(PATIENCE).build();
          var right = RedisCache.redis("redis://:right%20word@" + host).timeout(PATIENCE).build();
          var named =
              RedisCache.redis("redis://default:right%20word@" + host).timeout(PATIENCE).build()) {
        assertFails(() -> without.put(value()), Reason.REFUSED_LOGIN, "NOAUTH");
        assertFails(() -> wrong.put(value()), Reason.REFUSED_LOGIN, "WRONGPASS");
        assertWorks(right);
        assertWorks(named);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void keyOfAnotherType_isToldAsSuch(Way way) {
    REDIS.call("SET", "mcp:metrics", "something");
    try (var cache = to(way).build()) {
      assertFails(
          () -> cache.getAll(CacheTier.METRICS),
          Reason.OTHER,
          "holds something of another type under the key mcp:metrics; remove it");
      assertFails(() -> cache.put(value()), Reason.OTHER, "or set another prefix");
    }
    try (var cache = to(way).prefix("other:").build()) {
      assertWorks(cache);
    }
  }

  @Test
  void answerCutShort_isAway() throws IOException {
    try (var server = LyingServer.hangingUpAfter("*2\r\n$10\r\nabc");
        var cache = to(Way.RESP, server).build()) {
      assertFails(() -> cache.getAll(CacheTier.METRICS), Reason.AWAY, "cannot be reached");
      assertFails(() -> cache.getAll(CacheTier.METRICS), Reason.AWAY, "cannot be reached");
    }
    try (var server =
            LyingServer.hangingUpAfter("HTTP/1.1 200 OK\r\nContent-Length: 90\r\n\r\n[{\"res");
        var cache = to(Way.REST, server).build()) {
      assertFails(() -> cache.getAll(CacheTier.METRICS), Reason.AWAY, "cannot be reached");
      assertThat(server.connections()).isEqualTo(3);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 400 Bad Request\r\n\r\n",
        ":many\r\n",
        ":1\r\n",
        "$-7\r\n",
        "$3\r\nabcdef",
        "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n",
        "*1\r\n$1\r\na\r\n",
        "*2\r\n:1\r\n:2\r\n",
        "$999999999\r\nabc",
        "*2147483647\r\n$9\r\n"
      })
  void respThatIsNone_isRefused(String answer) throws IOException {
    try (var server = LyingServer.answering(answer);
        var cache = to(Way.RESP, server).build()) {
      assertFails(() -> cache.getAll(CacheTier.METRICS), Reason.OTHER, "is there really a Redis");
    }
  }

  @Test
  void errorWithinAList_isNonsense_andItsConnectionIsNotKept() throws IOException {
    try (var server = LyingServer.answering("*2\r\n-ERR odd\r\n$1\r\na\r\n");
        var cache = to(Way.RESP, server).build()) {
      for (int i = 0; i < 2; i++) {
        assertFails(() -> cache.getAll(CacheTier.METRICS), Reason.OTHER, "an error within a list");
      }
      assertThat(server.connections()).isEqualTo(2);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "200 OK|hello|OTHER|HTTP 200 without the JSON of Redis",
        "200 OK|<html>Welcome</html>|OTHER|HTTP 200 without the JSON of Redis",
        "502 Bad Gateway|<html>nginx</html>|AWAY|HTTP 502 without the JSON of Redis",
        "413 Too Large|<html>nginx</html>|REFUSED_SIZE|HTTP 413",
        "429 Too Many|slow down|REFUSED_QUOTA|HTTP 429",
        "302 Found|{}|OTHER|HTTP 302 without the JSON of Redis",
        "200 OK|{}|OTHER|no array of 2 answers",
        "200 OK|[{\"result\":\"x\"}]|OTHER|no array of 2 answers",
        "200 OK|[{\"result\":\"x\"},{}]|OTHER|is there really a Redis",
        "200 OK|[{\"result\":\"eA==\"},{\"result\":{}}]|OTHER|a result of type OBJECT",
        "200 OK|[{\"result\":\"eA==\"},{\"result\":[\"?\"]}]|OTHER|is there really a Redis",
        "200 OK|[{\"result\":\"eA==\"},{\"result\":7}]|OTHER|a Whole where another answer",
        "500 Oops|{\"error\":\"Failed: WRONGTYPE Operation\"}|OTHER|of another type"
      })
  void restThatIsNone_isRefused(String status, String body, Reason reason, String message)
      throws IOException {
    var answer =
        "HTTP/1.1 %s\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(status, body.length(), body);
    try (var server = LyingServer.answering(answer);
        var cache = to(Way.REST, server).build()) {
      assertFails(() -> cache.getAll(CacheTier.METRICS), reason, message);
    }
  }

  @Test
  void hugeAnswer_isNotReadToItsEnd() throws IOException {
    var rows = "$1000000\r\n" + "x".repeat(1_000_000) + "\r\n";
    try (var server = LyingServer.answering("*40\r\n" + rows.repeat(40));
        var cache = to(Way.RESP, server).build()) {
      assertFails(() -> cache.getAll(CacheTier.METRICS), Reason.OTHER, "more than 16777216 bytes");
    }
    var body = "x".repeat(20_000_000);
    try (var server =
            LyingServer.answering("HTTP/1.1 200 OK\r\nContent-Length: 20000000\r\n\r\n" + body);
        var cache = to(Way.REST, server).build()) {
      assertFails(() -> cache.getAll(CacheTier.METRICS), Reason.OTHER, "more than 16777216 bytes");
    }
  }

  @Test
  void hostWithoutAnAddress_isAway() {
    try (var resp = RedisCache.redis("redis://nowhere.invalid").timeout(PATIENCE).build();
        var rest =
            RedisCache.upstash(URI.create("http://nowhere.invalid"), TOKEN)
                .timeout(PATIENCE)
                .build()) {
      assertFails(
          () -> resp.put(value()), Reason.AWAY, "Redis at nowhere.invalid:6379 cannot be reached");
      assertFails(
          () -> rest.put(value()), Reason.AWAY, "Upstash at nowhere.invalid:80 cannot be reached");
    }
  }

  @ParameterizedTest
  @EnumSource
  void closedCache_saysSo(Way way) {
    var cache = to(way).build();
    assertWorks(cache);
    cache.close();
    cache.close();

    assertThatThrownBy(() -> cache.put(value()))
        .isInstanceOf(CacheException.class)
        .hasMessageContaining("this cache is closed");
  }

  @ParameterizedTest
  @EnumSource
  void valuesOfStrangers_areMissesAndCounted(Way way) {
    try (var cache = to(way).build()) {
      cache.put(value());
      for (var field : List.of("github", "stranger", "health\tfilesystem", "trends\t1h\tx")) {
        REDIS.call("HSET", "mcp:metrics", field, "{\"not\":\"ours\"}");
      }
      REDIS.call("HSET", "mcp:metrics", "unknown\ttier", "anything");
      REDIS.call("HSET", "mcp:metrics", "", "");
      REDIS.call("HSET", "mcp:metrics", "copy", REDIS.call("HGET", "mcp:metrics", "filesystem"));

      assertThat(cache.getAll(CacheTier.METRICS)).containsOnlyKeys("filesystem");
      assertThat(cache.unreadable()).isEqualTo(4);
      assertThat(cache.get(CacheTier.METRICS, List.of("github", "filesystem")))
          .containsOnlyKeys("filesystem");
      assertThat(cache.unreadable()).isEqualTo(5);
      assertThat(cache.getAll(CacheTier.TRENDS)).isEmpty();
      cache.clear(CacheTier.METRICS);
      assertThat(REDIS.call("HLEN", "mcp:metrics")).isEqualTo("3");
    }
  }

  @Test
  void valueOfAnotherServerThanItsKeys_isAMissAndCounted() {
    var now = Instant.now();
    var until = now.plusSeconds(600);
    var summary =
        new ServerSummary(
            FILESYSTEM,
            now.minusSeconds(60),
            now,
            Map.of(),
            4L,
            0L,
            LatencySketch.builder().build());
    var trend = Trend.notEnoughData(FILESYSTEM, Window.ONE_HOUR, 9, 9, null);
    try (var cache = to(Way.RESP).build()) {
      cache.put(
          List.of(
              new CacheValue<>(CacheTier.HEALTH, "filesystem", healthCheck(FILESYSTEM, now), until),
              new CacheValue<>(CacheTier.SUMMARY, "24\tfilesystem", summary, until),
              new CacheValue<>(CacheTier.TRENDS, "1h\tfilesystem", trend, until)));
      copy("health\tfilesystem", "health\tgithub");
      copy("summary\t24\tfilesystem", "summary\t24\tgithub");
      copy("summary\t24\tfilesystem", "summary\tfilesystem");
      copy("trends\t1h\tfilesystem", "trends\t1h\tgithub");
      copy("trends\t1h\tfilesystem", "trends\t24h\tfilesystem");

      assertThat(cache.getAll(CacheTier.HEALTH)).containsOnlyKeys("filesystem");
      assertThat(cache.getAll(CacheTier.SUMMARY)).containsOnlyKeys("24\tfilesystem");
      assertThat(cache.getAll(CacheTier.TRENDS)).containsOnlyKeys("1h\tfilesystem");
      assertThat(cache.get(CacheTier.HEALTH, List.of("github"))).isEmpty();
      assertThat(cache.unreadable()).isEqualTo(6);
    }
  }

  private static void copy(String from, String to) {
    REDIS.call("HSET", "mcp:metrics", to, REDIS.call("HGET", "mcp:metrics", from));
  }
}
