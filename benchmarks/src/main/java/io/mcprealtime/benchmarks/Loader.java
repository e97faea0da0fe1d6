package io.mcprealtime.benchmarks;

import io.mcprealtime.EventType;
import io.mcprealtime.HealthCheck;
import io.mcprealtime.ManualTime;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.Severity;
import io.mcprealtime.Window;
import io.mcprealtime.postgres.DatabaseUrl;
import io.mcprealtime.postgres.PostgresStorage;
import io.mcprealtime.storage.DataKind;
import io.mcprealtime.storage.TimeRange;
import io.mcprealtime.testkit.RealisticSeries;
import io.mcprealtime.testkit.RealisticSeries.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Fills a storage with what servers leave in 30 days and some hours: half a day comes in, is packed
 * when it is older than the hot window, and what is over its age is dropped, as in production.
 */
final class Loader implements AutoCloseable {
  static final Instant START = Instant.parse("2026-09-01T00:00:00Z");

  /**
   * Neither at a block's start nor at its end, which would flatter, and within a hot partition:
   * with the tight window, rows of 14 minutes stay; they are 15 on average, 25 at the most.
   */
  static final Instant END =
      START.plus(Duration.ofHours(30 * 24 + 21)).plus(Duration.ofMinutes(14));

  static final Duration HOT = Duration.ofHours(6);
  static final Duration TIGHT = Duration.ofMinutes(5);
  private static final Duration STEP = Duration.ofHours(12);
  private static final Map<DataKind, Duration> KEPT =
      Map.of(
          DataKind.METRICS, Duration.ofDays(7),
          DataKind.HEALTH_CHECKS, Duration.ofDays(7),
          DataKind.EVENTS, Duration.ofDays(3),
          DataKind.ROLLUPS, Duration.ofDays(30));

  private static final int THREADS = 2;

  private final PostgresStorage storage;
  private final Plan plan;
  private final ManualTime time;
  private final Runnable afterStep;
  private final List<Source> sources = new ArrayList<>();
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
  private Duration packing = Duration.ZERO;
  private long packed;

  /**
   * @param afterStep runs after each half day
   */
  Loader(DatabaseUrl url, Plan plan, Runnable afterStep) {
    this.afterStep = afterStep;
    this.plan = plan;
    time = ManualTime.startingAt(plan.start.toString());
    storage = PostgresStorage.builder(url).time(time).build();
    for (int i = 0; i < plan.servers; i++) {
      sources.add(new Source(i, plan));
    }
  }

  /**
   * What comes in.
   *
   * @param servers how many
   * @param start of all data, at the start of a block
   * @param wholeFrom the start of samples, of which only roll-ups are brought back before; at the
   *     start of a block
   * @param checksFrom the start of health checks
   */
  record Plan(int servers, Instant start, Instant wholeFrom, Instant checksFrom) {
    /** The first instant of which more than roll-ups is left at the end. */
    private static final Instant LEFT = START.plus(Duration.ofHours(23 * 24 + 12));

    /** All that comes in, also what is dropped by the end. */
    static Plan everything(int servers) {
      return new Plan(servers, START, START, START);
    }

    /** All that is left at the end: of the time before, only the roll-ups come in. */
    static Plan whatStays(int servers) {
      return new Plan(servers, START, LEFT, LEFT);
    }
  }

  PostgresStorage storage() {
    return storage;
  }

  void load() {
    long start = System.nanoTime();
    storage.migrate();
    for (var from = plan.start; from.isBefore(END); from = from.plus(STEP)) {
      var to = from.plus(STEP).isBefore(END) ? from.plus(STEP) : END;
      boolean past = from.isBefore(plan.wholeFrom);
      each(source -> past ? restore(source, to) : insert(source, to));
      // A step is packed when all of it is over the hot window; the last one in part.
      var hotFrom = to.equals(END) ? END.minus(HOT) : to;
      time.advance(Duration.between(time.instant(), hotFrom.plus(HOT)));
      pack(hotFrom);
      KEPT.forEach((kind, age) -> storage.maintenance().dropBefore(kind, to.minus(age)));
      afterStep.run();
      System.out.printf(
          "  %s: %d servers, %.1f of %.1f days, %d min %02d s%n",
          past ? "roll-ups" : "all",
          sources.size(),
          Duration.between(plan.start, to).toHours() / 24.0,
          Duration.between(plan.start, END).toHours() / 24.0,
          (System.nanoTime() - start) / 60_000_000_000L,
          (System.nanoTime() - start) / 1_000_000_000L % 60);
    }
  }

  /** Packs what is older than the tight hot window at the end. */
  void tighten() {
    pack(END.minus(TIGHT));
  }

  private void pack(Instant before) {
    long start = System.nanoTime();
    var result = storage.maintenance().pack(before, Duration.ofHours(1));
    packing = packing.plusNanos(System.nanoTime() - start);
    packed += result.records();
    if (!result.complete()) {
      throw new IllegalStateException("packing did not end: " + result);
    }
  }

  /** Records packed and how long that took in all. */
  String packingSpeed() {
    return "packed %,d records in %d s".formatted(packed, packing.toSeconds());
  }

  private void each(Function<Source, Integer> work) {
    var all =
        sources.stream()
            .map(source -> CompletableFuture.supplyAsync(() -> work.apply(source), threads))
            .toArray(CompletableFuture<?>[]::new);
    CompletableFuture.allOf(all).join();
  }

  private int insert(Source source, Instant to) {
    var samples = source.samples.until(to);
    storage.samples().insert(samples);
    storage.healthChecks().insert(source.checks.until(to));
    var events = source.events(samples);
    if (!events.isEmpty()) {
      storage.events().insert(events);
    }
    return samples.size();
  }

  private int restore(Source source, Instant to) {
    var rollups = new ArrayList<Rollup>();
    var bucket = new ArrayList<ServerMetrics>();
    @Nullable Instant start = null;
    for (var sample : source.samples.until(to)) {
      var own = Window.FIVE_MINUTES.bucketOf(sample.at());
      if (start != null && !own.equals(start)) {
        rollups.add(Rollup.ofSamples(source.id, Window.FIVE_MINUTES, start, bucket));
        bucket.clear();
      }
      start = own;
      bucket.add(sample);
    }
    if (start != null) {
      rollups.add(Rollup.ofSamples(source.id, Window.FIVE_MINUTES, start, bucket));
    }
    return storage.rollups().restore(rollups);
  }

  @Override
  public void close() {
    threads.shutdown();
    storage.close();
  }

  private static final class Source {
    private final ServerId id;
    private final Records<ServerMetrics> samples;
    private final Records<HealthCheck> checks;
    private @Nullable ServerState state;

    private Source(int number, Plan plan) {
      id = ServerId.of("server-%04d".formatted(number));
      var series = new RealisticSeries(id, number, Schedule.TIMER);
      samples =
          new Records<>(
              series.samples(new TimeRange(plan.start, END)).iterator(), ServerMetrics::at);
      checks =
          new Records<>(
              series.healthChecks(new TimeRange(plan.checksFrom, END)).iterator(), HealthCheck::at);
    }

    /** An event for each change of state. */
    private List<MonitoringEvent> events(List<ServerMetrics> news) {
      var events = new ArrayList<MonitoringEvent>();
      for (var sample : news) {
        if (state != null && state != sample.state()) {
          boolean up = sample.state() == ServerState.HEALTHY;
          events.add(
              MonitoringEvent.of(
                      id,
                      sample.at(),
                      up ? EventType.RECOVERY : EventType.STATUS_CHANGE,
                      up ? Severity.INFO : Severity.WARNING,
                      "%s went from %s to %s: %s"
                          .formatted(id, state, sample.state(), sample.lastError()))
                  .withDetails(Map.of("from", state.name(), "to", sample.state().name())));
        }
        state = sample.state();
      }
      return events;
    }
  }

  /** Records in the order of time, some at a time. */
  private static final class Records<T> {
    private final Iterator<T> records;
    private final Function<T, Instant> at;
    private @Nullable T next;

    private Records(Iterator<T> records, Function<T, Instant> at) {
      this.records = records;
      this.at = at;
      this.next = records.hasNext() ? records.next() : null;
    }

    private List<T> until(Instant to) {
      var found = new ArrayList<T>();
      for (var one = next; one != null && at.apply(one).isBefore(to); one = next) {
        found.add(one);
        next = records.hasNext() ? records.next() : null;
      }
      return found;
    }
  }
}
