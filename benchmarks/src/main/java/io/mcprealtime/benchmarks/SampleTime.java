package io.mcprealtime.benchmarks;

import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.analysis.AnomalyWatch;
import io.mcprealtime.analysis.Findings;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Time to judge a sample in all that is judged of it. One of two thousand servers, taken in turn,
 * is in no cache of the processor when its turn comes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class SampleTime {
  private static final int SAMPLES = 200_000;
  private static final Instant FROM = Instant.parse("2026-11-02T00:00:00Z");

  /** More than all iterations take of one server. */
  private static final int MOST = 20 * SAMPLES;

  @Param({"1", "2000"})
  int servers;

  private final Map<ServerId, AnomalyWatch> watches = new HashMap<>();
  private SampleFeed feed = new SampleFeed(0, SampleFeed.range(FROM, 0));
  private List<ServerMetrics> samples = List.of();

  /** Reported samples: response time, throughput, memory and errors are judged. */
  @Setup(Level.Trial)
  public void start() {
    feed = new SampleFeed(servers, SampleFeed.range(FROM, MOST / servers));
  }

  @Setup(Level.Iteration)
  public void make() {
    samples = feed.batches(SAMPLES, SAMPLES).get(0);
  }

  /** The measured call. */
  @Benchmark
  @OperationsPerInvocation(SAMPLES)
  public void observe(Blackhole sink) {
    for (var sample : samples) {
      Findings found =
          watches.computeIfAbsent(sample.server(), AnomalyWatch::ofReported).observe(sample);
      sink.consume(found);
    }
  }
}
