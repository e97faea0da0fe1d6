package io.mcprealtime.benchmarks;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;

/**
 * Response times in milliseconds, one every 15 s, around 100 ms where nothing is slow. To be asked
 * for in order, from sample 0 on.
 *
 * @param deviation of the logarithm
 * @param correlation of its neighbours
 * @param slowShare the share of samples that are ten times as slow
 */
record ResponseTimes(
    String label, double deviation, double correlation, double slowShare, Rhythm rhythm) {
  static final Instant START = Instant.parse("2026-11-20T12:00:00Z");
  static final int DAY_SAMPLES = 5_760;

  private static final long INTERVAL_SECONDS = 15;
  private static final double LEVEL_MILLIS = 100;
  private static final double SLOW = 10;

  /** What comes again at the same time of day, as a factor. */
  enum Rhythm {
    NONE {
      @Override
      double factor(int sample) {
        return 1;
      }
    },
    OFFICE {
      @Override
      double factor(int sample) {
        int hour = at(sample).atOffset(ZoneOffset.UTC).getHour();
        return hour >= 9 && hour < 17 ? 2 : 1;
      }
    },
    WEEKDAYS {
      @Override
      double factor(int sample) {
        int day = at(sample).atOffset(ZoneOffset.UTC).getDayOfWeek().getValue();
        return day <= 5 ? OFFICE.factor(sample) : 1;
      }
    },
    SINE {
      @Override
      double factor(int sample) {
        return 1 + 0.4 * Math.sin(2 * Math.PI * sample / DAY_SAMPLES);
      }
    };

    abstract double factor(int sample);
  }

  /** Series of which none changes for good. */
  static final List<ResponseTimes> STEADY =
      List.of(
          new ResponseTimes("σ 0.1", 0.1, 0),
          new ResponseTimes("σ 0.3", 0.3, 0),
          new ResponseTimes("σ 0.5", 0.5, 0),
          new ResponseTimes("σ 0.3, 1 % × 10", 0.3, 0, 0.01, Rhythm.NONE),
          new ResponseTimes("σ 0.1, 5 % × 10", 0.1, 0, 0.05, Rhythm.NONE),
          new ResponseTimes("σ 0.25, r 0.5", 0.25, 0.5),
          new ResponseTimes("σ 0.25, r 0.8", 0.25, 0.8),
          new ResponseTimes("σ 0.25, r 0.9", 0.25, 0.9),
          new ResponseTimes("σ 0.25, r 0.95", 0.25, 0.95),
          new ResponseTimes("σ 0.25, r 0.99", 0.25, 0.99),
          new ResponseTimes("9 to 17 h × 2", 0.15, 0, 0, Rhythm.OFFICE),
          new ResponseTimes("sine ± 40 %", 0.15, 0, 0, Rhythm.SINE));

  ResponseTimes(String label, double deviation, double correlation) {
    this(label, deviation, correlation, 0, Rhythm.NONE);
  }

  static Instant at(int sample) {
    return START.plus(Duration.ofSeconds(INTERVAL_SECONDS * sample));
  }

  boolean hasRhythm() {
    return rhythm != Rhythm.NONE;
  }

  /** A series, as if it had gone on for ever. */
  IntToDoubleFunction series(SplittableRandom random) {
    var state = new double[] {random.nextGaussian()};
    double fresh = Math.sqrt(1 - correlation * correlation);
    return sample -> {
      state[0] = correlation * state[0] + fresh * random.nextGaussian();
      double slow = slowShare > 0 && random.nextDouble() < slowShare ? SLOW : 1;
      return LEVEL_MILLIS * Math.exp(deviation * state[0]) * slow * rhythm.factor(sample);
    };
  }
}
