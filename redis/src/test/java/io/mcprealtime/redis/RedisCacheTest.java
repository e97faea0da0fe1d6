package io.mcprealtime.redis;

import static io.mcprealtime.testkit.TestData.FILESYSTEM;
import static io.mcprealtime.testkit.TestData.GITHUB;
import static io.mcprealtime.testkit.TestData.NOON;
import static io.mcprealtime.testkit.TestData.bareSample;
import static io.mcprealtime.testkit.TestData.event;
import static io.mcprealtime.testkit.TestData.sample;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.mcprealtime.ManualTime;
import io.mcprealtime.ServerId;
import io.mcprealtime.budget.Meter;
import io.mcprealtime.budget.Resource;
import io.mcprealtime.cache.CacheTier;
import io.mcprealtime.cache.CacheValue;
import io.mcprealtime.testkit.TestRedis;
import io.mcprealtime.testkit.UpstashStandIn;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisCacheTest {
  private static final String TOKEN = "a-token-for-tests";
  private static final Duration CYCLE = Duration.ofSeconds(15);
  private static final int CYCLES = 100;

  @RegisterExtension private static final TestRedis REDIS = new TestRedis();

  private final ManualTime time = ManualTime.startingAt(NOON.toString());
  private final CountingMeter meter = new CountingMeter();
  private RedisCache cache;

  @BeforeEach
  void open() {
    REDIS.flush();
    REDIS.resetStats();
    cache =
        RedisCache.redis(REDIS.url())
            .time(time)
            .meter(meter)
            .timeout(Duration.ofSeconds(20))
            .build();
  }

  @AfterEach
  void close() {
    cache.close();
  }

  private Collection<CacheValue<?>> values(int servers) {
    return IntStream.range(0, servers)
        .<CacheValue<?>>mapToObj(i -> value(ServerId.of("server-" + i)))
        .toList();
  }

  private CacheValue<?> value(ServerId server) {
    return new CacheValue<>(
        CacheTier.METRICS,
        server.value(),
        sample(server, time.instant()),
        time.instant().plus(CYCLE));
  }

  private long ttl() {
    return Long.parseLong(REDIS.call("TTL", "mcp:metrics"));
  }

  @Test
  void metrics_areReadableByOthers() {
    cache.put(
        List.of(
            new CacheValue<>(
                CacheTier.METRICS, "filesystem", bareSample(FILESYSTEM, NOON), NOON.plus(CYCLE))));

    assertThat(REDIS.call("HGET", "mcp:metrics", "filesystem"))
        .isEqualTo(
            "{\"x\":1795176015000,\"v\":{\"t\":1795176000000,\"n\":\"filesystem\",\"s\":\"DOWN\"}}");
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 500})
  void cycles_takeOneCommandEach(int servers) {
    for (int i = 0; i < CYCLES; i++) {
      cache.put(values(servers));
      time.advance(CYCLE);
    }

    var calls = REDIS.commandStats();
    calls.remove("config|resetstat");
    calls.remove("info");
    // Once for the connection, and free.
    calls.remove("hello");
    long sent = calls.values().stream().mapToLong(Long::longValue).sum();
    System.out.printf(
        "%d servers, %d cycles: %d commands, %.2f a cycle, %d bytes a cycle %s%n",
        servers,
        CYCLES,
        sent,
        sent / (double) CYCLES,
        meter.counted(Resource.REDIS_TRAFFIC) / CYCLES,
        calls);
    assertThat(calls).containsOnlyKeys("hset", "expire");
    assertThat(sent / (double) CYCLES).isLessThanOrEqualTo(1.05);
    assertThat(meter.counted(Resource.REDIS_COMMANDS)).isEqualTo(sent);
  }

  @Test
  void hash_expiresADayAfterItsLastWriter() {
    cache.put(values(2));
    assertThat(ttl()).isBetween(86_000L, 86_400L);

    REDIS.call("EXPIRE", "mcp:metrics", "100");
    time.advance(Duration.ofMinutes(59));
    cache.put(values(2));
    assertThat(ttl()).isBetween(1L, 100L);

    time.advance(Duration.ofMinutes(1));
    cache.put(values(2));
    assertThat(ttl()).isBetween(86_000L, 86_400L);
  }

  @Test
  void hash_thatWasLost_getsAnExpiryAgain() {
    cache.put(values(2));
    REDIS.restartEmpty();

    cache.put(values(2));

    assertThat(ttl()).isBetween(86_000L, 86_400L);
  }

  @Test
  void newFields_areNoReasonToRenewTheExpiry() {
    cache.put(values(2));
    cache.put(List.of(value(FILESYSTEM)));
    cache.clear(CacheTier.METRICS);
    cache.put(List.of(value(FILESYSTEM)));
    cache.put(List.of(value(GITHUB)));

    assertThat(REDIS.commandStats()).containsEntry("expire", 1L).containsEntry("hset", 4L);
  }

  @Test
  void fieldsOfServersThatAreGone_areRemovedADayLater() {
    cache.put(List.of(value(FILESYSTEM), value(GITHUB)));
    cache.put(
        List.of(
            new CacheValue<>(
                CacheTier.EVENTS,
                "*",
                new CacheTier.RecentEvents(List.of(event(FILESYSTEM, NOON))),
                NOON.plus(CYCLE))));
    REDIS.call("HSET", "mcp:metrics", "of a stranger", "{}");
    time.advance(Duration.ofHours(1));
    cache.put(List.of(value(FILESYSTEM)));
    awaitCalls("hgetall", 1);
    assertThat(REDIS.call("HLEN", "mcp:metrics")).isEqualTo("4");

    time.advance(Duration.ofHours(24));
    cache.put(List.of(value(FILESYSTEM)));

    Awaitility.await()
        .untilAsserted(
            () ->
                assertThat(REDIS.call("HKEYS", "mcp:metrics").lines())
                    .containsExactlyInAnyOrder("filesystem", "of a stranger"));
    assertThat(REDIS.commandStats()).containsEntry("hgetall", 2L).containsEntry("hdel", 1L);
  }

  @Test
  void sweep_isNoPartOfTheWrite() {
    var ofThisThread = new CountingMeter();
    var here = Thread.currentThread();
    var elsewhere = new CountingMeter();
    try (var metered =
        RedisCache.redis(REDIS.url())
            .time(time)
            .timeout(Duration.ofSeconds(20))
            .meter(new MeterByThread(here, ofThisThread, elsewhere))
            .build()) {
      time.advance(Duration.ofHours(1));
      metered.put(values(2));
      awaitCalls("hgetall", 1);

      assertThat(ofThisThread.counted(Resource.REDIS_COMMANDS)).isEqualTo(2);
      assertThat(elsewhere.counted(Resource.REDIS_COMMANDS)).isEqualTo(1);
    }
  }

  private record MeterByThread(Thread first, Meter ofFirst, Meter ofOthers) implements Meter {
    private Meter current() {
      return Thread.currentThread() == first ? ofFirst : ofOthers;
    }

    @Override
    public void count(Resource resource, long amount) {
      current().count(resource, amount);
    }

    @Override
    public void reconcile(Resource resource, long used) {
      current().reconcile(resource, used);
    }
  }

  private static void awaitCalls(String command, long calls) {
    Awaitility.await()
        .untilAsserted(() -> assertThat(REDIS.commandStats()).containsEntry(command, calls));
  }

  @Test
  void upkeep_thatIsRefused_failsNoWrite_andWaits() {
    try (var guarded = new TestRedis()) {
      guarded.start();
      guarded.call("ACL", "SETUSER", "default", "-expire", "-hgetall");
      try (var refused =
          RedisCache.redis(guarded.url()).time(time).timeout(Duration.ofSeconds(20)).build()) {
        time.advance(Duration.ofHours(1));
        refused.put(values(2));
        Awaitility.await().until(() -> refusals(guarded, "hgetall") == 1);
        time.advance(Duration.ofMinutes(59));
        refused.put(values(2));
        assertThat(refusals(guarded, "expire")).isEqualTo(1);

        time.advance(Duration.ofHours(22));
        refused.put(values(2));
        assertThat(refusals(guarded, "expire")).isEqualTo(2);
        time.advance(Duration.ofHours(2));
        refused.put(values(2));
        Awaitility.await().until(() -> refusals(guarded, "hgetall") == 2);
        assertThat(guarded.call("HLEN", "mcp:metrics")).isEqualTo("2");
      }
    }
  }

  private static long refusals(TestRedis redis, String command) {
    var rejected = Pattern.compile("cmdstat_" + command + ":.*rejected_calls=(\\d+)");
    var found = rejected.matcher(redis.call("INFO", "commandstats"));
    return found.find() ? Long.parseLong(found.group(1)) : 0;
  }

  @Test
  void usage_isMeasured() {
    cache.put(values(3));

    var usage = cache.usage();

    assertThat(usage.keys()).isEqualTo(3);
    assertThat(usage.bytes()).isGreaterThan(100_000);
    assertThat(usage.limitBytes()).isNull();
    assertThat(meter.reconciled()).isEqualTo(Map.of(Resource.REDIS_MEMORY, usage.bytes()));
  }

  @Test
  void largePut_isSplit() {
    try (var small = RedisCache.redis(REDIS.url()).time(time).maxRequestBytes(2_000).build()) {
      small.put(values(100));
    }

    assertThat(REDIS.commandStats().get("hset")).isBetween(10L, 40L);
    assertThat(REDIS.commandStats()).containsEntry("expire", 1L);
    assertThat(cache.getAll(CacheTier.METRICS)).hasSize(100);
  }

  @Test
  void compressedValues_crossFromOneChannelToTheOther() {
    var long1 = bareSample(FILESYSTEM, NOON).toBuilder().lastError("time-out ".repeat(200)).build();
    var value =
        new CacheValue<>(CacheTier.METRICS, "filesystem", long1, time.instant().plus(CYCLE));
    try (var upstash = UpstashStandIn.start(REDIS, TOKEN);
        var rest =
            RedisCache.upstash(upstash.url(), TOKEN)
                .time(time)
                .timeout(Duration.ofSeconds(20))
                .build()) {
      rest.put(List.of(value));
      assertThat(REDIS.call("HGET", "mcp:metrics", "filesystem")).startsWith("H4sI");
      assertThat(cache.getAll(CacheTier.METRICS)).isEqualTo(Map.of("filesystem", long1));

      cache.put(List.of(value));
      assertThat(Integer.parseInt(REDIS.call("HSTRLEN", "mcp:metrics", "filesystem")))
          .isLessThan(400);
      assertThat(rest.getAll(CacheTier.METRICS)).isEqualTo(Map.of("filesystem", long1));
    }
  }

  @Test
  void restMeter_countsWhatIsBilled() {
    try (var upstash = UpstashStandIn.start(REDIS, TOKEN)) {
      var ofRest = new CountingMeter();
      try (var rest =
          RedisCache.upstash(upstash.url(), TOKEN)
              .time(time)
              .meter(ofRest)
              .timeout(Duration.ofSeconds(20))
              .build()) {
        rest.put(values(5));
        assertThat(upstash.lastSyncToken()).isEqualTo("sync-1");
        rest.put(values(5));
        rest.get(CacheTier.METRICS, List.of("server-1"));
        rest.getAll(CacheTier.METRICS);
        rest.usage();
        rest.clear(CacheTier.METRICS);

        assertThat(upstash.lastSyncToken()).isEqualTo("sync-7");
      }
      assertThat(upstash.requests()).isEqualTo(8);
      assertThat(upstash.billed()).isEqualTo(8);
      assertThat(ofRest.counted(Resource.REDIS_COMMANDS)).isEqualTo(8);
      assertThat(ofRest.counted(Resource.REDIS_TRAFFIC)).isBetween(4_000L, 40_000L);
    }
  }

  @Test
  void failedCall_thatWasSent_counts() throws java.io.IOException {
    try (var server = LyingServer.hangingUpAfter("*1\r\n");
        var lost =
            RedisCache.redis(server.redisUrl())
                .meter(meter)
                .timeout(Duration.ofSeconds(20))
                .build()) {
      assertThat(catchThrowable(() -> lost.getAll(CacheTier.METRICS)))
          .isInstanceOf(CacheException.class);
      assertThat(meter.counted(Resource.REDIS_COMMANDS)).isEqualTo(1);
      assertThat(meter.counted(Resource.REDIS_TRAFFIC)).isBetween(40L, 200L);
    }
  }

  @Test
  void infoWithoutFigures_givesNone() {
    var upstash =
        Info.parse("# Memory\r\ntotal_data_size:1234\r\nmax_data_size:268435456\r\nused_memory:9");
    assertThat(upstash.bytes()).isEqualTo(1_234);
    assertThat(upstash.limitBytes()).isEqualTo(268_435_456);

    Stream.of("", "used_memory:1.2M\nmaxmemory:\n", "used_memory", ":5", "maxmemory:0")
        .map(Info::parse)
        .forEach(
            info -> {
              assertThat(info.bytes()).isNull();
              assertThat(info.limitBytes()).isNull();
            });
  }
}
