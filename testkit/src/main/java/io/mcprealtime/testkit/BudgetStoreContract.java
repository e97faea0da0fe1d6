package io.mcprealtime.testkit;

import static io.mcprealtime.budget.Resource.DATABASE_EGRESS;
import static io.mcprealtime.budget.Resource.REDIS_COMMANDS;
import static io.mcprealtime.budget.Resource.REDIS_TRAFFIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.budget.BudgetStore;
import io.mcprealtime.budget.Resource;
import io.mcprealtime.storage.Storage;
import java.time.YearMonth;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** How every backend keeps what was used. The storage is empty before each test. */
public abstract class BudgetStoreContract {
  private static final YearMonth NOVEMBER = YearMonth.of(2026, 11);

  protected abstract Storage storage();

  /** Another storage on the same backend, as another process has it; closed by the test. */
  protected abstract Storage another();

  @Test
  void add_toNothing_givesWhatWasAdded() {
    assertThat(storage().budget().add(NOVEMBER, Map.of())).isEmpty();

    assertThat(
            storage().budget().add(NOVEMBER, Map.of(REDIS_COMMANDS, 7L, REDIS_TRAFFIC, 5L << 40)))
        .isEqualTo(Map.of(REDIS_COMMANDS, 7L, REDIS_TRAFFIC, 5L << 40));
  }

  @Test
  void add_givesAllCountsOfTheMonth() {
    var budget = storage().budget();
    budget.add(NOVEMBER, Map.of(REDIS_COMMANDS, 7L, REDIS_TRAFFIC, 900L));

    assertThat(budget.add(NOVEMBER, Map.of(REDIS_COMMANDS, 2L, DATABASE_EGRESS, 0L)))
        .containsEntry(REDIS_COMMANDS, 9L)
        .containsEntry(REDIS_TRAFFIC, 900L);
    assertThat(budget.add(NOVEMBER, Map.of()))
        .containsEntry(REDIS_COMMANDS, 9L)
        .containsEntry(REDIS_TRAFFIC, 900L);
  }

  @Test
  void add_ofANegativeAmount_isRefused() {
    assertThatThrownBy(() -> storage().budget().add(NOVEMBER, Map.of(REDIS_COMMANDS, -1L)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("an amount of redis_commands must not be negative, is -1");
  }

  @Test
  void add_fromTwoStoragesAtOnce_losesNothing() {
    int threads = 8;
    int times = 50;
    try (var other = another()) {
      IntStream.range(0, threads)
          .parallel()
          .forEach(
              i -> {
                var budget = (i % 2 == 0 ? storage() : other).budget();
                for (int n = 0; n < times; n++) {
                  budget.add(NOVEMBER, Map.of(REDIS_TRAFFIC, 3L, REDIS_COMMANDS, 1L));
                }
              });
    }

    assertThat(storage().budget().add(NOVEMBER, Map.of()))
        .isEqualTo(
            Map.of(REDIS_COMMANDS, (long) threads * times, REDIS_TRAFFIC, 3L * threads * times));
  }

  @Test
  void months_areApart_andOldOnesAreDropped() {
    var budget = storage().budget();
    var kept = NOVEMBER.minusMonths(BudgetStore.MONTHS_KEPT);
    var old = kept.minusMonths(1);
    budget.add(old, Map.of(REDIS_COMMANDS, 1L));
    budget.add(kept, Map.of(REDIS_COMMANDS, 2L));

    assertThat(budget.add(NOVEMBER, Map.of(REDIS_COMMANDS, 4L)))
        .isEqualTo(Map.of(REDIS_COMMANDS, 4L));

    assertThat(budget.add(kept, Map.of())).isEqualTo(Map.of(REDIS_COMMANDS, 2L));
    assertThat(budget.add(old, Map.of())).isEmpty();
  }

  @Test
  void raise_raises_andNeverLowers() {
    var budget = storage().budget();

    assertThat(budget.raise(NOVEMBER, REDIS_COMMANDS, 100)).isEqualTo(100);
    assertThat(budget.raise(NOVEMBER, REDIS_COMMANDS, 60)).isEqualTo(100);
    budget.add(NOVEMBER, Map.of(REDIS_COMMANDS, 5L));
    assertThat(budget.raise(NOVEMBER, REDIS_COMMANDS, 104)).isEqualTo(105);
    assertThat(budget.raise(NOVEMBER, REDIS_COMMANDS, 500)).isEqualTo(500);
    assertThat(budget.add(NOVEMBER, Map.of())).isEqualTo(Map.of(REDIS_COMMANDS, 500L));
  }

  @Test
  void everyResource_canBeCounted() {
    for (var resource : Resource.values()) {
      assertThat(storage().budget().add(NOVEMBER, Map.of(resource, 3L)))
          .containsEntry(resource, 3L);
    }
  }
}
