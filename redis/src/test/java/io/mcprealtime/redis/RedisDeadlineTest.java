package io.mcprealtime.redis;

import static io.mcprealtime.testkit.TestData.sample;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.cache.CacheTier;
import io.mcprealtime.cache.CacheValue;
import io.mcprealtime.redis.CacheException.Reason;
import io.mcprealtime.testkit.TestRedis;
import io.mcprealtime.testkit.UpstashStandIn;
import java.io.IOException;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RedisDeadlineTest {
  private static final String TOKEN = "a-token-for-tests";
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(400);

  /** More than any one call may take, most of it for a busy machine. */
  private static final Duration BOUND = SHORT.multipliedBy(2).plusSeconds(5);

  /** Shorter than the time-out, and a few of them longer. */
  private static final Duration LATE = Duration.ofMillis(250);

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
  }

  private RedisCacheBuilder to(Way way) {
    return way == Way.RESP
        ? RedisCache.redis(REDIS.url())
        : RedisCache.upstash(upstash.url(), TOKEN);
  }

  private static RedisCacheBuilder to(Way way, LyingServer server) {
    return way == Way.RESP
        ? RedisCache.redis(server.redisUrl())
        : RedisCache.upstash(server.httpUrl(), TOKEN);
  }

  private static List<CacheValue<ServerMetrics>> values(int servers) {
    var now = Instant.now();
    return names(servers).stream()
        .map(ServerId::of)
        .map(
            server ->
                new CacheValue<>(
                    CacheTier.METRICS, server.value(), sample(server, now), now.plusSeconds(600)))
        .toList();
  }

  private static List<String> names(int servers) {
    return IntStream.range(0, servers).mapToObj(i -> "server-" + i).toList();
  }

  private static void assertSlowInTime(Runnable call) {
    var failure =
        assertTimeoutPreemptively(
            BOUND, () -> catchThrowableOfType(CacheException.class, call::run));
    assertThat(failure).hasMessageContaining("did not answer within 400 ms");
    assertThat(failure.reason()).isEqualTo(Reason.SLOW);
  }

  @ParameterizedTest
  @EnumSource
  void silentRedis_isSlow_withinTheTimeOut(Way way) {
    try (var cache = to(way).timeout(SHORT).build();
        var patient = to(way).timeout(PATIENCE).build()) {
      patient.put(values(1));
      REDIS.pause();
      try {
        assertSlowInTime(() -> cache.put(values(1)));
        assertSlowInTime(() -> cache.usage());
        assertSlowInTime(() -> cache.get(CacheTier.METRICS, names(3_000)));
        assertSlowInTime(() -> cache.getAll(CacheTier.METRICS));
        assertSlowInTime(() -> cache.clear(CacheTier.METRICS));
      } finally {
        REDIS.resume();
      }
      assertThat(patient.getAll(CacheTier.METRICS)).containsKey("server-0");
    }
  }

  @Test
  void silentRedis_thatStopsReading_isSlow_withinTheTimeOut() {
    var many = values(20_000);
    try (var cache = to(Way.RESP).timeout(SHORT).build();
        var patient = to(Way.RESP).timeout(PATIENCE).build()) {
      // Encoding takes longest at first.
      patient.put(many);
      REDIS.pause();
      try {
        assertSlowInTime(() -> cache.put(many));
      } finally {
        REDIS.resume();
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void manyCallers_ofASilentRedis_allEndWithinTheTimeOut(Way way)
      throws InterruptedException, ExecutionException {
    // So many that they do not end in time when one waits for the other.
    int callers = 40;
    var threads = Executors.newFixedThreadPool(callers + 1);
    try (var cache = to(way).timeout(SHORT).build()) {
      REDIS.pause();
      Callable<CacheException> call =
          () -> catchThrowableOfType(CacheException.class, () -> cache.getAll(CacheTier.METRICS));
      var all =
          threads.submit(
              () -> threads.invokeAll(IntStream.range(0, callers).mapToObj(i -> call).toList()));
      for (var failure : assertTimeoutPreemptively(BOUND, () -> all.get())) {
        assertThat(failure.get().reason()).isEqualTo(Reason.SLOW);
      }
    } finally {
      REDIS.resume();
      threads.shutdownNow();
    }
  }

  @Test
  void trickle_isSlow_withinTheTimeOut() throws IOException {
    // Each byte comes in time, the whole never does.
    try (var server = LyingServer.tricklingAfter("*1\r\n$10000\r\n");
        var cache = to(Way.RESP, server).timeout(SHORT).build()) {
      assertSlowInTime(() -> cache.getAll(CacheTier.METRICS));
    }
    try (var server =
            LyingServer.tricklingAfter("HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n");
        var cache = to(Way.REST, server).timeout(SHORT).build()) {
      assertSlowInTime(() -> cache.getAll(CacheTier.METRICS));
    }
  }

  @Test
  void callOfManyCommands_eachAnsweredInTime_isSlowAsAWhole() throws IOException {
    try (var server = LyingServer.answeringAfter(LATE, "*1000\r\n" + "$-1\r\n".repeat(1_000));
        var cache = to(Way.RESP, server).timeout(SHORT).build()) {
      assertSlowInTime(() -> cache.get(CacheTier.METRICS, names(3_000)));
    }
    try (var server = LyingServer.answeringAfter(LATE, ":1\r\n");
        var cache = to(Way.RESP, server).timeout(SHORT).maxRequestBytes(1_000).build()) {
      assertSlowInTime(() -> cache.put(values(20)));
    }
    // A number answers the probe, so that every request is a pipeline with another.
    var body =
        "[{\"result\":1},{\"result\":[%s]}]"
            .formatted(String.join(",", names(1_000).stream().map(name -> "null").toList()));
    var answer = "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s".formatted(body.length(), body);
    try (var server = LyingServer.answeringAfter(LATE, answer);
        var cache = to(Way.REST, server).timeout(SHORT).build()) {
      assertSlowInTime(() -> cache.get(CacheTier.METRICS, names(3_000)));
    }
  }

  @Test
  void expiry_thatGetsNoAnswer_failsNoWrite() throws IOException {
    try (var server = LyingServer.hangingUpAfter(":1\r\n");
        var cache = to(Way.RESP, server).timeout(PATIENCE).build()) {
      cache.put(values(1));

      assertThat(server.connections()).isEqualTo(2);
    }
  }

  @Test
  void callThatCloseOvertakes_endsSoon()
      throws InterruptedException, ExecutionException, TimeoutException, NoSuchAlgorithmException {
    var faults = new Faults("Redis", "key", List.of());
    var billing = new Billing(new CountingMeter(), Instant::now);
    var commands = List.of(Command.hgetall("key"));
    var channel =
        new RespChannel(RespUrl.parse(REDIS.url()), SSLContext.getDefault(), faults, billing);
    var first = new ArrayList<Thread>();
    REDIS.pause();
    try {
      for (int i = 0; i < RespChannel.MAX_CONNECTIONS; i++) {
        first.add(
            new Thread(
                () ->
                    catchThrowableOfType(
                        CacheException.class, () -> channel.send(commands, Deadline.in(BOUND)))));
      }
      first.forEach(Thread::start);
      Awaitility.await().until(() -> channel.freeConnections() == 0);
      var last =
          new FutureTask<>(
              () ->
                  catchThrowableOfType(
                      CacheException.class, () -> channel.send(commands, Deadline.in(PATIENCE))));
      var waiting = new Thread(last);
      waiting.setDaemon(true);
      waiting.start();
      Awaitility.await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);

      channel.close();

      assertThat(last.get(PATIENCE.toSeconds(), TimeUnit.SECONDS))
          .hasMessageContaining("this cache is closed");
    } finally {
      REDIS.resume();
      for (var thread : first) {
        thread.join();
      }
    }
  }

  @Test
  void alarm_orTheEndOfTheCall_isFirst_notBoth() {
    var url = RespUrl.parse(REDIS.url());
    var tls = (SSLSocketFactory) SSLSocketFactory.getDefault();

    var cut = new RespLine(url, tls);
    var early = new Alarm(cut);
    early.run();
    assertThat(early.disarm()).isFalse();
    assertThat(cut.isCut()).isTrue();

    var done = new RespLine(url, tls);
    var late = new Alarm(done);
    assertThat(late.disarm()).isTrue();
    late.run();
    assertThat(done.isCut()).isFalse();
  }
}
