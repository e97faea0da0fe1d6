package io.mcprealtime.budget;

import java.time.YearMonth;
import java.util.EnumMap;
import java.util.Map;

/**
 * Keeps what was used in each month (UTC), so that a restart and several processes count on. Knows
 * nothing of limits. Months older than {@value #MONTHS_KEPT} months are dropped.
 */
public interface BudgetStore {
  /** How many months before the newest one are kept. */
  int MONTHS_KEPT = 13;

  /**
   * Adds amounts to a month's counts. A call that fails may have added them.
   *
   * @param amounts none negative; may be empty, to read only
   * @return the month's counts with them, as all processes have added; what was never counted is
   *     absent
   * @throws IllegalArgumentException when an amount is negative
   */
  Map<Resource, Long> add(YearMonth month, Map<Resource, Long> amounts);

  /**
   * Raises a count that is lower, and never lowers one.
   *
   * @return the count then
   */
  long raise(YearMonth month, Resource resource, long atLeast);

  /** The amounts that have to be written, or {@link IllegalArgumentException}. */
  static Map<Resource, Long> positive(Map<Resource, Long> amounts) {
    var positive = new EnumMap<Resource, Long>(Resource.class);
    amounts.forEach(
        (resource, amount) -> {
          if (amount < 0) {
            throw new IllegalArgumentException(
                "an amount of %s must not be negative, is %d"
                    .formatted(resource.wireName(), amount));
          }
          if (amount > 0) {
            positive.put(resource, amount);
          }
        });
    return positive;
  }
}
