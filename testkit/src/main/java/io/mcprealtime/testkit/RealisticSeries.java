package io.mcprealtime.testkit;

import io.mcprealtime.CircuitState;
import io.mcprealtime.Era;
import io.mcprealtime.HealthCheck;
import io.mcprealtime.ProbeStage;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.StageResult;
import io.mcprealtime.StageResult.Verdict;
import io.mcprealtime.storage.TimeRange;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One server's samples and health checks as a monitor would find them, made from a seed: every
 * figure carries noise of its own in the full resolution of its field. The same seed gives the same
 * series. Streams are lazy and hold one record at a time.
 */
public final class RealisticSeries {
  /** How regular the instants are. */
  public enum Schedule {
    /** A timer that fires at fixed points, some milliseconds late, as the monitor's own. */
    TIMER,
    /** A pause of random length after each run, within 5 % of the interval. */
    SPREAD
  }

  private static final Duration SAMPLE_INTERVAL = Duration.ofSeconds(15);
  private static final Duration CHECK_INTERVAL = Duration.ofSeconds(30);
  private static final Duration CONNECTION_CHECK = Duration.ofMinutes(5);
  private static final double SPREAD = 0.1;
  private static final int PAGE = 4_096;

  private final ServerId server;
  private final long seed;
  private final Schedule schedule;

  public RealisticSeries(ServerId server, long seed, Schedule schedule) {
    this.server = server;
    this.seed = seed;
    this.schedule = schedule;
  }

  /** The samples of that time, one every 15 s. */
  public Stream<ServerMetrics> samples(TimeRange range) {
    return series(range, SAMPLE_INTERVAL, ServerMetrics::at, Run::sample);
  }

  /** The health checks of that time, one every 30 s. */
  public Stream<HealthCheck> healthChecks(TimeRange range) {
    return series(range, CHECK_INTERVAL, HealthCheck::at, Run::check);
  }

  private <T> Stream<T> series(
      TimeRange range, Duration interval, Function<T, Instant> at, Function<Run, T> make) {
    var run = new Run(range.from(), interval);
    return Stream.generate(() -> make.apply(run))
        .takeWhile(record -> range.contains(at.apply(record)));
  }

  /** What is wrong with the server for a while. */
  private record Episode(ServerState state, String words, double errorShare) {}

  /** The server as it changes from one look to the next. */
  private final class Run {
    private final Random traits = new Random(seed * 31 + 7);
    private final Random noise = new Random(seed * 1_000_003 + 11);
    private final boolean http = seed % 2 == 0;
    private final boolean modern = traits.nextInt(2) == 0;
    private final boolean canary = traits.nextInt(4) == 0;
    private final double median = between(Math.log(5_000), Math.log(200_000));
    private final double sigma = between(0.3, 0.5);
    private final double wave = between(0.1, 0.4);
    private final double wavePhase = between(0, 2 * Math.PI);
    private final double requestMean = Math.exp(between(Math.log(5), Math.log(150)));
    private final double lateness = between(2, 9);
    private final int tools = 1 + traits.nextInt(40);
    private final double intervalMillis;
    private final double perHour;

    private double due;
    private double atMillis;
    private double burst;
    private double burstUntil;
    private Episode episode = new Episode(ServerState.HEALTHY, "", 0.0004);
    private double episodeUntil;
    private double startedMillis;
    private double pages;
    private double heapFloor;
    private String session;
    private final Instant expiry;
    private String certificate = "";
    private double connectionChecked;

    private Run(Instant from, Duration interval) {
      intervalMillis = interval.toMillis();
      perHour = intervalMillis / Duration.ofHours(1).toMillis();
      due = from.toEpochMilli() + noise.nextDouble() * intervalMillis;
      startedMillis = due - Duration.ofHours(1).toMillis() * between(1, 400);
      heapFloor = between(8_000, 90_000);
      pages = heapFloor;
      session = newSession();
      expiry = from.plus(Duration.ofDays(20 + traits.nextInt(70)));
    }

    private double between(double low, double high) {
      return low + traits.nextDouble() * (high - low);
    }

    private String newSession() {
      return new UUID(noise.nextLong(), noise.nextLong()).toString();
    }

    private boolean chance(double aHour) {
      return noise.nextDouble() < aHour * perHour;
    }

    private void next() {
      if (schedule == Schedule.TIMER) {
        atMillis = due + Math.abs(noise.nextGaussian()) * lateness;
        due += intervalMillis;
      } else {
        atMillis = due;
        due += intervalMillis * (1 + SPREAD * (noise.nextDouble() - 0.5)) + noise.nextDouble() * 2;
      }
      if (atMillis > burstUntil) {
        burst = 0;
        if (chance(0.15)) {
          burst = 0.5 + noise.nextDouble();
          burstUntil = atMillis + (2 + noise.nextDouble() * 10) * 60_000;
        }
      }
      if (atMillis > episodeUntil) {
        if (episode.state() == ServerState.DOWN) {
          restart();
        }
        episode = chance(0.04) ? trouble() : new Episode(ServerState.HEALTHY, "", 0.0004);
        episodeUntil = atMillis + (1 + noise.nextDouble() * 12) * 60_000;
        if (episode.state() == ServerState.HEALTHY) {
          episodeUntil = atMillis;
        }
      }
      if (chance(0.012)) {
        restart();
      }
      if (chance(0.02)) {
        session = newSession();
      }
      memory();
    }

    private void restart() {
      startedMillis = atMillis - noise.nextDouble() * intervalMillis;
      pages = heapFloor * (0.7 + noise.nextDouble() * 0.1);
    }

    private void memory() {
      pages += noise.nextGaussian() * 45 + 12;
      if (pages > heapFloor * 1.35 + noise.nextDouble() * 2_000) {
        pages = heapFloor * (0.98 + noise.nextDouble() * 0.05);
      }
      pages = Math.max(pages, heapFloor * 0.5);
    }

    private Episode trouble() {
      int which = noise.nextInt(5);
      double share = 0.05 + noise.nextDouble() * 0.4;
      return switch (which) {
        case 0 ->
            new Episode(
                ServerState.DOWN,
                "nothing listens at 10.%d.%d.%d:8080: Connection refused"
                    .formatted(noise.nextInt(256), noise.nextInt(256), noise.nextInt(256)),
                1);
        case 1 -> new Episode(ServerState.DOWN, "no answer to initialize within 5 s", 1);
        case 2 ->
            new Episode(
                ServerState.DEGRADED,
                "tools/list is answered with error -32603: upstream %x"
                    .formatted(noise.nextInt(1 << 24)),
                share);
        case 3 ->
            new Episode(
                ServerState.DEGRADED,
                "HTTP 503 from tools/call: overloaded, retry in %d s".formatted(noise.nextInt(90)),
                share);
        default ->
            new Episode(
                ServerState.DEGRADED, "two lines on stdout are not JSON-RPC messages", share / 4);
      };
    }

    /** A time in microseconds, log-normal around the level of the moment. */
    private double micros(double factor) {
      double day = atMillis / Duration.ofDays(1).toMillis() * 2 * Math.PI;
      double level = median + wave * Math.sin(day + wavePhase) + burst;
      return factor * Math.exp(level + sigma * noise.nextGaussian());
    }

    /** What lies between an answer and the moment at which it is noted, in microseconds. */
    private double handling() {
      return Math.exp(Math.log(120) + 0.6 * noise.nextGaussian());
    }

    private int poisson(double mean) {
      if (mean > 60) {
        return (int) Math.max(0, Math.round(mean + Math.sqrt(mean) * noise.nextGaussian()));
      }
      double limit = Math.exp(-mean);
      int count = 0;
      for (double product = noise.nextDouble(); product > limit; count++) {
        product *= noise.nextDouble();
      }
      return count;
    }

    private ServerMetrics sample() {
      next();
      double day = atMillis / Duration.ofDays(1).toMillis() * 2 * Math.PI;
      long requests = poisson(requestMean * (1 + 0.5 * Math.sin(day + wavePhase)));
      long errors = 0;
      for (long i = 0; i < requests; i++) {
        errors += noise.nextDouble() < episode.errorShare() ? 1 : 0;
      }
      boolean down = episode.state() == ServerState.DOWN;
      double response = Math.min(micros(1), 1.7e9);
      var sample =
          ServerMetrics.builder(server, Instant.ofEpochMilli((long) atMillis), episode.state())
              .requestCount(requests)
              .errorCount(errors)
              .sessionId(session);
      if (!down) {
        double seenMillis = atMillis + response / 1_000;
        sample
            .responseTime(ofMicros(response))
            .uptime(Duration.ofSeconds((long) ((seenMillis - startedMillis) / 1_000)))
            .memoryBytes(((long) pages) * PAGE);
      }
      if (requests > 0) {
        sample
            .errorRate((double) errors / requests)
            .successRate((double) (requests - errors) / requests);
      }
      if (episode.state() != ServerState.HEALTHY) {
        sample.lastError(episode.words());
      } else if (errors > 0) {
        sample.lastError("tools/call timed out after 5 s");
      }
      if (down && episodeUntil - atMillis < 300_000) {
        boolean trying = noise.nextInt(4) == 0;
        sample.circuit(trying ? CircuitState.HALF_OPEN : CircuitState.OPEN);
      }
      return sample.build();
    }

    private HealthCheck check() {
      next();
      var stages = new ArrayList<StageResult>();
      boolean down = episode.state() == ServerState.DOWN;
      double response = http ? reach(stages, down) : process(stages, down);
      if (!down) {
        response = micros(0.9);
        stages.add(passed(ProbeStage.LIST, response + handling(), tools + " tools"));
        if (canary) {
          response = micros(1.4);
          stages.add(passed(ProbeStage.CANARY, response + handling(), null));
        } else {
          stages.add(skipped(ProbeStage.CANARY, "none configured"));
        }
      }
      boolean healthy = episode.state() == ServerState.HEALTHY;
      String revision = modern ? "2026-07-28" : "2025-11-25";
      return new HealthCheck(
          server,
          Instant.ofEpochMilli((long) atMillis),
          episode.state(),
          down ? null : ofMicros(response),
          healthy ? null : episode.words(),
          stages,
          down ? null : modern ? Era.MODERN : Era.LEGACY,
          down ? null : revision,
          down ? null : server + " 1." + (seed % 17) + ".3",
          down ? null : tools);
    }

    private double reach(List<StageResult> stages, boolean down) {
      if (down || atMillis - connectionChecked > CONNECTION_CHECK.toMillis()) {
        connectionChecked = atMillis;
        var at = Instant.ofEpochMilli((long) atMillis);
        certificate =
            "certificate valid until %s (%d days)"
                .formatted(
                    expiry.atOffset(ZoneOffset.UTC).toLocalDate(),
                    Duration.between(at, expiry).toDays());
        stages.add(passed(ProbeStage.RESOLVE, handling() * 6, "10.2.0." + seed % 250));
        stages.add(passed(ProbeStage.CONNECT, micros(0.1), null));
        stages.add(passed(ProbeStage.TLS, micros(0.3), certificate));
      } else {
        for (var stage : List.of(ProbeStage.RESOLVE, ProbeStage.CONNECT, ProbeStage.TLS)) {
          stages.add(skipped(stage, "connection reused, " + certificate));
        }
      }
      double first = micros(0.8);
      if (down) {
        stages.add(failed(ProbeStage.REQUEST, first));
        notReached(
            stages,
            ProbeStage.AUTHENTICATION,
            ProbeStage.HANDSHAKE,
            ProbeStage.LIST,
            ProbeStage.CANARY);
        return first;
      }
      stages.add(passed(ProbeStage.REQUEST, first, null));
      stages.add(passed(ProbeStage.AUTHENTICATION, first, null));
      double more = modern ? 0 : micros(0.4) + micros(0.6);
      stages.add(shakenHands(first + handling() + more));
      return first;
    }

    private double process(List<StageResult> stages, boolean down) {
      stages.add(skipped(ProbeStage.START, "process kept running"));
      double ping = micros(0.2);
      if (down) {
        stages.add(failed(ProbeStage.HANDSHAKE, ping));
        notReached(stages, ProbeStage.LIST, ProbeStage.CANARY);
      } else {
        stages.add(shakenHands(ping + handling()));
      }
      return ping;
    }

    private StageResult shakenHands(double micros) {
      boolean healthy = episode.state() == ServerState.HEALTHY;
      String detail = modern ? "modern era, 2026-07-28" : "legacy era, 2025-11-25";
      var verdict = healthy ? Verdict.PASSED : Verdict.WARNING;
      return new StageResult(ProbeStage.HANDSHAKE, verdict, ofMicros(micros), detail);
    }

    private StageResult failed(ProbeStage stage, double micros) {
      return new StageResult(stage, Verdict.FAILED, ofMicros(micros), episode.words());
    }
  }

  private static StageResult passed(ProbeStage stage, double micros, @Nullable String detail) {
    return new StageResult(stage, Verdict.PASSED, ofMicros(micros), detail);
  }

  private static StageResult skipped(ProbeStage stage, String why) {
    return new StageResult(stage, Verdict.SKIPPED, null, why);
  }

  private static void notReached(List<StageResult> stages, ProbeStage... missed) {
    for (var stage : missed) {
      stages.add(skipped(stage, "not reached"));
    }
  }

  private static Duration ofMicros(double micros) {
    return Duration.ofNanos(Math.round(micros) * 1_000);
  }
}
