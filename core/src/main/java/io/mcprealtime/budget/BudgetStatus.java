package io.mcprealtime.budget;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How much of a resource is used, and how long it lasts. What is not known yet is absent.
 *
 * @param used in this month, or held; absent when a held amount was never read
 * @param limit absent when there is none
 * @param ratio of used to limit; absent without either
 * @param perDay what is used a day over the last 24 hours, or the growth a day of what is held over
 *     the last 7 days; absent until an hour (held: three hours) is seen
 * @param forecast what is used at the end of the month at that pace; absent without a pace
 * @param lastsUntil when the limit is reached at that pace; absent when that is not before the
 *     month's end (held: not within {@value #HORIZON_DAYS} days), or not known
 * @param over whether more than the limit is used
 */
public record BudgetStatus(
    Resource resource,
    @Nullable Long used,
    @Nullable Long limit,
    @Nullable Double ratio,
    @Nullable Double perDay,
    @Nullable Long forecast,
    @Nullable Instant lastsUntil,
    boolean over) {
  /** Beyond so many days nothing is forecast. */
  public static final int HORIZON_DAYS = 3_650;

  private static final double SECONDS_PER_DAY = 86_400;

  static BudgetStatus of(
      Resource resource,
      @Nullable Long used,
      @Nullable Long limit,
      @Nullable Double perDay,
      Instant now,
      Instant monthEnd) {
    double daysLeft = (monthEnd.toEpochMilli() - now.toEpochMilli()) / 1e3 / SECONDS_PER_DAY;
    Long forecast =
        used == null || perDay == null ? null : Math.max(0, Math.round(used + perDay * daysLeft));
    Instant lastsUntil = null;
    if (used != null && limit != null && used >= limit) {
      lastsUntil = now;
    } else if (used != null && limit != null && perDay != null && perDay > 0) {
      double days = (limit - used) / perDay;
      double horizon = resource.kind() == Resource.Kind.HELD ? HORIZON_DAYS : daysLeft;
      if (days < horizon) {
        lastsUntil = now.plusSeconds((long) (days * SECONDS_PER_DAY));
      }
    }
    return new BudgetStatus(
        resource,
        used,
        limit,
        used == null || limit == null ? null : (double) used / limit,
        perDay,
        forecast,
        lastsUntil,
        used != null && limit != null && used > limit);
  }
}
