package io.mcprealtime.mcp.sample;

import io.mcprealtime.mcp.sample.SampleFault.Kind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What was told, held against the faults that there were. A fault is found by what begins between
 * its start and its end with some slack; what is told is right when it begins in such a time.
 */
public final class FaultScore {
  private final List<InjectedFault> faults = new ArrayList<>();
  private final List<InjectedFault> unfinished = new ArrayList<>();
  private final Map<InjectedFault, Told> byAnomaly = new HashMap<>();
  private final Map<InjectedFault, Told> byState = new HashMap<>();
  private final List<Told> right = new ArrayList<>();
  private final List<Told> wrong = new ArrayList<>();

  /**
   * An anomaly, or a change of state for the worse, as the monitor told it.
   *
   * @param what for an anomaly its metric, for a change of state the state
   * @param at its onset
   * @param toldAt the sample by which it was told
   */
  public record Told(String server, String what, Instant at, Instant toldAt) {
    /** One that is told as it begins. */
    public Told(String server, String what, Instant at) {
      this(server, what, at, at);
    }

    private List<Object> key() {
      return List.of(server, what, at);
    }
  }

  /**
   * How far from a fault its discovery still counts.
   *
   * @param before its start: a probe that is under way when the fault comes began before it
   * @param after its end
   */
  public record Slack(Duration before, Duration after) {}

  /** How many faults there were, and by what they were found. */
  public record Count(int faults, int byAnomaly, int byStateOnly) {
    /** The share of them that was found; NaN of none. */
    public double recall() {
      return faults == 0 ? Double.NaN : (double) (byAnomaly + byStateOnly) / faults;
    }

    private Count plus(Count other) {
      return new Count(
          faults + other.faults, byAnomaly + other.byAnomaly, byStateOnly + other.byStateOnly);
    }
  }

  private FaultScore() {}

  /**
   * Compares.
   *
   * @param anomalies each counts once, though it is told when it begins and when it ends
   * @param states changes of state; they can find outages, and are never wrong here
   * @param end when watching ended; a fault whose grace was not over and that was not found counts
   *     for nothing
   */
  public static FaultScore of(
      List<InjectedFault> injected,
      Collection<Told> anomalies,
      Collection<Told> states,
      Slack slack,
      Instant end) {
    var score = new FaultScore();
    var once = new LinkedHashMap<List<Object>, Told>();
    anomalies.forEach(told -> once.merge(told.key(), told, FaultScore::earlier));
    for (var told : once.values()) {
      var fault = match(injected, told, slack);
      if (fault == null) {
        score.wrong.add(told);
      } else {
        score.right.add(told);
        score.byAnomaly.merge(fault, told, FaultScore::earlier);
      }
    }
    for (var told : states) {
      var fault = match(injected, told, slack);
      if (fault != null && fault.fault().kind().isOutage()) {
        score.byState.merge(fault, told, FaultScore::earlier);
      }
    }
    for (var fault : injected) {
      var until = fault.until();
      boolean over = until != null && !until.plus(slack.after()).isAfter(end);
      (over || score.isFound(fault) ? score.faults : score.unfinished).add(fault);
    }
    return score;
  }

  private static Told earlier(Told a, Told b) {
    return a.toldAt().isAfter(b.toldAt()) ? b : a;
  }

  private static @Nullable InjectedFault match(
      List<InjectedFault> injected, Told told, Slack slack) {
    InjectedFault found = null;
    for (var fault : injected) {
      var until = fault.until();
      boolean within =
          !told.at().isBefore(fault.from().minus(slack.before()))
              && (until == null || !told.at().isAfter(until.plus(slack.after())));
      if (within && fault.server().equals(told.server())) {
        found = fault;
      }
    }
    return found;
  }

  private boolean isFound(InjectedFault fault) {
    return byAnomaly.containsKey(fault) || byState.containsKey(fault);
  }

  /** The share of the anomalies that was right; NaN when none was told. */
  public double precision() {
    int told = right.size() + wrong.size();
    return told == 0 ? Double.NaN : (double) right.size() / told;
  }

  /** Of all faults. */
  public Count total() {
    return byKind().values().stream().reduce(new Count(0, 0, 0), Count::plus);
  }

  /** Of the kinds that there were. */
  public Map<Kind, Count> byKind() {
    return counts(SampleFault::kind);
  }

  /** The same with the amounts apart, by the words of {@link SampleFault#toString}. */
  public Map<String, Count> byFault() {
    return counts(SampleFault::toString);
  }

  private <K extends Comparable<K>> Map<K, Count> counts(Function<SampleFault, K> key) {
    var counts = new TreeMap<K, Count>();
    for (var fault : faults) {
      boolean anomaly = byAnomaly.containsKey(fault);
      boolean state = !anomaly && byState.containsKey(fault);
      counts.merge(
          key.apply(fault.fault()), new Count(1, anomaly ? 1 : 0, state ? 1 : 0), Count::plus);
    }
    return counts;
  }

  /** From the start of each fault until its first anomaly was told, the shortest first. */
  public List<Duration> delays() {
    return byAnomaly.entrySet().stream()
        .map(found -> Duration.between(found.getKey().from(), found.getValue().toldAt()))
        .sorted(Comparator.naturalOrder())
        .toList();
  }

  /** The anomalies that a fault explains. */
  public List<Told> right() {
    return List.copyOf(right);
  }

  /** The anomalies that no fault explains. */
  public List<Told> wrong() {
    return List.copyOf(wrong);
  }

  /** The faults that nothing told. */
  public List<InjectedFault> missed() {
    return faults.stream().filter(fault -> !isFound(fault)).toList();
  }

  /** Faults that were not over with their grace, and are left out. */
  public List<InjectedFault> unfinished() {
    return List.copyOf(unfinished);
  }

  /** The two figures and what they are made of, as lines for people. */
  public List<String> lines() {
    var lines = new ArrayList<String>();
    var all = total();
    lines.add(
        "Faults injected: %d, found: %d (recall %s): %d by an anomaly, %d by a change of state alone"
            .formatted(
                all.faults(),
                all.byAnomaly() + all.byStateOnly(),
                percent(all.recall()),
                all.byAnomaly(),
                all.byStateOnly()));
    byKind()
        .forEach(
            (kind, count) ->
                lines.add(
                    "  %-7s %d of %d"
                        .formatted(
                            kind.label(),
                            count.byAnomaly() + count.byStateOnly(),
                            count.faults())));
    lines.add(
        "Anomalies told: %d, right: %d (precision %s)"
            .formatted(right.size() + wrong.size(), right.size(), percent(precision())));
    if (!unfinished.isEmpty()) {
      lines.add("Not over at the end, and not counted: %d".formatted(unfinished.size()));
    }
    missed().forEach(fault -> lines.add("  missed  " + fault));
    wrong.forEach(
        told ->
            lines.add("  false   %s: %s at %s".formatted(told.server(), told.what(), told.at())));
    return lines;
  }

  private static String percent(double share) {
    return Double.isNaN(share) ? "not known" : String.format(Locale.ROOT, "%.0f %%", 100 * share);
  }
}
