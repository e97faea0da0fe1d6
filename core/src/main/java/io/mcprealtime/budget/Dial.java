package io.mcprealtime.budget;

import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds the narrowest step at which some resources last until the month's end. Goes wider at once
 * and as far as it must, narrower one step at a time and only when there is room to spare. Turned
 * by one thread, read by any.
 */
final class Dial {
  /** The share of a limit that is planned with; the rest is for what no forecast knows. */
  static final double PLANNED = 0.92;

  /** A narrower step must fit this share of what is left. */
  private static final double ROOM = 0.9;

  private static final Duration AT_LEAST = Duration.ofMinutes(10);

  private final List<Step> steps;
  private final Map<Resource, UseRate> rates = new EnumMap<>(Resource.class);
  private final Map<Resource, long[]> seen = new EnumMap<>(Resource.class);
  private final Budget budget;
  private volatile int at;
  private Instant since;

  /**
   * A change of step.
   *
   * @param resource that decides
   * @param used as counted; a fair share of the month while the store has not told yet
   * @param known whether it has
   * @param planned what may be used of it by the month's end
   * @param forecast what would be used by then at the former step
   */
  record Turn(
      Step from,
      Step to,
      Resource resource,
      long used,
      boolean known,
      long forecast,
      long planned) {
    boolean isWider() {
      return to.stretch() > from.stretch() || to.interval().compareTo(from.interval()) > 0;
    }
  }

  private record Need(Resource resource, double used, double predicted, double planned) {
    private double ratio() {
      return predicted / Math.max(1, planned - used);
    }

    private boolean fits(double share) {
      return predicted <= share * (planned - used);
    }
  }

  Dial(Budget budget, List<Step> steps, Instant now, List<Resource> resources) {
    this.budget = budget;
    this.steps = steps;
    this.since = now;
    for (var resource : resources) {
      if (budget.limits().of(resource).isPresent()) {
        // A write is one command until a write is seen.
        rates.put(resource, new UseRate(resource == Resource.REDIS_COMMANDS ? 1 : 0));
        seen.put(resource, new long[3]);
      }
    }
  }

  Step step() {
    return steps.get(at);
  }

  /** Takes in what was used during some seconds, in which that many writes were due. */
  void measure(double seconds, double due, double stretch) {
    rates.forEach(
        (resource, rate) -> {
          long[] before = seen.getOrDefault(resource, new long[3]);
          long[] now = {
            budget.counted(resource), budget.countedWriting(resource), budget.grown(resource)
          };
          double writing = now[1] - before[1];
          rate.add(
              seconds,
              writing,
              due,
              now[0] - before[0] - writing,
              stretch,
              (double) (now[2] - before[2]));
          seen.put(resource, now);
        });
  }

  /**
   * Turns to the step that fits what is left of the month.
   *
   * @param otherStretch that the first level has anyhow
   */
  @Nullable Turn turn(Instant now, DoubleSupplier otherStretch) {
    if (rates.isEmpty()) {
      return null;
    }
    double other = otherStretch.getAsDouble();
    int from = at;
    int to = from;
    var deciding = tightest(now, from, other);
    if (!deciding.fits(1)) {
      while (to < steps.size() - 1 && !tightest(now, to, other).fits(1)) {
        to++;
      }
    } else if (from > 0 && !now.isBefore(since.plus(AT_LEAST))) {
      var narrower = tightest(now, from - 1, other);
      if (narrower.fits(ROOM)) {
        to = from - 1;
        deciding = narrower;
      }
    }
    if (to == from) {
      return null;
    }
    at = to;
    since = now;
    var resource = deciding.resource;
    double atFormer = predicted(resource, now, steps.get(from), other);
    return new Turn(
        steps.get(from),
        steps.get(to),
        resource,
        Math.round(deciding.used),
        budget.isKnown(),
        Math.round(deciding.used + atFormer),
        Math.round(deciding.planned));
  }

  private Need tightest(Instant now, int index, double otherStretch) {
    Need tightest = null;
    for (var resource : rates.keySet()) {
      double planned = budget.limits().of(resource).orElseThrow() * PLANNED;
      var need =
          new Need(
              resource,
              used(resource, now, planned),
              predicted(resource, now, steps.get(index), otherStretch),
              planned);
      if (tightest == null || isTighter(need, tightest)) {
        tightest = need;
      }
    }
    if (tightest == null) {
      throw new IllegalStateException("no resource has a limit");
    }
    return tightest;
  }

  private static boolean isTighter(Need need, Need than) {
    return need.fits(1) == than.fits(1) ? need.ratio() > than.ratio() : !need.fits(1);
  }

  private double predicted(Resource resource, Instant now, Step step, double otherStretch) {
    var rate = rates.get(resource);
    var left = Duration.between(now, budget.monthEnd());
    return rate == null
        ? 0
        : rate.during(left, step.interval(), Math.max(step.stretch(), otherStretch));
  }

  /** As long as nobody has told what was used before, a fair share of the month is taken for it. */
  private double used(Resource resource, Instant now, double planned) {
    double used = budget.used(resource).orElse(0);
    if (budget.isKnown()) {
      return used;
    }
    double month = Duration.between(budget.monthStart(), budget.monthEnd()).toMillis();
    double gone = Duration.between(budget.monthStart(), now).toMillis();
    return Math.max(used, planned * gone / month);
  }
}
