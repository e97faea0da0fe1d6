package io.mcprealtime.budget;

import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * One month's counts of this process and, from the store, of all. The adders only grow and the
 * store is told the difference, so that a count that comes while a month ends or a store answers is
 * in one of both and never lost.
 */
final class Ledger {
  private final YearMonth month;
  private final Instant start;
  private final Instant end;
  private final Map<Resource, LongAdder> counted = new EnumMap<>(Resource.class);
  private final Map<Resource, Report> reports = new ConcurrentHashMap<>();
  private volatile Totals totals = new Totals(Map.of(), Map.of(), false);

  /**
   * @param stored as the store has it
   * @param handed what of this process is in it
   * @param known whether the store ever answered
   */
  private record Totals(Map<Resource, Long> stored, Map<Resource, Long> handed, boolean known) {}

  /** What the service says was used, when that much was counted here. */
  private record Report(long used, long counted) {}

  Ledger(Instant now) {
    month = YearMonth.from(now.atZone(ZoneOffset.UTC));
    start = month.atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    end = month.plusMonths(1).atDay(1).atStartOfDay(ZoneOffset.UTC).toInstant();
    for (var resource : Resource.values()) {
      counted.put(resource, new LongAdder());
    }
  }

  Instant start() {
    return start;
  }

  Instant end() {
    return end;
  }

  boolean isKnown() {
    return totals.known;
  }

  void count(Resource resource, long amount) {
    adder(resource).add(amount);
  }

  void report(Resource resource, long used) {
    reports.put(resource, new Report(used, adder(resource).sum()));
  }

  long used(Resource resource) {
    // A total that is taken over in between holds what the adder held then: never less than is
    // used.
    var seen = totals;
    long sum = adder(resource).sum();
    return Math.max(
        seen.stored.getOrDefault(resource, 0L) + sum - seen.handed.getOrDefault(resource, 0L),
        reported(reports.get(resource), sum));
  }

  private static long reported(@Nullable Report report, long sum) {
    return report == null ? 0 : report.used + sum - report.counted;
  }

  boolean isHandedOver() {
    var handed = totals.handed;
    return reports.isEmpty()
        && counted.entrySet().stream()
            .allMatch(count -> handed.getOrDefault(count.getKey(), 0L) == count.getValue().sum());
  }

  /** Hands over what the store has not got and takes its totals over. One caller at a time. */
  void sync(BudgetStore store) {
    var before = totals;
    var sums = new EnumMap<Resource, Long>(Resource.class);
    var deltas = new EnumMap<Resource, Long>(Resource.class);
    counted.forEach(
        (resource, adder) -> {
          if (resource.kind() == Resource.Kind.MONTHLY) {
            long sum = adder.sum();
            sums.put(resource, sum);
            deltas.put(resource, sum - before.handed.getOrDefault(resource, 0L));
          }
        });
    var stored = new EnumMap<Resource, Long>(Resource.class);
    var answer = store.add(month, deltas);
    // Told by the store, or lost by it: what was used cannot become less within a month.
    var expected = new EnumMap<Resource, Long>(Resource.class);
    deltas.forEach(
        (resource, delta) -> {
          long known = before.stored.getOrDefault(resource, 0L) + delta;
          expected.put(resource, known);
          stored.put(resource, Math.max(known, answer.getOrDefault(resource, 0L)));
        });
    totals = new Totals(Map.copyOf(stored), Map.copyOf(sums), true);
    expected.forEach(
        (resource, known) -> {
          var report = reports.get(resource);
          long atLeast = Math.max(known, reported(report, sums.getOrDefault(resource, 0L)));
          if (answer.getOrDefault(resource, 0L) < atLeast) {
            stored.put(resource, store.raise(month, resource, atLeast));
          }
        });
    var settled = Map.copyOf(reports);
    totals = new Totals(Map.copyOf(stored), Map.copyOf(sums), true);
    settled.forEach(
        (resource, report) -> {
          if (stored.getOrDefault(resource, 0L)
              >= reported(report, sums.getOrDefault(resource, 0L))) {
            reports.remove(resource, report);
          }
        });
  }

  private LongAdder adder(Resource resource) {
    var adder = counted.get(resource);
    if (adder == null) {
      throw new IllegalStateException("no count of " + resource);
    }
    return adder;
  }
}
