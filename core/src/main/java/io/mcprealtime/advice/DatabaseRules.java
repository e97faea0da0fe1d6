package io.mcprealtime.advice;

import static io.mcprealtime.advice.Figure.Unit.COUNT;
import static io.mcprealtime.advice.Figure.Unit.DAYS;
import static io.mcprealtime.advice.Figure.Unit.SHARE;

import io.mcprealtime.McpDataRetentionManager.DataUsage;
import io.mcprealtime.analysis.Range;
import io.mcprealtime.budget.BudgetStatus;
import io.mcprealtime.budget.Resource;
import io.mcprealtime.storage.DataKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the limits of database and cache service, and their silence, call for. */
final class DatabaseRules {
  private static final double SECONDS_PER_DAY = 86_400;
  private static final double URGENT_DAYS = 2;

  /** Share of the limit that data of full age may take. */
  private static final double FILLING = 0.8;

  /** What never happens at today's pace happens in so many days. */
  private static final double HORIZON_DAYS = BudgetStatus.HORIZON_DAYS;

  /** Growth is that of seven days; a day later at the latest it is one since a change. */
  private static final Duration GROWTH_WAIT = Duration.ofDays(8);

  private DatabaseRules() {}

  static List<ManagerRule> all() {
    return List.of(new Silent(), new Over(), new Full(), new RunsShort());
  }

  @SuppressWarnings("AnnotateFormatMethod")
  private static String format(String pattern, Object... values) {
    return String.format(Locale.ROOT, pattern, values);
  }

  private static double days(Duration duration) {
    return duration.toSeconds() / SECONDS_PER_DAY;
  }

  private static <T extends Comparable<? super T>> @Nullable T median(@Nullable Range<T> range) {
    return range == null ? null : range.median();
  }

  /** What can be changed about the room that data takes. */
  private static String room(ManagerFacts facts, DataUsage usage) {
    var ages = new ArrayList<String>();
    for (var kind : DataKind.values()) {
      ages.add(format("retention.%s %.3gd", kind.label(), days(facts.config().retention(kind))));
    }
    return "%s, limit %s bytes".formatted(String.join(", ", ages), usage.limitBytes());
  }

  /** The database does not answer. */
  private record Silent() implements ManagerRule {
    @Override
    public String name() {
      return "database-silent";
    }

    @Override
    public List<Recommendation> look(ManagerFacts facts) {
      return facts.databaseFault() == null
          ? List.of()
          : List.of(
              Recommendation.of(name())
                  .what("Bring the database back")
                  .why("it does not answer: " + facts.databaseFault())
                  .effect("history can be read, and what waits is stored")
                  .urgency(Urgency.URGENT)
                  .figure(figure(facts))
                  .build());
    }

    private static Figure figure(ManagerFacts facts) {
      return Figure.lower(
          "the number of databases that do not answer",
          facts.databaseFault() == null ? 0 : 1,
          COUNT);
    }

    @Override
    public Optional<Reading> read(
        ManagerFacts facts, Recommendation recommendation, Instant since) {
      return Optional.of(new Reading(null, figure(facts)));
    }
  }

  /** The database holds nearly all that it may. */
  private record Over() implements ManagerRule {
    @Override
    public String name() {
      return "storage-over";
    }

    @Override
    public List<Recommendation> look(ManagerFacts facts) {
      var usage = facts.usage();
      var limit = usage == null ? null : usage.limitBytes();
      double ratio = usage == null ? 0 : usage.ratio().orElse(0.0);
      if (usage == null || limit == null || ratio <= facts.config().emergencyRatio()) {
        return List.of();
      }
      return List.of(
          Recommendation.of(name())
              .what("Run the emergency clean-up, and shorten retention or raise the limit")
              .why(
                  format(
                      "the database holds %.1f %% of its limit of %d bytes, over the %.0f %% that"
                          + " are an emergency",
                      ratio * 100, limit, facts.config().emergencyRatio() * 100))
              .effect("the database goes on taking writes")
              .urgency(Urgency.URGENT)
              .figure(Figure.lower("the share of the limit that is used", ratio, SHARE))
              .setting(room(facts, usage))
              .build());
    }

    @Override
    public Optional<Reading> read(
        ManagerFacts facts, Recommendation recommendation, Instant since) {
      var usage = facts.usage();
      if (usage == null) {
        return Optional.of(new Reading(null, null));
      }
      var figure =
          usage
              .ratio()
              .map(ratio -> Figure.lower("the share of the limit that is used", ratio, SHARE));
      return Optional.of(new Reading(room(facts, usage), figure.orElse(null)));
    }
  }

  /** At its growth the database is full before the oldest samples make room. */
  private record Full() implements ManagerRule {
    @Override
    public String name() {
      return "storage-full";
    }

    @Override
    public List<Recommendation> look(ManagerFacts facts) {
      var usage = facts.usage();
      var growth = usage == null ? null : usage.growth();
      var limit = usage == null ? null : usage.limitBytes();
      double left = usage == null ? HORIZON_DAYS : daysLeft(usage);
      var perDay = growth == null ? null : growth.bytesPerDay().median();
      var age = days(facts.config().retention(DataKind.METRICS));
      if (usage == null
          || growth == null
          || limit == null
          || perDay == null
          || perDay <= 0
          || left >= age) {
        return List.of();
      }
      double floor = days(facts.config().floor(DataKind.METRICS));
      double enough = Math.max(floor, Math.floor(FILLING * limit / perDay));
      var what =
          enough < age
              ? format("Shorten retention.metrics to %.3g days, or raise the limit", enough)
              : "Raise the database's limit, or send fewer samples";
      return List.of(
          Recommendation.of(name())
              .what(what)
              .why(
                  format(
                      "the database grows by %.2f MB a day (%d measurements over %.1f days) and is"
                          + " full in %s days, before samples of %.3g days are dropped",
                      perDay / 1e6, growth.points(), days(growth.span()), range(left, usage), age))
              .effect("the database does not reach its limit")
              .urgency(left <= URGENT_DAYS ? Urgency.URGENT : Urgency.NORMAL)
              .figure(figure(left))
              .setting(room(facts, usage))
              .evidence("bytesPerDay", Math.round(perDay))
              .evidence("limitBytes", limit)
              .build());
    }

    private static double daysLeft(DataUsage usage) {
      var median = usage.fullInDays().map(Range::median).orElse(null);
      return median == null ? HORIZON_DAYS : median;
    }

    /** {@code 4.1 (3.0 to 6.5)}; without a later bound {@code 4.1 (3.0 at the least)}. */
    private static String range(double median, DataUsage usage) {
      var days = usage.fullInDays().orElseThrow();
      var high = days.high();
      return high == null
          ? format("%.1f (%.1f at the least)", median, days.low())
          : format("%.1f (%.1f to %.1f)", median, days.low(), high);
    }

    private static Figure figure(double left) {
      return Figure.higher("the time until the database is full", left, DAYS);
    }

    @Override
    public Optional<Reading> read(
        ManagerFacts facts, Recommendation recommendation, Instant since) {
      var usage = facts.usage();
      if (usage == null) {
        return Optional.of(new Reading(null, null).within(GROWTH_WAIT));
      }
      var room = room(facts, usage);
      double left = daysLeft(usage);
      var growth = usage.growth();
      // Until the growth is one since the change alone, it is mostly that of before.
      boolean measured =
          growth != null
              && (room.equals(recommendation.setting())
                  || !facts.now().minus(growth.span()).isBefore(since));
      var reading = new Reading(room, measured ? figure(left) : null);
      return Optional.of(
          reading
              .within(GROWTH_WAIT)
              .settled(growth != null && left >= days(facts.config().retention(DataKind.METRICS))));
    }
  }

  /** What a service gives a month is used up before the month ends. */
  private record RunsShort() implements ManagerRule {
    @Override
    public String name() {
      return "budget-short";
    }

    @Override
    public List<Recommendation> look(ManagerFacts facts) {
      return facts.budgets().stream()
          .filter(status -> status.resource().kind() == Resource.Kind.MONTHLY)
          .flatMap(status -> advice(facts, status).stream())
          .toList();
    }

    private Optional<Recommendation> advice(ManagerFacts facts, BudgetStatus status) {
      var limit = status.limit();
      var used = status.used();
      var forecast = median(status.forecast());
      var perDay = status.perDay();
      var lasts = status.lastsUntil();
      var end = median(lasts);
      if (perDay == null
          || limit == null
          || used == null
          || forecast == null
          || lasts == null
          || end == null) {
        return Optional.empty();
      }
      var left = Duration.between(facts.now(), end);
      return Optional.of(
          Recommendation.of(name())
              .subject(status.resource().wireName())
              .what(what(status.resource()))
              .why(
                  format(
                      "%,d of %,d are used (%s); at %,.0f a day that lasts until %s (%s at the"
                          + " earliest), and %,d would be used by the end of the month",
                      used, limit, unit(status.resource()), perDay, end, lasts.low(), forecast))
              .effect("the month's allowance lasts")
              .urgency(days(left) <= URGENT_DAYS ? Urgency.URGENT : Urgency.NORMAL)
              .figure(figure(forecast, limit))
              .setting(setting(facts, status))
              .build());
    }

    private static String what(Resource resource) {
      return switch (resource) {
        case REDIS_COMMANDS -> "Lengthen cache.writeInterval, or take a larger Redis plan";
        case REDIS_TRAFFIC ->
            "Lengthen cache.writeInterval, watch fewer servers, or take a larger Redis plan";
        case DATABASE_EGRESS, DATABASE_SIZE, REDIS_MEMORY ->
            "Read shorter ranges or wider windows of history, or take a larger database plan";
      };
    }

    private static String unit(Resource resource) {
      return resource.wireName() + " in " + resource.unit().name().toLowerCase(Locale.ROOT);
    }

    private static String setting(ManagerFacts facts, BudgetStatus status) {
      return "cache.writeInterval %ss, limit %s"
          .formatted(facts.config().cacheWriteInterval().toSeconds(), status.limit());
    }

    private static Figure figure(long forecast, long limit) {
      return Figure.lower(
          "the forecast as a share of the limit", (double) forecast / Math.max(1, limit), SHARE);
    }

    @Override
    public Optional<Reading> read(
        ManagerFacts facts, Recommendation recommendation, Instant since) {
      var subject = recommendation.id().substring(name().length() + 1);
      return facts.budgets().stream()
          .filter(status -> status.resource().wireName().equals(subject))
          .findFirst()
          .map(status -> new Reading(setting(facts, status), figure(status)));
    }

    private static @Nullable Figure figure(BudgetStatus status) {
      var forecast = median(status.forecast());
      var limit = status.limit();
      return forecast == null || limit == null ? null : figure(forecast, limit);
    }
  }
}
