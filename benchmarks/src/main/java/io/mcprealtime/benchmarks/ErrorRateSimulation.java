package io.mcprealtime.benchmarks;

import io.mcprealtime.benchmarks.FailureAlarm.Kind;
import io.mcprealtime.benchmarks.TrendSimulation.Share;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * How often a raised error rate is told where calls fail as usual, and how soon where they do not.
 * Calls fail independently of each other. Each server has a seed of its own, so that what is
 * printed does not depend on the processors.
 */
final class ErrorRateSimulation {
  private static final Instant START = Instant.parse("2026-11-20T12:00:00Z");
  private static final int INTERVAL_SECONDS = 15;
  private static final int CALLS = 200_000;
  private static final int MONTH_SAMPLES = 172_800;
  private static final int MONTH_CALLS = 1_500;
  private static final int FIRST_CALLS = 2_000;
  private static final int PATIENCE_CALLS = 40_000;
  private static final int YOUNG_PATIENCE_CALLS = 1_000;

  /** Where failures are few, it is quicker to draw the calls between them. */
  private static final double RARE = 0.1;

  private static final int MANY = 20;
  private static final int YARDSTICK_SHARE = 5;
  private static final double[] RATES = {0, 0.001, 0.01, 0.05, 0.25, 0.5, 0.9, 0.97, 1};
  private static final double[] MONTH_RATES = {0.001, 0.01, 0.05};
  private static final double[] FIRST_RATES = {0.001, 0.01, 0.05, 0.2, 0.5};

  /** A rise of the share of calls that fail. */
  record Rise(double from, double to) {
    static final List<Rise> ALL =
        List.of(
            new Rise(0, 1),
            new Rise(0, 0.2),
            new Rise(0.01, 0.3),
            new Rise(0.01, 0.1),
            new Rise(0.01, 0.05),
            new Rise(0.05, 0.2),
            new Rise(0.001, 0.012),
            new Rise(0.001, 0.004));

    /** Those that a young server may have. */
    static final List<Rise> YOUNG =
        List.of(new Rise(0, 1), new Rise(0, 0.5), new Rise(0, 0.2), new Rise(0.05, 0.5));

    String label() {
      return String.format(Locale.ROOT, "%s -> %s %%", percent(from), percent(to));
    }
  }

  private ErrorRateSimulation() {}

  /** Of each server, how often it is told of where nothing changes. */
  static int[] told(Kind kind, double rate, int ofSample, int samples, int servers, long seed) {
    return IntStream.range(0, servers)
        .parallel()
        .map(
            server -> {
              var random = random(seed, server);
              var alarm = kind.alarm();
              int begun = 0;
              for (int i = 0; i < samples; i++) {
                begun += alarm.begins(at(i), ofSample, failures(random, ofSample, rate)) ? 1 : 0;
              }
              return begun;
            })
        .toArray();
  }

  /** The share of servers that are told of in their first calls, where nothing changes. */
  static Share toldAtFirst(Kind kind, double rate, int ofSample, int servers, long seed) {
    var told = told(kind, rate, ofSample, FIRST_CALLS / ofSample, servers, seed);
    return new Share((int) IntStream.of(told).filter(begun -> begun > 0).count(), servers);
  }

  /**
   * The calls until a rise is told.
   *
   * @param before calls at the rate before
   * @param patience calls after which it counts as not told
   */
  static Delays delays(
      Kind kind, Rise rise, int ofSample, int before, int patience, int servers, long seed) {
    return Delays.of(
        IntStream.range(0, servers)
            .parallel()
            .map(
                server -> {
                  var random = random(seed, server);
                  var alarm = kind.alarm();
                  int at = 0;
                  for (int calls = 0; calls < before; calls += ofSample) {
                    alarm.begins(at(at++), ofSample, failures(random, ofSample, rise.from()));
                  }
                  for (int calls = ofSample; calls <= patience; calls += ofSample) {
                    if (alarm.begins(at(at++), ofSample, failures(random, ofSample, rise.to()))) {
                      return calls;
                    }
                  }
                  return -1;
                })
            .toArray());
  }

  private static SplittableRandom random(long seed, int server) {
    return new SplittableRandom(seed * 1_000_003 + server);
  }

  private static Instant at(int sample) {
    return START.plusSeconds((long) INTERVAL_SECONDS * sample);
  }

  private static int failures(SplittableRandom random, int calls, double rate) {
    if (rate == 0 || rate == 1) {
      return rate == 0 ? 0 : calls;
    }
    int failures = 0;
    if (calls < MANY || rate > RARE) {
      for (int call = 0; call < calls; call++) {
        failures += random.nextDouble() < rate ? 1 : 0;
      }
      return failures;
    }
    double well = Math.log(1 - rate);
    for (double call = skip(random, well); call < calls; call += 1 + skip(random, well)) {
      failures++;
    }
    return failures;
  }

  private static double skip(SplittableRandom random, double well) {
    return Math.floor(Math.log(1 - random.nextDouble()) / well);
  }

  /**
   * Prints every table.
   *
   * @param runs servers of which false alarms are counted
   */
  static void print(int runs) {
    for (var kind : Kind.values()) {
      System.out.printf("%n=== %s ===%n", kind.label());
      // What is wrong so often needs fewer servers to be seen.
      int servers = kind == Kind.LIVE ? runs : Math.max(1, runs / YARDSTICK_SHARE);
      printFalse(kind, servers);
      printFirst(kind, 50 * servers);
      printDelays(kind, 2 * runs);
      printYoung(kind, 2 * runs);
    }
  }

  private static void printFalse(Kind kind, int runs) {
    int month = Math.max(1, runs / 5);
    System.out.printf(
        "%nfalse alarms a server, ± standard error: %,d calls (%d servers); 30 days (%d)%n",
        CALLS, runs, month);
    head("rate", List.of("1 a sample", "4", "100", "30 days of 1,500"));
    for (double rate : RATES) {
      row(
          percent(rate) + " %",
          List.of(1, 4, 100),
          ofSample -> falseAlarms(kind, rate, ofSample, CALLS / ofSample, runs));
      if (IntStream.range(0, MONTH_RATES.length).anyMatch(i -> MONTH_RATES[i] == rate)) {
        cell(falseAlarms(kind, rate, MONTH_CALLS, MONTH_SAMPLES, month));
      }
      System.out.println();
    }
  }

  private static String falseAlarms(Kind kind, double rate, int ofSample, int samples, int runs) {
    return Average.of(told(kind, rate, ofSample, samples, runs, 1)).text();
  }

  private static void printFirst(Kind kind, int servers) {
    System.out.printf(
        "%nservers told of falsely in the first %,d calls, of %,d%n", FIRST_CALLS, servers);
    head("rate", List.of("1 a sample", "4"));
    for (double rate : FIRST_RATES) {
      row(
          percent(rate) + " %",
          List.of(1, 4),
          ofSample -> Delays.percent(toldAtFirst(kind, rate, ofSample, servers, 2)));
      System.out.println();
    }
  }

  private static void printDelays(Kind kind, int servers) {
    System.out.printf(
        "%ncalls until a rise is told, median ± standard error (nine in ten within) and, if not"
            + " all,%nthe share found within %,d calls, of %d servers%n",
        PATIENCE_CALLS, servers);
    head("rise", List.of("1 a sample, 1,000 before", "4 a sample, 20,000", "1,500, 300,000"));
    for (var rise : Rise.ALL) {
      cellLeft(rise.label());
      cell(delays(kind, rise, 1, 1_000, PATIENCE_CALLS, servers, 3).text());
      cell(delays(kind, rise, 4, 20_000, PATIENCE_CALLS, servers, 4).text());
      cell(delays(kind, rise, MONTH_CALLS, 300_000, PATIENCE_CALLS, servers, 5).text());
      System.out.println();
    }
  }

  private static void printYoung(Kind kind, int servers) {
    System.out.printf(
        "%nthe same of young servers, 4 calls a sample, within %,d calls%n", YOUNG_PATIENCE_CALLS);
    var before = List.of(60, 100, 140, 200, 400);
    head("rise after", before.stream().map(calls -> calls + " calls").toList());
    for (var rise : Rise.YOUNG) {
      row(
          rise.label(),
          before,
          calls -> delays(kind, rise, 4, calls, YOUNG_PATIENCE_CALLS, servers, 6).text());
      System.out.println();
    }
  }

  private static String percent(double rate) {
    return String.format(Locale.ROOT, "%.1f", 100 * rate).replace(".0", "");
  }

  private static void head(String title, List<String> columns) {
    cellLeft(title);
    columns.forEach(ErrorRateSimulation::cell);
    System.out.println();
  }

  private static <T> void row(String label, List<T> columns, Function<T, String> text) {
    cellLeft(label);
    columns.forEach(column -> cell(text.apply(column)));
  }

  private static void cellLeft(String text) {
    System.out.printf("%-14s", text);
  }

  private static void cell(String text) {
    System.out.printf("  %30s", text);
  }
}
