package io.mcprealtime.budget;

import static io.mcprealtime.budget.Resource.DATABASE_SIZE;
import static io.mcprealtime.budget.Resource.REDIS_COMMANDS;
import static io.mcprealtime.budget.Resource.REDIS_MEMORY;
import static io.mcprealtime.budget.Resource.REDIS_TRAFFIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.mcprealtime.ManualTime;
import io.mcprealtime.storage.InMemoryStorage;
import io.mcprealtime.storage.StorageUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.YearMonth;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BudgetTest {
  private static final YearMonth NOVEMBER = YearMonth.of(2026, 11);

  private final ManualTime time = ManualTime.startingAt("2026-11-11T00:00:00Z");
  private final Limits limits = Limits.UPSTASH_FREE.with(Limits.SUPABASE_FREE);
  private final SwitchableStore store = new SwitchableStore();
  private final Budget budget = new Budget(limits, time);

  /** A store in the heap that can go away, before or after it did what was asked. */
  private static final class SwitchableStore implements BudgetStore {
    private BudgetStore inner = new InMemoryStorage().budget();
    private boolean away;

    @Override
    public Map<Resource, Long> add(YearMonth month, Map<Resource, Long> amounts) {
      check();
      return inner.add(month, amounts);
    }

    @Override
    public long raise(YearMonth month, Resource resource, long atLeast) {
      check();
      return inner.raise(month, resource, atLeast);
    }

    private void check() {
      if (away) {
        throw new StorageUnavailableException("the database is away", null);
      }
    }
  }

  private BudgetStatus status(Resource resource) {
    return status(budget, resource);
  }

  private static BudgetStatus status(Budget budget, Resource resource) {
    return budget.status().get(resource.ordinal());
  }

  private long stored(YearMonth month) {
    return store.inner.add(month, Map.of()).getOrDefault(REDIS_COMMANDS, 0L);
  }

  @Test
  void count_isUsedAtOnce_andInTheStoreWithTheNextSync() {
    budget.count(REDIS_COMMANDS, 3);
    assertThat(budget.used(REDIS_COMMANDS)).hasValue(3);
    assertThat(stored(NOVEMBER)).isZero();

    assertThat(budget.sync(store)).isTrue();
    assertThat(budget.sync(store)).isTrue();

    assertThat(stored(NOVEMBER)).isEqualTo(3);
    assertThat(budget.used(REDIS_COMMANDS)).hasValue(3);
  }

  @Test
  void twoBudgets_onOneStore_shareOneCount_andARestartGoesOn() {
    var other = new Budget(limits, time);
    budget.count(REDIS_COMMANDS, 3);
    other.count(REDIS_COMMANDS, 4);
    budget.sync(store);
    other.sync(store);
    budget.sync(store);

    assertThat(budget.used(REDIS_COMMANDS)).hasValue(7);
    assertThat(other.used(REDIS_COMMANDS)).hasValue(7);
    var restarted = new Budget(limits, time);
    assertThat(restarted.isKnown()).isFalse();
    restarted.sync(store);
    assertThat(restarted.isKnown()).isTrue();
    assertThat(restarted.used(REDIS_COMMANDS)).hasValue(7);
  }

  @Test
  void sync_whileTheStoreIsAway_keepsAndCounts() {
    budget.count(REDIS_COMMANDS, 3);
    budget.sync(store);
    store.away = true;
    budget.count(REDIS_COMMANDS, 2);

    assertThat(budget.sync(store)).isFalse();
    assertThat(budget.sync(store)).isFalse();
    assertThat(budget.used(REDIS_COMMANDS)).hasValue(5);

    store.away = false;
    assertThat(budget.sync(store)).isTrue();
    assertThat(stored(NOVEMBER)).isEqualTo(5);
    assertThat(budget.used(REDIS_COMMANDS)).hasValue(5);
  }

  @Test
  void sync_withAStoreThatForgot_tellsItAgain() {
    budget.count(REDIS_COMMANDS, 30);
    budget.sync(store);
    store.inner = new InMemoryStorage().budget();
    budget.count(REDIS_COMMANDS, 1);

    budget.sync(store);

    assertThat(stored(NOVEMBER)).isEqualTo(31);
    assertThat(budget.used(REDIS_COMMANDS)).hasValue(31);
  }

  @Test
  void month_endsAtMidnightUtc_andWhatWasCountedBeforeIsItsOwn() {
    time.advance(Duration.ofDays(20).minusSeconds(1));
    budget.count(REDIS_COMMANDS, 5);
    time.advance(Duration.ofSeconds(1));
    assertThat(budget.used(REDIS_COMMANDS)).hasValue(0);
    budget.count(REDIS_COMMANDS, 2);
    store.away = true;
    budget.sync(store);
    store.away = false;

    budget.sync(store);
    time.advance(Duration.ofHours(2));
    budget.sync(store);

    assertThat(stored(NOVEMBER)).isEqualTo(5);
    assertThat(stored(NOVEMBER.plusMonths(1))).isEqualTo(2);
    assertThat(budget.used(REDIS_COMMANDS)).hasValue(2);
  }

  @Test
  void count_fromManyThreadsWhileItSyncs_losesNothing() {
    var other = new Budget(limits, time);
    IntStream.range(0, 8)
        .parallel()
        .forEach(
            i -> {
              for (int n = 1; n <= 5_000; n++) {
                (i % 2 == 0 ? budget : other).count(REDIS_COMMANDS, 1);
                if (n % 100 == 0) {
                  (i % 2 == 0 ? budget : other).sync(store);
                }
              }
            });
    budget.sync(store);
    other.sync(store);

    assertThat(stored(NOVEMBER)).isEqualTo(40_000);
    assertThat(other.used(REDIS_COMMANDS)).hasValue(40_000);
  }

  @Test
  void reconcile_ofAMonth_raises_andNeverLowers() {
    budget.count(REDIS_COMMANDS, 10);
    budget.reconcile(REDIS_COMMANDS, 500);
    budget.count(REDIS_COMMANDS, 1);
    assertThat(budget.used(REDIS_COMMANDS)).hasValue(501);
    var other = new Budget(limits, time);
    other.reconcile(REDIS_COMMANDS, 501);

    budget.sync(store);
    other.sync(store);
    budget.reconcile(REDIS_COMMANDS, 20);
    budget.sync(store);

    assertThat(stored(NOVEMBER)).isEqualTo(501);
    assertThat(budget.used(REDIS_COMMANDS)).hasValue(501);
    budget.count(REDIS_COMMANDS, 1);
    budget.sync(store);
    assertThat(stored(NOVEMBER)).isEqualTo(502);
    time.advance(Duration.ofHours(2));
    assertThat(status(REDIS_COMMANDS).perDay()).isLessThan(200);
  }

  @Test
  void count_ofWhatIsHeld_isRefused() {
    assertThatThrownBy(() -> budget.count(REDIS_MEMORY, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("redis_memory is held, not used up: reconcile it");
  }

  @Test
  void status_beforeAnHourIsSeen_knowsNoPace() {
    store.add(NOVEMBER, Map.of(REDIS_COMMANDS, 100_000L));
    budget.sync(store);
    time.advance(Duration.ofMinutes(59));
    budget.count(REDIS_COMMANDS, 59);

    var status = status(REDIS_COMMANDS);

    assertThat(status.used()).isEqualTo(100_059);
    assertThat(status.limit()).isEqualTo(500_000);
    assertThat(status.ratio()).isCloseTo(0.2, within(0.001));
    assertThat(status.perDay()).isNull();
    assertThat(status.forecast()).isNull();
    assertThat(status.lastsUntil()).isNull();
    assertThat(status.over()).isFalse();
  }

  @Test
  void status_ofASteadyUse_forecastsTheMonthsEnd() {
    store.add(NOVEMBER, Map.of(REDIS_COMMANDS, 380_000L));
    budget.sync(store);
    for (int minute = 0; minute < 120; minute++) {
      budget.count(REDIS_COMMANDS, 10);
      budget.count(REDIS_TRAFFIC, 1_000);
      time.advance(Duration.ofMinutes(1));
      budget.sync(store);
    }

    var commands = status(REDIS_COMMANDS);
    assertThat(commands.perDay()).isCloseTo(14_400, within(130.0));
    assertThat(commands.forecast().median()).isBetween(660_000L, 672_000L);
    assertThat(commands.forecast().low()).isLessThanOrEqualTo(commands.forecast().median());
    assertThat(commands.lastsUntil().median())
        .isBetween(Instant.parse("2026-11-19T00:00:00Z"), Instant.parse("2026-11-20T00:00:00Z"));
    assertThat(status(REDIS_TRAFFIC).lastsUntil()).isNull();
    assertThat(status(REDIS_TRAFFIC).forecast()).isNotNull();
  }

  @Test
  void status_ofWhatIsOver_saysSo() {
    budget.reconcile(REDIS_COMMANDS, 500_001);

    assertThat(status(REDIS_COMMANDS).over()).isTrue();
    assertThat(status(REDIS_COMMANDS).lastsUntil().low()).isEqualTo(time.instant());
    assertThat(status(new Budget(Limits.NONE, time), REDIS_COMMANDS).limit()).isNull();
  }

  @Test
  void held_growsByTheMedianSlope_despiteACleanUp() {
    assertThat(status(DATABASE_SIZE).used()).isNull();
    long size = 200_000_000;
    for (int hour = 0; hour < 24 * 8; hour++) {
      size += hour == 100 ? -20_000_000 : 1_000_000;
      budget.reconcile(DATABASE_SIZE, size);
      assertThat(status(DATABASE_SIZE).perDay() == null).isEqualTo(hour < 3);
      time.advance(Duration.ofHours(1));
    }

    var status = status(DATABASE_SIZE);
    assertThat(status.used()).isEqualTo(size);
    assertThat(status.perDay()).isBetween(20_000_000.0, 24_000_001.0);
    assertThat(status.lastsUntil().median())
        .isBetween(
            time.instant().plus(Duration.ofDays(5)), time.instant().plus(Duration.ofDays(7)));
    budget.reconcile(DATABASE_SIZE, 10);
    assertThat(budget.used(DATABASE_SIZE)).hasValue(10);
  }
}
