package io.mcprealtime.benchmarks;

import io.mcprealtime.mcp.sample.FaultScore;
import io.mcprealtime.mcp.sample.FaultScore.Slack;
import io.mcprealtime.mcp.sample.FaultScore.Told;
import io.mcprealtime.mcp.sample.InjectedFault;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Prints what was found of the faults, and what was told without one. */
final class AnomaliesReport {
  private static final int GRACE_SAMPLES = 10;

  /** Of a server that is probed every 15 s. */
  private static final double SAMPLES_A_DAY = 5_760;

  private final List<InjectedFault> injected;
  private final List<Told> states;
  private final Duration interval;
  private final Instant end;

  AnomaliesReport(List<InjectedFault> injected, List<Told> states, Duration interval, Instant end) {
    this.injected = injected;
    this.states = states;
    this.interval = interval;
    this.end = end;
  }

  private FaultScore score(Collection<Told> anomalies) {
    return FaultScore.of(
        injected,
        anomalies,
        states,
        new Slack(interval, interval.multipliedBy(GRACE_SAMPLES)),
        end);
  }

  /**
   * One who judged.
   *
   * @param soundSamples samples of the servers that had no faults
   * @param sound which those are
   */
  void print(String name, Collection<Told> anomalies, long soundSamples, Predicate<String> sound) {
    var score = score(anomalies);
    var total = score.total();
    System.out.printf("%n%s%n", name);
    System.out.printf(
        "  %-12s %7s %10s %12s %8s%n", "fault", "faults", "anomaly", "state alone", "recall");
    score.byFault().forEach(AnomaliesReport::line);
    line("all", total);
    System.out.printf(
        "  precision    %.1f %% of %d anomalies%n",
        100 * score.precision(), score.right().size() + score.wrong().size());
    var delays = score.delays();
    if (!delays.isEmpty()) {
      System.out.printf(
          "  delay        p50 %.1f, p90 %.1f, most %.1f samples%n",
          samples(delays, 0.5), samples(delays, 0.9), samples(delays, 1));
    }
    long quiet = score.wrong().stream().filter(told -> sound.test(told.server())).count();
    System.out.printf(
        "  false alarms %d of servers without faults: %.2f in a server's day of 5,760 samples%n",
        quiet, quiet * SAMPLES_A_DAY / soundSamples);
    var byMetric = new TreeMap<String, Integer>();
    score.wrong().forEach(told -> byMetric.merge(told.what(), 1, Integer::sum));
    System.out.printf("  false by metric %s%n", byMetric);
  }

  private static void line(String fault, FaultScore.Count count) {
    System.out.printf(
        "  %-12s %7d %10d %12d %7.1f%%%n",
        fault, count.faults(), count.byAnomaly(), count.byStateOnly(), 100 * count.recall());
  }

  private double samples(List<Duration> sorted, double share) {
    int rank = (int) Math.max(1, Math.ceil(share * sorted.size()));
    return (double) sorted.get(rank - 1).toNanos() / interval.toNanos();
  }

  /** The faults that one who judged did not tell, and what was told without a fault. */
  void printMisses(Collection<Told> anomalies) {
    var score = score(anomalies);
    System.out.printf("%nlive, missed and false%n");
    score.missed().forEach(fault -> System.out.println("  missed " + fault));
    score
        .wrong()
        .forEach(
            told ->
                System.out.printf("  false  %s %s %s%n", told.server(), told.what(), told.at()));
  }
}
