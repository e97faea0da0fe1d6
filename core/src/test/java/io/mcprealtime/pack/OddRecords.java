package io.mcprealtime.pack;

import io.mcprealtime.CircuitState;
import io.mcprealtime.Era;
import io.mcprealtime.HealthCheck;
import io.mcprealtime.LatencySketch;
import io.mcprealtime.ProbeStage;
import io.mcprealtime.Rollup;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.StageResult;
import io.mcprealtime.StageResult.Verdict;
import io.mcprealtime.Window;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Makes records with every value that a constructor lets through, from a seed. */
final class OddRecords {
  static final ServerId SERVER = ServerId.of("odd");
  private static final String[] CHARACTERS = {
    "a", "e", " ", "\n", "\\", "\"", "é", "漢", "😀", "\u0001", "\uFFFF", "\u200F"
  };

  private final Random random;
  private final double nullShare;
  private final double oddShare;
  private final int textPool;
  private long at;

  OddRecords(long seed) {
    random = new Random(seed);
    nullShare = random.nextInt(4) / 3.0;
    oddShare = random.nextInt(3) / 2.0;
    textPool = random.nextBoolean() ? 3 : 100_000;
    at =
        random.nextInt(3) == 0
            ? ServerMetrics.MIN_INSTANT.toEpochMilli()
            : Instant.parse("2026-11-20T12:00:00Z").toEpochMilli() + random.nextInt();
  }

  List<ServerMetrics> samples(int count) {
    var samples = new ArrayList<ServerMetrics>();
    for (int i = 0; i < count; i++) {
      next(i, count);
      samples.add(
          new ServerMetrics(
              SERVER,
              Instant.ofEpochMilli(at).plusNanos(random.nextInt(1_000_000)),
              one(ServerState.values()),
              maybe(this::responseTime),
              maybe(this::rate),
              maybe(this::rate),
              maybe(this::count),
              maybe(this::count),
              maybe(() -> Duration.ofSeconds(random.nextInt(Integer.MAX_VALUE))),
              maybe(this::count),
              one(CircuitState.values()),
              maybe(() -> text(2_500)),
              maybe(() -> text(100))));
    }
    return samples;
  }

  List<HealthCheck> checks(int count) {
    var checks = new ArrayList<HealthCheck>();
    for (int i = 0; i < count; i++) {
      next(i, count);
      var stages = new ArrayList<StageResult>();
      for (int stage = random.nextInt(12); stage > 0; stage--) {
        stages.add(
            new StageResult(
                one(ProbeStage.values()),
                one(Verdict.values()),
                maybe(this::anyTime),
                maybe(() -> text(30))));
      }
      checks.add(
          new HealthCheck(
              SERVER,
              Instant.ofEpochMilli(at),
              one(ServerState.values()),
              maybe(this::anyTime),
              maybe(() -> text(2_500)),
              stages,
              maybe(() -> one(Era.values())),
              maybe(() -> text(10)),
              maybe(() -> text(300)),
              maybe(() -> odd() ? random.nextInt() : 14)));
    }
    return checks;
  }

  List<Rollup> rollups(int count) {
    var rollups = new ArrayList<Rollup>();
    long bucket = Math.floorDiv(at, 300_000L);
    for (int i = 0; i < count; i++) {
      bucket += odd() ? 1 + random.nextInt(1_000) : 1;
      var start = Instant.ofEpochMilli(bucket * 300_000);
      at = bucket * 300_000;
      Rollup rollup =
          Rollup.ofSamples(SERVER, Window.FIVE_MINUTES, start, samples(random.nextInt(40)));
      if (random.nextInt(4) == 0) {
        rollup = Rollup.ofRollups(SERVER, Window.FIVE_MINUTES, start, List.of(rollup, rollup));
      }
      if (random.nextInt(4) == 0) {
        rollup =
            new Rollup(
                SERVER,
                Window.FIVE_MINUTES,
                start,
                rollup.stateCounts(),
                random.nextLong() & Long.MAX_VALUE,
                random.nextLong() & Long.MAX_VALUE,
                rollup.responseTimeSum(),
                maybe(this::anyTime),
                maybe(this::anyTime),
                LatencySketch.decode(rollup.latency().encode()));
      }
      rollups.add(rollup);
    }
    return rollups;
  }

  private void next(int done, int count) {
    long limit = ServerMetrics.MAX_INSTANT.toEpochMilli();
    long step = 15_000 + random.nextInt(50);
    if (odd()) {
      long room = (limit - at) / Math.max(1, count - done) / 2;
      step = random.nextBoolean() ? 1 : 1 + (long) (random.nextDouble() * room);
    }
    at = Math.min(at + step, limit - 1 - (count - done));
  }

  private boolean odd() {
    return random.nextDouble() < oddShare && random.nextInt(3) == 0;
  }

  private <T> @Nullable T maybe(Supplier<T> value) {
    return random.nextDouble() < nullShare ? null : value.get();
  }

  private <T> T one(T[] values) {
    return values[odd() ? random.nextInt(values.length) : 0];
  }

  private long count() {
    if (!odd()) {
      return random.nextInt(100);
    }
    return random.nextBoolean() ? Long.MAX_VALUE : random.nextLong() & Long.MAX_VALUE;
  }

  private double rate() {
    return switch (random.nextInt(7)) {
      case 0 -> 0.0;
      case 1 -> -0.0;
      case 2 -> 1.0;
      case 3 -> Double.MIN_VALUE;
      case 4 -> random.nextInt(1_001) / 1_000.0;
      case 5 -> 1 - random.nextInt(40) / 40.0;
      default -> random.nextDouble();
    };
  }

  private Duration responseTime() {
    return switch (random.nextInt(6)) {
      case 0 -> Duration.ZERO;
      case 1 -> Duration.ofMinutes(30);
      case 2 -> Duration.ofNanos(random.nextLong(1, Duration.ofMinutes(30).toNanos()));
      default -> Duration.ofNanos(5_000_000 + random.nextInt(9_000_000));
    };
  }

  private Duration anyTime() {
    if (odd()) {
      return Duration.ofSeconds(random.nextInt(), random.nextInt(1_000_000_000));
    }
    return responseTime();
  }

  private String text(int maxLength) {
    var which = new Random(random.nextInt(textPool));
    int length = which.nextInt(10) == 0 ? which.nextInt(maxLength) : which.nextInt(12);
    var text = new StringBuilder();
    while (text.length() < length) {
      text.append(CHARACTERS[which.nextInt(CHARACTERS.length)]);
    }
    return text.toString();
  }
}
