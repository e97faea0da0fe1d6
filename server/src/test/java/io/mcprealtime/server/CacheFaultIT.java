package io.mcprealtime.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.testkit.UpstashStandIn;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two monitors over one Redis and one database, of which one gets samples and the other only reads,
 * while something is wrong with the Redis. Reads are answered, samples are stored once, and all is
 * as before when it is over.
 */
class CacheFaultIT {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** Long enough for a circuit to open, and to be tried. */
  private static final Duration FAULT = Duration.ofSeconds(9);

  @TempDir private static Path directory;
  private static CacheFixture fixture;
  private static RunningJar collector;
  private static RunningJar reader;

  /** Something done to the Redis. */
  @FunctionalInterface
  private interface Action {
    void run() throws Exception;
  }

  @BeforeAll
  static void start() throws IOException {
    fixture = CacheFixture.open(directory);
    var redis = Map.of("REDIS_URL", fixture.redisUrl());
    collector = fixture.monitor("cache: {writeInterval: 1s}", redis);
    reader = fixture.monitor("cache: {writeInterval: 1s}", redis);
  }

  @AfterAll
  static void end() throws Exception {
    try {
      assertThat(fixture.answers()).doesNotContain(CacheFixture.PASSWORD, CacheFixture.TOKEN);
      fixture.stop();
      assertThat(fixture.output())
          .contains("Sharing the cache of Redis at 127.0.0.1:" + fixture.proxy.port())
          .doesNotContain(CacheFixture.PASSWORD, CacheFixture.TOKEN)
          .doesNotContain(fixture.database.database().password());
    } finally {
      fixture.close();
    }
  }

  /** Does that to the Redis under load, reads meanwhile, ends it, and waits until all is well. */
  private static void survive(String what, List<String> sources, Action begin, Action end)
      throws Exception {
    awaitShared();
    try (var load = Load.start(collector.url().getPort())) {
      await().atMost(PATIENCE).until(() -> load.acknowledged() > 500);
      begin.run();
      fixture.slowest();
      int reads = 0;
      var over = Instant.now().plus(FAULT);
      while (Instant.now().isBefore(over)) {
        readEverything(sources);
        reads++;
      }
      var slowest = fixture.slowest();
      end.run();
      long acknowledged = load.acknowledged();
      awaitShared();
      await().atMost(PATIENCE).until(() -> load.acknowledged() > acknowledged + 500);
      load.end();
      try (var storage = fixture.database.storage()) {
        load.verify(
            "%s, %d rounds of reads, the slowest took %d ms"
                .formatted(what, reads, slowest.toMillis()),
            storage);
      }
    }
  }

  /** Sends a sample of a server that nobody knows, and reads it in every way. */
  private static void readEverything(List<String> sources) throws Exception {
    var server = fixture.newServer();
    var at = fixture.push(collector, server);
    assertThat(fixture.source(collector, server)).isEqualTo("cache");
    assertThat(fixture.source(reader, server)).isIn(sources);
    assertThat(fixture.source(reader, server)).isEqualTo("cache");
    var all = fixture.read(collector, "/metrics");
    assertThat(all.get("source").stringValue()).isIn("cache", "redis", "database");
    assertThat(all.get("data").valueStream().map(one -> one.get("server").stringValue()))
        .contains(server);
    fixture.read(reader, "/metrics");
    var detail = fixture.read(collector, "/servers/%s?hours=1".formatted(server));
    assertThat(detail.at("/summary/sampleCount").intValue()).isEqualTo(1);
    assertThat(detail.get("lastCheckAt").stringValue()).isEqualTo(at.toString());
    var trend = fixture.read(collector, "/servers/%s/trend".formatted(server));
    assertThat(trend.get("trend").stringValue()).isEqualTo("not_enough_data");
    assertThat(fixture.read(collector, "/summary").get("totalServers").intValue()).isPositive();
  }

  /** Until what the one monitor gets is in Redis, and the other reads it there. */
  private static void awaitShared() {
    await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> {
              var server = fixture.newServer();
              fixture.push(collector, server);
              await()
                  .atMost(PATIENCE)
                  .until(() -> fixture.inRedis(server) == CacheFixture.millis(server));
              return fixture.source(reader, server).equals("redis");
            });
    await()
        .atMost(PATIENCE)
        .until(
            () ->
                Set.copyOf(List.of(circuit(collector), circuit(reader))).equals(Set.of("CLOSED")));
  }

  private static String circuit(RunningJar jar) {
    try {
      return fixture.circuit(jar);
    } catch (IOException e) {
      throw new AssertionError("no statistics", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private static void assertOpen() {
    assertThat(circuit(collector)).isIn("OPEN", "HALF_OPEN");
  }

  @Test
  void redis_thatIsKilled() throws Exception {
    survive(
        "kill -9 of the Redis",
        List.of("database"),
        fixture.redis::stop,
        () -> {
          assertOpen();
          fixture.startAgain();
        });
    assertThat(fixture.output()).contains("cannot be reached", "works again");
  }

  @Test
  void redis_thatNeverAnswers() throws Exception {
    survive(
        "a Redis that never answers",
        List.of("database"),
        fixture.redis::pause,
        () -> {
          assertOpen();
          fixture.redis.resume();
        });
    assertThat(fixture.output()).contains("did not answer within 1000 ms");
  }

  @Test
  void redis_withoutRoom() throws Exception {
    survive(
        "a Redis without room",
        List.of("database"),
        () -> {
          var stranger = "x".repeat(100_000);
          for (int i = 0; i < 20; i++) {
            fixture.redis.call("SET", "stranger-" + i, stranger);
          }
          fixture.redis.call("CONFIG", "SET", "maxmemory", "1mb");
          assertThat(fixture.redis.call("SET", "one", "more")).startsWith("OOM");
        },
        () -> {
          assertThat(collector.get("/api/v1/stats").at("/cache/errors").longValue()).isPositive();
          fixture.redis.call("CONFIG", "SET", "maxmemory", "0");
        });
    assertThat(fixture.output()).contains("has no room (OOM command not allowed");
  }

  @Test
  void redis_whosePasswordChanges() throws Exception {
    survive(
        "a Redis whose password changes",
        List.of("database"),
        () -> fixture.changeUser("resetpass", ">another"),
        () -> {
          assertOpen();
          fixture.changeUser("resetpass", ">" + CacheFixture.PASSWORD);
        });
    assertThat(fixture.output()).contains("refuses the login (WRONGPASS");
  }

  @Test
  void redis_thatForbidsWhatIsNeeded() throws Exception {
    survive(
        "a Redis that forbids reads and writes",
        List.of("database"),
        () -> fixture.changeUser("-@all", "+ping"),
        () -> {
          assertOpen();
          fixture.allow();
        });
    assertThat(fixture.output()).contains("NOPERM");
  }

  @Test
  void redis_thatIsRestartedEmpty() throws Exception {
    var known = fixture.newServer();
    survive(
        "a Redis that is restarted empty",
        List.of("database", "redis"),
        () -> {
          fixture.push(collector, known);
          await().atMost(PATIENCE).until(() -> isIn(CacheFixture.HASH, known));
          fixture.redis.restartEmpty();
          fixture.allow();
          assertThat(isIn(CacheFixture.HASH, known)).isFalse();
        },
        () -> {
          fixture.push(collector, known);
          await().atMost(PATIENCE).until(() -> isIn(CacheFixture.HASH, known));
          assertThat(Long.parseLong(fixture.redis.call("TTL", CacheFixture.HASH))).isPositive();
        });
  }

  @Test
  void connection_thatIsCut() throws Exception {
    survive(
        "a connection that is cut",
        List.of("database"),
        fixture.proxy::cut,
        () -> {
          assertOpen();
          fixture.proxy.restore();
        });
    survive(
        "connections that are ended now and then",
        List.of("database", "redis"),
        () -> fixture.redis.call("CLIENT", "KILL", "TYPE", "normal"),
        () -> fixture.redis.call("CLIENT", "KILL", "TYPE", "normal"));
  }

  @Test
  void start_whileTheRedisIsAway_isSaidOnce_andItIsUsedWhenItIsBack() throws Exception {
    fixture.redis.stop();
    var late =
        fixture.monitor(
            "cache: {writeInterval: 1s, prefix: \"late:\"}",
            Map.of("REDIS_URL", fixture.redisUrl()));
    var server = fixture.newServer();
    fixture.push(late, server);
    await().atMost(PATIENCE).until(() -> !fixture.circuit(late).equals("CLOSED"));
    assertThat(fixture.source(late, server)).isEqualTo("cache");
    assertThat(late.output().lines().filter(line -> line.contains("WARN")))
        .singleElement()
        .asString()
        .contains("the cache redis fails, the database is read instead: Redis at 127.0.0.1:");
    fixture.startAgain();
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              fixture.push(late, server);
              return fixture.redis.call("HGET", "late:metrics", server).startsWith("{");
            });
    await().atMost(PATIENCE).until(() -> late.output().contains("the cache redis works again"));
    assertThat(fixture.circuit(late)).isEqualTo("CLOSED");
  }

  @Test
  void upstash_withoutRoom_andThenWithoutQuota() throws Exception {
    awaitShared();
    try (var upstash = UpstashStandIn.start(fixture.redis, CacheFixture.TOKEN)) {
      var over =
          Map.of(
              "UPSTASH_REDIS_REST_URL",
              upstash.url().toString(),
              "UPSTASH_REDIS_REST_TOKEN",
              CacheFixture.TOKEN);
      var settings = "cache: {writeInterval: 1s, prefix: \"rest:\"}\n";
      var first = fixture.monitor(settings + "budget: {presets: upstash-free}", over);
      var second = fixture.monitor(settings + "budget: {presets: [none]}", over);
      var shared = fixture.newServer();
      fixture.push(first, shared);
      await().atMost(PATIENCE).until(() -> isIn("rest:metrics", shared));
      assertThat(fixture.source(second, shared)).isEqualTo("redis");

      upstash.refuse("ERR DB capacity quota exceeded");
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                var server = fixture.newServer();
                fixture.push(first, server);
                assertThat(fixture.source(second, server)).isEqualTo("database");
                return first.output().contains("has no room (ERR DB capacity quota exceeded)");
              });
      upstash.refuse(null);
      var again = fixture.newServer();
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                fixture.push(first, again);
                return isIn("rest:metrics", again) && fixture.circuit(first).equals("CLOSED");
              });

      upstash.refuse("ERR max requests limit exceeded. Limit: 500000, Usage: 500123.");
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                var server = fixture.newServer();
                fixture.push(first, server);
                assertThat(fixture.source(second, server)).isEqualTo("database");
                return first.get("/api/v1/budget").at("/resources/0/used").longValue() >= 500_123;
              });
      var budget = first.get("/api/v1/budget");
      assertThat(budget.at("/resources/0/resource").stringValue()).isEqualTo("redis_commands");
      assertThat(budget.at("/resources/0/limit").longValue()).isEqualTo(500_000);
      assertThat(budget.at("/resources/0/over").booleanValue()).isTrue();
      await()
          .atMost(PATIENCE.multipliedBy(2))
          .until(() -> !first.get("/api/v1/budget").get("writes").booleanValue());
      upstash.refuse(null);
      long requests = upstash.billed();
      var server = fixture.newServer();
      fixture.push(first, server);
      assertThat(fixture.source(first, server)).isEqualTo("cache");
      assertThat(fixture.source(second, server)).isEqualTo("database");
      System.out.printf(
          "over the quota: %d commands billed, then %d; writes %s, reads %s%n",
          requests, upstash.billed(), budget.get("writes"), budget.get("reads"));
    }
  }

  private static boolean isIn(String hash, String server) {
    return !fixture.redis.call("HGET", hash, server).isEmpty();
  }
}
