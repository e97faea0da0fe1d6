package io.mcprealtime.budget;

import io.mcprealtime.analysis.GrowthForecast;
import io.mcprealtime.analysis.Range;
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
 * @param forecast what is used at the end of the month at that pace, with bounds that hold at about
 *     80 % ({@link GrowthForecast}); absent without a pace
 * @param lastsUntil when the limit is reached at that pace, likewise. Of its parts those are absent
 *     that are not before the month's end (held: not within {@value #HORIZON_DAYS} days); the whole
 *     is absent when even the earliest is, or when it is not known
 * @param over whether more than the limit is used
 */
public record BudgetStatus(
    Resource resource,
    @Nullable Long used,
    @Nullable Long limit,
    @Nullable Double ratio,
    @Nullable Double perDay,
    @Nullable Range<Long> forecast,
    @Nullable Range<Instant> lastsUntil,
    boolean over) {
  /** Beyond so many days nothing is forecast. */
  public static final int HORIZON_DAYS = GrowthForecast.HORIZON_DAYS;

  private static final double SECONDS_PER_DAY = 86_400;

  static BudgetStatus of(
      Resource resource,
      @Nullable Long used,
      @Nullable Long limit,
      @Nullable Double perDay,
      @Nullable GrowthForecast growth,
      Instant now,
      Instant monthEnd) {
    double daysLeft = (monthEnd.toEpochMilli() - now.toEpochMilli()) / 1e3 / SECONDS_PER_DAY;
    boolean held = resource.kind() == Resource.Kind.HELD;
    Range<Long> forecast = null;
    Range<Instant> lastsUntil = null;
    if (used != null && growth != null) {
      // What was used does not come back; what is held may.
      double least = held ? -used : 0;
      forecast = growth.growthIn(daysLeft).map(more -> Math.round(used + Math.max(least, more)));
    }
    if (used != null && limit != null && used >= limit) {
      lastsUntil = new Range<>(now, now, now);
    } else if (used != null && limit != null && growth != null) {
      lastsUntil =
          growth
              .daysUntil((double) limit - used, held ? HORIZON_DAYS : daysLeft)
              .map(days -> days.map(count -> now.plusSeconds((long) (count * SECONDS_PER_DAY))))
              .orElse(null);
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
