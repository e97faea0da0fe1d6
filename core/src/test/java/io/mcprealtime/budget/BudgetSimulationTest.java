package io.mcprealtime.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.HealthCheck;
import io.mcprealtime.ManualTime;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ProbeStage;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.StageResult;
import io.mcprealtime.cache.CacheTier;
import io.mcprealtime.cache.CacheValue;
import io.mcprealtime.storage.InMemoryStorage;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A month on Upstash's free tier: two dashboards poll all servers every 5 s and an API client reads
 * a random one every second, through first levels that no writer feeds; in one hour of the 25th a
 * hundred such first levels are at work in all. Each process ends and starts again every third day,
 * in turns in order and by a crash. Prints the table of docs/performance.md.
 */
class BudgetSimulationTest {
  private static final YearMonth NOVEMBER = YearMonth.of(2026, 11);
  private static final Instant END = Instant.parse("2026-12-01T00:00:00Z");
  private static final Instant BURST = Instant.parse("2026-11-25T09:00:00Z");
  private static final Duration BURST_LENGTH = Duration.ofHours(1);
  private static final Duration LIFE = Duration.ofDays(3);
  private static final int BURST_FACTOR = 100;
  private static final long MAX_COMMANDS =
      Limits.UPSTASH_FREE.of(Resource.REDIS_COMMANDS).orElseThrow();
  private static final long MAX_BYTES =
      Limits.UPSTASH_FREE.of(Resource.REDIS_TRAFFIC).orElseThrow();

  private final List<MonitoringEvent> events = new ArrayList<>();
  private final Map<Duration, Integer> ticks = new TreeMap<>();
  private final BudgetStore store = new InMemoryStorage().budget();
  private SimulatedUpstash upstash = new SimulatedUpstash(0, 0);
  private List<SimulatedNode> nodes = List.of();

  @ParameterizedTest
  @CsvSource({
    "5, 1, 1, 0",
    "50, 1, 1, 0",
    "500, 1, 1, 0",
    "5, 2, 1, 0",
    "50, 2, 1, 0",
    "500, 2, 1, 0",
    "5, 1, 20, 0.8",
    "50, 1, 20, 0.8",
    "500, 1, 20, 0.8",
    "5, 2, 20, 0.8",
    "50, 2, 20, 0.8",
    "500, 2, 20, 0.8",
  })
  void month_staysWithinItsLimits_andWritesToTheEnd(
      int servers, int processes, int startDay, double usedBefore) {
    run(Limits.UPSTASH_FREE, servers, processes, startDay, usedBefore);

    long counted = store.add(NOVEMBER, Map.of()).getOrDefault(Resource.REDIS_COMMANDS, 0L);
    print(servers, processes, startDay, usedBefore);
    assertThat(upstash.commands()).isLessThanOrEqualTo(MAX_COMMANDS);
    assertThat(upstash.bytes()).isLessThanOrEqualTo(MAX_BYTES);
    // Crashes lose what was counted in their last minute.
    assertThat(counted).isBetween(upstash.commands() - 2_000, upstash.commands());
    for (var node : nodes) {
      assertThat(node.refusals()).isZero();
      assertThat(node.lastWrite()).isAfter(END.minus(Duration.ofMinutes(16)));
    }
  }

  @Test
  void month_withoutLimits_isRefusedByTheService() {
    assertThatThrownBy(() -> run(Limits.NONE, 5, 2, 1, 0))
        .hasMessage("ERR max requests limit exceeded. Limit: 500000, Usage: 500001");
    assertThatThrownBy(() -> run(Limits.NONE, 500, 1, 1, 0))
        .hasMessage("more than 10000000000 bytes of traffic");
  }

  private void run(Limits limits, int servers, int processes, int startDay, double usedBefore) {
    var start = NOVEMBER.atDay(startDay).atStartOfDay(ZoneOffset.UTC).toInstant();
    var time = ManualTime.startingAt(start.toString());
    long commandsBefore = Math.round(usedBefore * MAX_COMMANDS);
    long bytesBefore = Math.round(usedBefore * MAX_BYTES);
    upstash = new SimulatedUpstash(commandsBefore, bytesBefore);
    store.add(
        NOVEMBER,
        Map.of(Resource.REDIS_COMMANDS, commandsBefore, Resource.REDIS_TRAFFIC, bytesBefore));
    nodes =
        IntStream.range(0, processes)
            .mapToObj(i -> node(limits, time, upstash, store, servers, processes, i))
            .toList();

    int tick = 0;
    int perLife = (int) LIFE.dividedBy(SimulatedNode.TICK);
    for (; time.instant().isBefore(END); time.advance(SimulatedNode.TICK)) {
      int firstLevels = isBurst(time.instant()) ? BURST_FACTOR / processes : 1;
      for (int i = 0; i < nodes.size(); i++) {
        var node = nodes.get(i);
        if (tick > 0 && (tick + i * perLife / 2) % perLife == 0) {
          if (tick / perLife % 2 == 0) {
            node.crashAndStart();
          } else {
            node.stopAndStart();
          }
        }
        node.tick(2 / processes, i == 0 ? 5 : 0, firstLevels);
        ticks.merge(node.interval(), 1, Integer::sum);
      }
      tick++;
    }
  }

  private static boolean isBurst(Instant now) {
    return !now.isBefore(BURST) && now.isBefore(BURST.plus(BURST_LENGTH));
  }

  private SimulatedNode node(
      Limits limits,
      ManualTime time,
      SimulatedUpstash upstash,
      BudgetStore store,
      int servers,
      int processes,
      int index) {
    var samples = new ArrayList<CacheValue<?>>();
    var both = new ArrayList<CacheValue<?>>();
    for (int i = index; i < servers; i += processes) {
      samples.add(sample(i));
      both.add(sample(i));
      both.add(check(i));
    }
    return new SimulatedNode(
        limits, time, upstash, store, events::add, samples, both, servers, 7 + index);
  }

  private static CacheValue<ServerMetrics> sample(int i) {
    var server = ServerId.of("server-" + i);
    var sample =
        ServerMetrics.builder(server, BURST.plusMillis(i), ServerState.HEALTHY)
            .responseTime(Duration.ofNanos(12_345_000 + i * 1_000L))
            .successRate(1.0)
            .errorRate(0.0)
            .requestCount(12L)
            .errorCount(0L)
            .uptime(Duration.ofHours(31))
            .memoryBytes(83_886_080L)
            .build();
    return new CacheValue<>(CacheTier.METRICS, server.value(), sample, BURST.plusSeconds(15));
  }

  private static CacheValue<HealthCheck> check(int i) {
    var server = ServerId.of("server-" + i);
    var stages =
        List.of(ProbeStage.values()).stream()
            .map(
                stage ->
                    new StageResult(
                        stage, StageResult.Verdict.PASSED, Duration.ofNanos(2_345_000), null))
            .toList();
    var check =
        new HealthCheck(
            server,
            BURST.plusMillis(i),
            ServerState.HEALTHY,
            Duration.ofNanos(12_345_000),
            null,
            stages,
            null,
            "2025-11-25",
            null,
            12);
    return new CacheValue<>(CacheTier.HEALTH, server.value(), check, BURST.plusSeconds(30));
  }

  private void print(int servers, int processes, int startDay, double usedBefore) {
    int all = ticks.values().stream().mapToInt(Integer::intValue).sum();
    var steps =
        ticks.entrySet().stream()
            .map(
                entry ->
                    String.format(
                        Locale.ROOT,
                        "%d s %.1f %%",
                        entry.getKey().toSeconds(),
                        100.0 * entry.getValue() / all))
            .collect(Collectors.joining(", "));
    System.out.printf(
        Locale.ROOT,
        "| %d | %d | %.1f kB | %d (%.0f %%) | %,d (%.1f %%) | %.2f GB (%.1f %%) | %s | %d |%n",
        servers,
        processes,
        upstash.held() / 1e3,
        startDay,
        usedBefore * 100,
        upstash.commands(),
        100.0 * upstash.commands() / MAX_COMMANDS,
        upstash.bytes() / 1e9,
        100.0 * upstash.bytes() / MAX_BYTES,
        steps,
        events.size());
  }
}
