package io.mcprealtime.storage;

import io.mcprealtime.budget.BudgetStore;
import io.mcprealtime.budget.Resource;
import java.time.YearMonth;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;

/** Keeps what was used in the heap. Thread-safe. */
final class InMemoryBudget implements BudgetStore {
  private final TreeMap<YearMonth, Map<Resource, Long>> months = new TreeMap<>();

  @Override
  public synchronized Map<Resource, Long> add(YearMonth month, Map<Resource, Long> amounts) {
    var counts = of(month);
    BudgetStore.positive(amounts)
        .forEach((resource, amount) -> counts.merge(resource, amount, Long::sum));
    return Map.copyOf(counts);
  }

  @Override
  public synchronized long raise(YearMonth month, Resource resource, long atLeast) {
    return of(month).merge(resource, atLeast, Math::max);
  }

  private Map<Resource, Long> of(YearMonth month) {
    months.headMap(month.minusMonths(MONTHS_KEPT)).clear();
    return months.computeIfAbsent(month, m -> new EnumMap<>(Resource.class));
  }
}
