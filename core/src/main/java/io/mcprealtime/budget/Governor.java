package io.mcprealtime.budget;

import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Paces the shared cache so that no limit is reached before the month's end: the more would be
 * used, the rarer it writes and the longer the first level keeps what was read. As a last resort
 * writes stop at 95 % of a limit and reads at 99.5 %. {@link #evaluate} is to be called once a
 * minute, after {@link Budget#sync}. Thread-safe.
 */
public final class Governor implements Pacing {
  private static final double STOP_WRITES = 0.95;
  private static final double STOP_READS = 0.995;

  /** What a few seconds use, such as those of a start, says nothing of a month. */
  private static final double SHORTEST_SECONDS = 30;

  private static final double LONGEST_SECONDS = 300;

  private static final List<Resource> OF_REDIS =
      List.of(Resource.REDIS_COMMANDS, Resource.REDIS_TRAFFIC);

  private final Budget budget;
  private final TimeSource time;
  private final Dial redis;
  private final Dial database;
  private final QuotaEvents events;
  private final Ceiling[] writeCeilings;
  private final Ceiling[] readCeilings;
  private long lastNanos;

  private record Ceiling(Resource resource, long most) {}

  /**
   * @param base the interval between writes when nothing is short; at least a second
   * @param sink takes an event for each change
   */
  public Governor(
      Budget budget, Duration base, TimeSource time, Consumer<? super MonitoringEvent> sink) {
    if (base.compareTo(Duration.ofSeconds(1)) < 0) {
      throw new IllegalArgumentException(
          "the interval between writes must be at least PT1S, is %s".formatted(base));
    }
    this.budget = budget;
    this.time = time;
    this.redis = new Dial(budget, Step.from(base), time.instant(), OF_REDIS);
    this.database =
        new Dial(budget, Step.ofStretch(), time.instant(), List.of(Resource.DATABASE_EGRESS));
    this.events = new QuotaEvents(budget, sink);
    this.writeCeilings =
        ceilings(
            STOP_WRITES, Resource.REDIS_COMMANDS, Resource.REDIS_TRAFFIC, Resource.REDIS_MEMORY);
    this.readCeilings = ceilings(STOP_READS, Resource.REDIS_COMMANDS, Resource.REDIS_TRAFFIC);
    this.lastNanos = time.nanoTime();
  }

  private Ceiling[] ceilings(double share, Resource... resources) {
    return Arrays.stream(resources)
        .filter(resource -> budget.limits().of(resource).isPresent())
        .map(
            resource ->
                new Ceiling(resource, (long) (budget.limits().of(resource).orElseThrow() * share)))
        .toArray(Ceiling[]::new);
  }

  @Override
  public Duration writeInterval() {
    return redis.step().interval();
  }

  @Override
  public double stretch() {
    return Math.max(redis.step().stretch(), database.step().stretch());
  }

  @Override
  public boolean mayWrite() {
    return hit(writeCeilings) == null;
  }

  @Override
  public boolean mayRead() {
    return hit(readCeilings) == null;
  }

  /** The resource that is used up to its ceiling. */
  private @Nullable Resource hit(Ceiling[] ceilings) {
    for (var ceiling : ceilings) {
      if (budget.used(ceiling.resource).orElse(0) >= ceiling.most) {
        return ceiling.resource;
      }
    }
    return null;
  }

  @Override
  public void writing(Runnable write) {
    budget.writing(write);
  }

  /** Measures what was used since the last time and chooses the steps. */
  public synchronized void evaluate() {
    budget.observe();
    Instant now = time.instant();
    double seconds = (time.nanoTime() - lastNanos) / 1e9;
    if (seconds >= SHORTEST_SECONDS) {
      lastNanos = time.nanoTime();
      // A process that stood still for long had no chance to use anything: rather too high a rate.
      choose(now, Math.min(seconds, LONGEST_SECONDS));
    }
    events.writes(now, hit(writeCeilings));
    events.reads(now, hit(readCeilings));
    events.held(now);
  }

  private void choose(Instant now, double seconds) {
    double due = mayWrite() ? seconds / (writeInterval().toMillis() / 1e3) : 0;
    double stretch = stretch();
    redis.measure(seconds, due, stretch);
    database.measure(seconds, 0, stretch);
    var turn = redis.turn(now, () -> database.step().stretch());
    if (turn != null) {
      events.intervalChanged(now, turn);
    }
    var stretched = database.turn(now, () -> redis.step().stretch());
    if (stretched != null) {
      events.stretchChanged(now, stretched);
    }
  }
}
