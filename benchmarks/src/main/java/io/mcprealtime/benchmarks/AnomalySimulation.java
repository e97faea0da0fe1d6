package io.mcprealtime.benchmarks;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.analysis.Anomaly;
import io.mcprealtime.analysis.AnomalyWatch;
import io.mcprealtime.analysis.BandDetector;
import io.mcprealtime.mcp.sample.FaultPlan;
import io.mcprealtime.mcp.sample.FaultPlan.Pace;
import io.mcprealtime.mcp.sample.FaultScore;
import io.mcprealtime.mcp.sample.FaultScore.Slack;
import io.mcprealtime.mcp.sample.FaultScore.Told;
import io.mcprealtime.mcp.sample.InjectedFault;
import io.mcprealtime.mcp.sample.SampleFault;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * A day of simulated servers, probed every 15 s: what the live watch tells of faults at known
 * times, and of servers that have none, beside the bare detector and three sigma on the same
 * samples. Response times are lognormal; one answer in 200 takes up to 50 ms longer.
 */
final class AnomalySimulation {
  private static final Duration INTERVAL = Duration.ofSeconds(15);
  private static final Instant START = Instant.parse("2026-11-20T00:00:00Z");
  private static final int SAMPLES = 5_760;
  private static final int SERVERS = 60;
  private static final int BEFORE = 110;
  private static final int REST = 130;
  private static final int GRACE = 10;
  private static final long SEED = 9;

  private static final List<SampleFault> FAULTS =
      List.of(
          SampleFault.slow(2),
          SampleFault.slow(4),
          SampleFault.slow(10),
          SampleFault.errors(0.3),
          SampleFault.errors(0.8));

  private AnomalySimulation() {}

  /**
   * Prints what is found.
   *
   * @param length of a fault, samples
   */
  static void print(int length) {
    var random = new Random(SEED);
    var faults = faults(length);
    var live = new ArrayList<Told>();
    var bare = new Judge(BandDetector::new);
    var sigma = new Judge(ThreeSigma::new);
    int shifts = 0;
    for (int i = 0; i < SERVERS; i++) {
      var server = ServerId.of(name(i));
      var watch = AnomalyWatch.ofProbed(server);
      double typical = 3 * Math.pow(20, random.nextDouble());
      double deviation = 0.15 + 0.35 * random.nextDouble();
      for (int k = 0; k < SAMPLES; k++) {
        var at = START.plus(INTERVAL.multipliedBy(k));
        var sample = sample(server, at, fault(faults, server, at), typical, deviation, random);
        var found = watch.observe(sample);
        found.began().forEach(anomaly -> live.add(told(server, anomaly, at)));
        if (i % 2 == 0) {
          shifts += found.shifts().size();
        }
        bare.take(sample);
        sigma.take(sample);
      }
    }
    System.out.printf("%nfaults of %d samples%n", length);
    print("live", faults, live);
    print("bare detector", faults, bare.told());
    print("three sigma", faults, sigma.told());
    System.out.printf("shifts told of servers without faults: %d%n", shifts);
  }

  private static String name(int server) {
    return "server-" + server;
  }

  private static boolean isNeverFaulty(Told told) {
    return Integer.parseInt(told.server().substring("server-".length())) % 2 == 0;
  }

  private static Told told(ServerId server, Anomaly anomaly, Instant at) {
    return new Told(server.value(), anomaly.metric(), anomaly.since(), at);
  }

  private static List<InjectedFault> faults(int length) {
    var faulty = IntStream.range(0, SERVERS).filter(i -> i % 2 == 1).mapToObj(i -> name(i));
    var pace =
        new Pace(
            INTERVAL.multipliedBy(BEFORE),
            INTERVAL.multipliedBy(length),
            INTERVAL.multipliedBy(REST));
    var end = INTERVAL.multipliedBy(SAMPLES - 2L * GRACE);
    return FaultPlan.random(SEED, faulty.toList(), FAULTS, pace, end).faults().stream()
        .map(
            planned ->
                new InjectedFault(
                    planned.server(),
                    planned.fault(),
                    START.plus(planned.after()),
                    START.plus(planned.after()).plus(planned.length())))
        .toList();
  }

  private static SampleFault fault(List<InjectedFault> faults, ServerId server, Instant at) {
    return faults.stream()
        .filter(fault -> fault.server().equals(server.value()))
        .filter(fault -> !at.isBefore(fault.from()) && at.isBefore(fault.until()))
        .map(InjectedFault::fault)
        .findFirst()
        .orElse(SampleFault.slow(1));
  }

  private static ServerMetrics sample(
      ServerId server,
      Instant at,
      SampleFault fault,
      double typical,
      double deviation,
      Random random) {
    double factor = fault.kind() == SampleFault.Kind.SLOW ? fault.amount() : 1;
    double share = fault.kind() == SampleFault.Kind.ERRORS ? fault.amount() : 0;
    double millis = 1 + typical * Math.exp(deviation * random.nextGaussian()) * factor;
    if (random.nextInt(200) == 0) {
      millis += 50 * random.nextDouble();
    }
    boolean failed = random.nextDouble() < share;
    return ServerMetrics.builder(server, at, failed ? ServerState.DEGRADED : ServerState.HEALTHY)
        .responseTime(Duration.ofNanos(Math.round(millis * 1e6)))
        .requestCount(1L)
        .errorCount(failed ? 1L : 0L)
        .errorRate(failed ? 1.0 : 0.0)
        .build();
  }

  private static void print(String who, List<InjectedFault> faults, List<Told> told) {
    var end = START.plus(INTERVAL.multipliedBy(SAMPLES));
    var slack = new Slack(INTERVAL, INTERVAL.multipliedBy(GRACE));
    var score = FaultScore.of(faults, told, List.of(), slack, end);
    long quiet = score.wrong().stream().filter(AnomalySimulation::isNeverFaulty).count();
    System.out.printf(
        "%-14s recall %.0f %%, precision %.0f %% of %d, %.2f a day of a server without faults%n",
        who,
        100 * score.total().recall(),
        100 * score.precision(),
        score.right().size() + score.wrong().size(),
        2.0 * quiet / SERVERS);
    score
        .byFault()
        .forEach(
            (fault, count) ->
                System.out.printf(
                    "    %-12s %d of %d%n", fault, count.byAnomaly(), count.faults()));
  }
}
