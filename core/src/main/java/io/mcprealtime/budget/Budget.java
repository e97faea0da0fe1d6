package io.mcprealtime.budget;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.TimeSource;
import io.mcprealtime.analysis.GrowthForecast;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what is used, by itself and with all who share its store, and says how long it lasts.
 * Counting never waits; {@link #sync} is to be called once a minute. Thread-safe.
 */
public final class Budget implements Meter {
  private static final Logger LOG = LoggerFactory.getLogger(Budget.class);

  /** A count may be on its way when its month ends. */
  private static final Duration LATE = Duration.ofHours(1);

  private final Limits limits;
  private final TimeSource time;
  private final List<Ledger> past = new ArrayList<>();
  private final Map<Resource, HeldSeries> held = new EnumMap<>(Resource.class);
  private final Map<Resource, Pace> paces = new EnumMap<>(Resource.class);
  private final Map<Resource, Tally> tallies = new EnumMap<>(Resource.class);
  private final ThreadLocal<Boolean> writing = ThreadLocal.withInitial(() -> false);
  private final Object syncing = new Object();
  private volatile Ledger ledger;
  private boolean failing;

  /** What this process has counted since its start. */
  private record Tally(LongAdder all, LongAdder writing) {}

  public Budget(Limits limits, TimeSource time) {
    this.limits = limits;
    this.time = time;
    this.ledger = new Ledger(time.instant());
    for (var resource : Resource.values()) {
      if (resource.kind() == Resource.Kind.MONTHLY) {
        paces.put(resource, new Pace());
        tallies.put(resource, new Tally(new LongAdder(), new LongAdder()));
      } else {
        held.put(resource, new HeldSeries());
      }
    }
    observe();
  }

  public Limits limits() {
    return limits;
  }

  /**
   * Counts an amount that was used in this month.
   *
   * @throws IllegalArgumentException when the resource is one that is held
   */
  @Override
  public void count(Resource resource, long amount) {
    var tally = tallies.get(resource);
    if (tally == null) {
      throw new IllegalArgumentException(
          "%s is held, not used up: reconcile it".formatted(resource.wireName()));
    }
    current().count(resource, amount);
    tally.all.add(amount);
    if (writing.get()) {
      tally.writing.add(amount);
    }
  }

  /** Sets what is held; raises what is counted in this month, and never lowers it. */
  @Override
  public void reconcile(Resource resource, long used) {
    var series = held.get(resource);
    if (series != null) {
      series.read(time.instant(), used);
      return;
    }
    var now = current();
    if (used > now.used(resource)) {
      now.report(resource, used);
      rebase(now, List.of(resource));
    }
  }

  /** What is used in this month by all processes, as far as is known here, or held. */
  public OptionalLong used(Resource resource) {
    var series = held.get(resource);
    if (series == null) {
      return OptionalLong.of(current().used(resource));
    }
    var newest = series.newest();
    return newest == null ? OptionalLong.empty() : OptionalLong.of(newest);
  }

  /** How much of each resource is used and how long it lasts, in the order of {@link Resource}. */
  public List<BudgetStatus> status() {
    observe();
    var now = time.instant();
    var monthEnd = current().end();
    var all = new ArrayList<BudgetStatus>();
    for (var resource : Resource.values()) {
      var used = used(resource);
      all.add(
          BudgetStatus.of(
              resource,
              used.isPresent() ? used.getAsLong() : null,
              limits.values().get(resource),
              perDay(resource, now),
              growth(resource, now),
              now,
              monthEnd));
    }
    return all;
  }

  private @Nullable Double perDay(Resource resource, Instant now) {
    var series = held.get(resource);
    if (series != null) {
      var growth = series.growth();
      return growth == null ? null : growth.perDay().median();
    }
    synchronized (paces) {
      return pace(resource).perDay(now);
    }
  }

  private @Nullable GrowthForecast growth(Resource resource, Instant now) {
    var series = held.get(resource);
    if (series != null) {
      return series.growth();
    }
    synchronized (paces) {
      return pace(resource).growth(now);
    }
  }

  /**
   * Moves what was counted since the last time to the store and takes over what all have counted.
   * While the store cannot, nothing is lost: it stays here and counts.
   *
   * @return whether the store took it
   */
  public boolean sync(BudgetStore store) {
    synchronized (syncing) {
      observe();
      var now = current();
      try {
        for (var month : months()) {
          month.sync(store);
          drop(month);
        }
        boolean known = now.isKnown();
        now.sync(store);
        if (!known) {
          // What was used before this start was not used since.
          rebase(now, tallies.keySet());
        }
        observe();
        failing = false;
        return true;
      } catch (McpRealtimeException e) {
        if (!failing) {
          LOG.warn("what is used cannot be shared now, and is counted here: {}", e.getMessage());
        }
        failing = true;
        return false;
      }
    }
  }

  private List<Ledger> months() {
    synchronized (past) {
      return List.copyOf(past);
    }
  }

  private void drop(Ledger month) {
    if (month.isHandedOver() && time.instant().isAfter(month.end().plus(LATE))) {
      synchronized (past) {
        past.remove(month);
      }
    }
  }

  /** This month's ledger. */
  private Ledger current() {
    var seen = ledger;
    var now = time.instant();
    if (now.isBefore(seen.end())) {
      return seen;
    }
    synchronized (past) {
      if (!now.isBefore(ledger.end())) {
        past.add(ledger);
        ledger = new Ledger(now);
      }
      return ledger;
    }
  }

  private void rebase(Ledger month, Iterable<Resource> resources) {
    synchronized (paces) {
      for (var resource : resources) {
        pace(resource).rebase(month.start(), month.used(resource));
      }
    }
  }

  /** Reads the counts, so that their growth is known. */
  void observe() {
    var month = current();
    var now = time.instant();
    synchronized (paces) {
      paces.forEach((resource, pace) -> pace.read(now, month.start(), month.used(resource)));
    }
  }

  /** What all processes have used since this one started, as far as is known here. */
  long grown(Resource resource) {
    synchronized (paces) {
      return pace(resource).grown();
    }
  }

  /** What this process has used since its start. */
  long counted(Resource resource) {
    return tally(resource).all.sum();
  }

  /** What of it was for {@link #writing}. */
  long countedWriting(Resource resource) {
    return tally(resource).writing.sum();
  }

  /** Runs a write: what this thread counts meanwhile is its cost. */
  void writing(Runnable write) {
    if (writing.get()) {
      write.run();
      return;
    }
    writing.set(true);
    try {
      write.run();
    } finally {
      writing.remove();
    }
  }

  /** Whether the store has told what was used before this process started. */
  boolean isKnown() {
    return current().isKnown();
  }

  Instant monthStart() {
    return current().start();
  }

  Instant monthEnd() {
    return current().end();
  }

  private Pace pace(Resource resource) {
    var pace = paces.get(resource);
    if (pace == null) {
      throw new IllegalArgumentException(resource.wireName() + " has no pace");
    }
    return pace;
  }

  private Tally tally(Resource resource) {
    var tally = tallies.get(resource);
    if (tally == null) {
      throw new IllegalArgumentException(resource.wireName() + " is not counted");
    }
    return tally;
  }
}
