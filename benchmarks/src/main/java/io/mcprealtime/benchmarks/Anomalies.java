package io.mcprealtime.benchmarks;

import io.mcprealtime.CircuitState;
import io.mcprealtime.McpRealtime;
import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.TimeSource;
import io.mcprealtime.analysis.BandDetector;
import io.mcprealtime.internal.Durations;
import io.mcprealtime.mcp.McpProber;
import io.mcprealtime.mcp.ProbeOptions;
import io.mcprealtime.mcp.ProbeResult;
import io.mcprealtime.mcp.Target;
import io.mcprealtime.mcp.TargetProbe;
import io.mcprealtime.mcp.sample.FaultInjector;
import io.mcprealtime.mcp.sample.FaultPlan;
import io.mcprealtime.mcp.sample.FaultScore.Told;
import io.mcprealtime.mcp.sample.InjectedFault;
import io.mcprealtime.mcp.sample.SampleFault;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Which faults of real servers are told as anomalies, and what is told without one. Every second
 * server has faults by chance, at times that are known; the others never have any. The managers
 * take each probe's sample as they do live; the yardsticks judge the same samples.
 */
final class Anomalies {
  private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(4);

  /** Code is compiled and connections are made before anything counts. */
  private static final Duration SETTLING = Duration.ofSeconds(15);

  private static final int SAMPLES_BEFORE = 110;
  private static final int SAMPLES_OF_A_FAULT = 30;
  private static final int SAMPLES_OF_REST = 130;
  private static final int GRACE_SAMPLES = 10;

  private static final List<SampleFault> FAULTS =
      List.of(
          SampleFault.slow(2),
          SampleFault.slow(4),
          SampleFault.slow(10),
          SampleFault.errors(0.3),
          SampleFault.errors(0.8),
          SampleFault.hang(),
          SampleFault.down());

  private final Duration interval;
  private final Duration total;
  private final int servers;
  private final int seed;
  private final String out;
  private final McpRealtime mcp = McpRealtime.create();
  private final ToldEvents live = new ToldEvents();
  private final Judge detector = new Judge(BandDetector::new);
  private final Judge yardstick = new Judge(ThreeSigma::new);
  private final Map<String, AtomicLong> samples = new ConcurrentHashMap<>();
  private final Queue<ServerMetrics> recorded = new ConcurrentLinkedQueue<>();
  private final Queue<Told> states = new ConcurrentLinkedQueue<>();
  private volatile boolean counting;

  private Anomalies(Settings settings) {
    this.interval = Durations.parse(settings.text("interval", "250ms"));
    this.total = Duration.ofMinutes(settings.number("minutes", 10));
    this.servers = settings.number("servers", 20);
    this.seed = settings.number("seed", 1);
    this.out = settings.text("out", "");
  }

  static void run(Settings settings) throws IOException, InterruptedException {
    var anomalies = new Anomalies(settings);
    try {
      anomalies.run();
    } finally {
      anomalies.mcp.close();
    }
  }

  private void run() throws IOException, InterruptedException {
    try (var child = FaultyServers.start(servers, seed);
        var prober =
            McpProber.builder()
                .requestTimeout(REQUEST_TIMEOUT)
                .startTimeout(REQUEST_TIMEOUT)
                .probeTimeout(PROBE_TIMEOUT)
                .build();
        var injector = new FaultInjector((name, fault) -> tell(child, name, fault), clock())) {
      var addresses = FaultyServers.addresses(child, servers);
      var probing = new ScheduledThreadPoolExecutor(2);
      try {
        int order = 0;
        for (var address : addresses.entrySet()) {
          var target = new Target.StreamableHttp(address.getValue(), Map.of());
          var probe = prober.open(target, ProbeOptions.defaults());
          probe(probing, address.getKey(), probe, order++);
        }
        TimeUnit.MILLISECONDS.sleep(SETTLING.toMillis());
        mcp.manager().live().subscribe(live);
        counting = true;
        injector.start(plan(List.copyOf(addresses.keySet())));
        TimeUnit.MILLISECONDS.sleep(total.toMillis());
        counting = false;
        report(injector.injected(), clock().instant());
      } finally {
        probing.shutdownNow();
      }
    }
  }

  private static TimeSource clock() {
    return TimeSource.system();
  }

  private static void tell(ChildJava child, String name, @Nullable SampleFault fault) {
    try {
      child.tell(name + " " + SampleFault.format(fault));
    } catch (IOException e) {
      throw new McpRealtimeException("the sample servers have ended", e);
    }
  }

  private static boolean isFaulty(String server) {
    return Integer.parseInt(server.substring(1)) % 2 == 1;
  }

  private FaultPlan plan(List<String> names) {
    var pace =
        new FaultPlan.Pace(
            interval.multipliedBy(SAMPLES_BEFORE),
            interval.multipliedBy(SAMPLES_OF_A_FAULT),
            interval.multipliedBy(SAMPLES_OF_REST));
    return FaultPlan.random(
        seed,
        names.stream().filter(Anomalies::isFaulty).toList(),
        FAULTS,
        pace,
        total.minus(interval.multipliedBy(GRACE_SAMPLES)));
  }

  /** A probe that takes longer than the interval leaves turns out, as it does live. */
  private void probe(
      ScheduledThreadPoolExecutor executor, String name, TargetProbe probe, int order) {
    var id = ServerId.of(name);
    var state = new DeclaredState();
    var busy = new AtomicBoolean();
    long offset = interval.toNanos() * order / servers;
    var unused =
        executor.scheduleAtFixedRate(
            () -> {
              if (busy.compareAndSet(false, true)) {
                var ignored =
                    probe
                        .run()
                        .whenComplete(
                            (result, fault) -> {
                              try {
                                if (result != null) {
                                  take(id, result, state);
                                }
                              } finally {
                                busy.set(false);
                              }
                            });
              }
            },
            offset,
            interval.toNanos(),
            TimeUnit.NANOSECONDS);
  }

  /** One probe of a server is under way at a time, so this is not called twice at once for it. */
  private void take(ServerId id, ProbeResult result, DeclaredState state) {
    boolean worse = state.next(result.state());
    if (!counting) {
      return;
    }
    if (worse) {
      states.add(new Told(id.value(), state.declared().name(), result.at()));
    }
    judge(result.toMetrics(id, state.declared(), CircuitState.CLOSED));
  }

  private void judge(ServerMetrics sample) {
    recorded.add(sample);
    samples.computeIfAbsent(sample.server().value(), name -> new AtomicLong()).incrementAndGet();
    var unused = mcp.manager().collectJudgedAsync(List.of(sample));
    detector.take(sample);
    yardstick.take(sample);
  }

  private void report(List<InjectedFault> injected, Instant end) throws IOException {
    var report = new AnomaliesReport(injected, List.copyOf(states), interval, end);
    long all = samples.values().stream().mapToLong(AtomicLong::get).sum();
    System.out.printf(
        "%d servers every %d ms for %d min, seed %d: %,d samples, load average %.1f%n",
        servers,
        interval.toMillis(),
        total.toMinutes(),
        seed,
        all,
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    long sound =
        samples.entrySet().stream()
            .filter(entry -> !isFaulty(entry.getKey()))
            .mapToLong(entry -> entry.getValue().get())
            .sum();
    var verdicts = new LinkedHashMap<String, Collection<Told>>();
    verdicts.put("live", live.anomalies());
    verdicts.put("detector alone", detector.told());
    verdicts.put("3 sigma", yardstick.told());
    verdicts.forEach((name, told) -> report.print(name, told, sound, server -> !isFaulty(server)));
    report.printMisses(new ArrayList<>(live.anomalies()));
    if (!out.isEmpty()) {
      AnomaliesRecord.write(Path.of(out), recorded, injected);
    }
  }
}
