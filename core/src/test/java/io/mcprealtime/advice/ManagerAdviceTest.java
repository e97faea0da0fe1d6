package io.mcprealtime.advice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.CacheStats;
import io.mcprealtime.CacheStats.Tier;
import io.mcprealtime.McpDataRetentionManager.DataUsage;
import io.mcprealtime.McpRealtimeConfig;
import io.mcprealtime.McpTimeSeriesManager.DatabaseTimings;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.StorageGrowth;
import io.mcprealtime.analysis.GrowthForecast;
import io.mcprealtime.analysis.Range;
import io.mcprealtime.budget.BudgetStatus;
import io.mcprealtime.budget.Resource;
import io.mcprealtime.internal.Timer.Timings;
import io.mcprealtime.spool.SpoolStatus;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.StorageUsage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ManagerAdviceTest {
  private static final Instant NOON = Instant.parse("2026-11-20T12:00:00Z");
  private static final long LIMIT = 500_000_000;

  private final ManagerAdvice advice = new ManagerAdvice(this::facts);
  private Instant now = NOON;
  private final List<ServerMetrics> latest = new ArrayList<>();
  private CacheStats cache = cache(0, 0, Map.of());
  private long writeFailures;
  private @Nullable SpoolStatus spool;
  private @Nullable DataUsage usage;
  private McpRealtimeConfig config = McpRealtimeConfig.defaults();
  private @Nullable String fault;
  private List<BudgetStatus> budgets = List.of();
  private boolean awaited;

  private ManagerFacts facts() {
    var writes =
        new Timings(
            1_000,
            writeFailures,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());
    return new ManagerFacts(
        now,
        config,
        latest,
        cache,
        new DatabaseTimings("test", Timings.NONE, writes),
        spool,
        usage,
        fault,
        budgets,
        awaited);
  }

  private static CacheStats cache(long hits, long misses, Map<String, Tier> tiers) {
    return new CacheStats(
        "test",
        hits,
        0,
        misses,
        0,
        Timings.NONE,
        Timings.NONE,
        Timings.NONE,
        null,
        null,
        null,
        tiers,
        null);
  }

  private static GrowthForecast steady(double growthPerDay) {
    var days = IntStream.range(0, 24).mapToDouble(hour -> hour / 24.0).toArray();
    var bytes = Arrays.stream(days).map(day -> day * growthPerDay).toArray();
    return GrowthForecast.of(days, bytes, growthPerDay).orElseThrow();
  }

  private DataUsage usage(long total, double growthPerDay) {
    return new DataUsage(
        "test",
        new StorageUsage(total, List.of()),
        LIMIT,
        new StorageGrowth(steady(growthPerDay), 24, Duration.ofHours(23)),
        cache);
  }

  private List<Recommendation> look() {
    return advice.look(now);
  }

  private void server(String name, ServerState state) {
    latest.add(ServerMetrics.builder(ServerId.of(name), now, state).build());
  }

  private Reading read(Recommendation recommendation) {
    return advice.read(recommendation, now).orElseThrow();
  }

  @Test
  void states_areOneRecommendationEach() {
    server("a", ServerState.DOWN);
    server("b", ServerState.DOWN);
    server("c", ServerState.AUTH_REQUIRED);
    server("d", ServerState.EMPTY);
    server("e", ServerState.HEALTHY);

    var found = look();

    assertThat(found)
        .extracting(Recommendation::text)
        .containsExactly(
            "Bring back what is down: 2 of 5 servers are down (a, b)",
            "Add headers or a token to the config: 1 of 5 servers is behind a login (c)",
            "See what lies behind servers that list no tools: 1 of 5 servers is without tools (d)");
    assertThat(found)
        .extracting(Recommendation::urgency)
        .containsExactly(Urgency.URGENT, Urgency.NORMAL, Urgency.NORMAL);

    latest.clear();
    assertThat(look()).isEmpty();
    assertThat(read(found.get(0)).figure()).isNotNull().extracting(Figure::text).isEqualTo("0");
  }

  @Test
  void silentServers_areInNoState() {
    server("a", ServerState.DOWN);
    now = now.plus(Duration.ofMinutes(5));

    assertThat(look()).isEmpty();
  }

  @Test
  void states_thatAreStillToBeFoundOut_areNoFigure() {
    server("a", ServerState.DOWN);
    var found = look().get(0);
    now = now.plus(Duration.ofMinutes(5));
    awaited = true;
    assertThat(look()).isEmpty();
    assertThat(read(found).figure()).isNull();

    awaited = false;
    look();
    assertThat(read(found).figure()).isNotNull().extracting(Figure::text).isEqualTo("0");
  }

  @Test
  void database_thatDoesNotAnswer_isUrgent() {
    fault = "connection refused";

    var found = look();

    assertThat(found)
        .extracting(Recommendation::text)
        .containsExactly("Bring the database back: it does not answer: connection refused");
    assertThat(found.get(0).urgency()).isEqualTo(Urgency.URGENT);
    assertThat(read(found.get(0)).figure()).isEqualTo(found.get(0).figure());
  }

  @Test
  void storage_overItsEmergencyShare_isUrgent() {
    usage = usage(451_000_000, 0);

    var found = look();

    assertThat(found)
        .extracting(Recommendation::why)
        .containsExactly(
            "the database holds 90.2 % of its limit of 500000000 bytes,"
                + " over the 90 % that are an emergency");
    assertThat(found.get(0).setting())
        .isEqualTo(
            "retention.metrics 7.00d, retention.health 7.00d, retention.events 3.00d,"
                + " retention.aggregates 30.0d, limit 500000000 bytes");
    usage = usage(450_000_000, 0);
    assertThat(look()).isEmpty();
    assertThat(read(found.get(0)).figure())
        .isNotNull()
        .extracting(Figure::text)
        .isEqualTo("90.0 %");
    usage = null;
    assertThat(look()).isEmpty();
    assertThat(read(found.get(0))).isEqualTo(new Reading(null, null));
  }

  @Test
  void storage_thatIsFullBeforeSamplesAreDropped_isToldWithAnAgeThatFits() {
    usage = usage(200_000_000, 100_000_000);

    var found = look();

    assertThat(found)
        .extracting(Recommendation::text)
        .containsExactly(
            "Shorten retention.metrics to 4.00 days, or raise the limit: the database grows by"
                + " 100.00 MB a day (24 measurements over 1.0 days) and is full in 3.0 (3.0 to 3.0)"
                + " days, before samples of 7.00 days are dropped");
    assertThat(found.get(0).urgency()).isEqualTo(Urgency.NORMAL);
    assertThat(found.get(0).figure().text()).isEqualTo("3.0 days");

    usage = usage(350_000_000, 100_000_000);
    assertThat(look().get(0).urgency()).isEqualTo(Urgency.URGENT);
    // Full in seven days, by when old samples make room.
    usage = usage(100_000_000, 57_000_000);
    assertThat(look()).isEmpty();
    usage = usage(100_000_000, -1);
    assertThat(look()).isEmpty();
    assertThat(read(found.get(0)).figure())
        .isNotNull()
        .extracting(Figure::text)
        .isEqualTo("3650.0 days");
    usage = null;
    assertThat(look()).isEmpty();
    assertThat(read(found.get(0)).figure()).isNull();
  }

  @Test
  void storage_thatShrinks_isNotToBeEmptiedFaster() {
    usage = usage(510_000_000, -1_000_000);

    assertThat(look()).extracting(Recommendation::rule).containsExactly("storage-over");
  }

  @Test
  void storage_whoseRetentionIsShorterThanItLasts_isSettled_andMeasuredByItsGrowthSince() {
    usage = usage(200_000_000, 100_000_000);
    var found = look().get(0);
    assertThat(read(found).settled()).isFalse();
    config = McpRealtimeConfig.builder().retention(DataKind.METRICS, Duration.ofDays(2)).build();

    assertThat(look()).isEmpty();
    assertThat(read(found).settled()).isTrue();
    assertThat(read(found).figure()).isNull();
    assertThat(read(found).longestWait()).isEqualTo(Duration.ofDays(8));
    var changed = now;
    now = now.plus(Duration.ofHours(23)).minusSeconds(1);
    look();
    assertThat(advice.read(found, changed).orElseThrow().figure()).isNull();
    now = now.plusSeconds(1);
    look();
    assertThat(advice.read(found, changed).orElseThrow().figure())
        .isNotNull()
        .extracting(Figure::text)
        .isEqualTo("3.0 days");
  }

  @Test
  void budget_thatEndsBeforeTheMonth_namesWhatToChange() {
    budgets = List.of(commands(NOON.plus(Duration.ofDays(5)), 750_000L));

    var found = look();

    assertThat(found).extracting(Recommendation::id).containsExactly("budget-short:redis_commands");
    assertThat(found.get(0).what())
        .isEqualTo("Lengthen cache.writeInterval, or take a larger Redis plan");
    assertThat(found.get(0).why())
        .isEqualTo(
            "400,000 of 500,000 are used (redis_commands in commands); at 20,000 a day that lasts"
                + " until 2026-11-25T12:00:00Z (2026-11-25T12:00:00Z at the earliest), and 750,000 would be used by the end of the month");
    assertThat(found.get(0).setting()).isEqualTo("cache.writeInterval 15s, limit 500000");
    assertThat(found.get(0).urgency()).isEqualTo(Urgency.NORMAL);

    budgets = List.of(commands(NOON.plus(Duration.ofDays(1)), 750_000L));
    assertThat(look().get(0).urgency()).isEqualTo(Urgency.URGENT);
    budgets = List.of(commands(null, 450_000L));
    assertThat(look()).isEmpty();
    assertThat(read(found.get(0)).figure())
        .isNotNull()
        .extracting(Figure::text)
        .isEqualTo("90.0 %");
    budgets = List.of();
    assertThat(look()).isEmpty();
    assertThat(advice.read(found.get(0), now)).isEmpty();
  }

  private static BudgetStatus commands(@Nullable Instant lastsUntil, long forecast) {
    return new BudgetStatus(
        Resource.REDIS_COMMANDS,
        400_000L,
        500_000L,
        0.8,
        20_000.0,
        new Range<>(forecast, forecast, forecast),
        lastsUntil == null ? null : new Range<>(lastsUntil, lastsUntil, lastsUntil),
        false);
  }

  @Test
  void hitRate_thatIsLow_namesTheTierThatMissesMost() {
    cache = cache(60, 40, Map.of("metrics", new Tier(50, 10), "summary", new Tier(10, 30)));

    var found = look();

    assertThat(found)
        .extracting(Recommendation::text)
        .containsExactly(
            "Let those who ask for 'summary' share answers: the cache answers 60.0 % of the last 100"
                + " reads; 'summary', which is kept for 60 s, misses most, 30 of its 40");
    cache = cache(75, 25, Map.of("summary", new Tier(75, 25)));
    assertThat(look()).isEmpty();
    cache = cache(10, 89, Map.of("summary", new Tier(10, 89)));
    assertThat(look()).isEmpty();
    assertThat(read(found.get(0)).figure()).isNull();
  }

  @Test
  void hitRate_isThatOfTheLastHour() {
    cache = cache(0, 1_000, Map.of("summary", new Tier(0, 1_000)));
    assertThat(look()).hasSize(1);
    now = now.plus(Duration.ofMinutes(61));
    cache = cache(150, 1_010, Map.of("summary", new Tier(150, 1_010)));

    assertThat(look()).isEmpty();
  }

  @Test
  void writes_thatGoToTheSpool_areUrgent() {
    spool =
        new SpoolStatus(Path.of("spool"), 3, 1_200, 90_000, 1_000_000, NOON, NOON.minusSeconds(60));

    var found = look();

    assertThat(found)
        .extracting(Recommendation::text)
        .containsExactly(
            "Let the database take writes again before the spool is full: it takes none since"
                + " 2026-11-20T11:59:00Z; 1,200 records wait in 90,000 of 1,000,000 bytes");
    assertThat(found.get(0).urgency()).isEqualTo(Urgency.URGENT);
    spool = new SpoolStatus(Path.of("spool"), 0, 0, 0, 1_000_000, null, null);
    assertThat(look()).isEmpty();
    assertThat(read(found.get(0)).figure()).isNotNull().extracting(Figure::value).isEqualTo(0.0);
  }

  @Test
  void writes_thatFailAgainAndAgain_areUrgent() {
    writeFailures = 50;
    assertThat(look()).isEmpty();
    now = now.plus(Duration.ofMinutes(5));
    writeFailures = 52;
    assertThat(look()).isEmpty();
    writeFailures = 53;

    assertThat(look())
        .extracting(Recommendation::text)
        .containsExactly(
            "See why the database refuses writes: 3 of its writes failed in the last 10 minutes");
  }

  @Test
  void read_beforeAnyLook_saysSo() {
    server("a", ServerState.DOWN);
    var found = new ManagerAdvice(this::facts).look(now).get(0);

    assertThatThrownBy(() -> advice.read(found, now)).hasMessage("nothing was looked at yet");
  }
}
