package io.mcprealtime.benchmarks;

import io.mcprealtime.benchmarks.ResponseTimes.Rhythm;
import io.mcprealtime.benchmarks.ShiftAlarm.Kind;
import io.mcprealtime.benchmarks.TrendSimulation.Share;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * How often a lasting change of response time is told where there is none, and how soon where there
 * is one. Each server has a seed of its own, so that what is printed does not depend on the
 * processors.
 */
final class ShiftSimulation {
  private static final int DAY = ResponseTimes.DAY_SAMPLES;
  private static final int FRIDAY_NOON_TO_MONDAY = DAY * 5 / 2;
  private static final int STEP_AT = 6_000;
  private static final int PATIENCE = 1_500;
  private static final double[] FACTORS = {1.25, 1.5, 2, 4};
  private static final double[] YOUNG_FACTORS = {1.5, 3, 6};
  private static final int YARDSTICK_SHARE = 5;
  private static final int YOUNG_LENGTH = 80;
  private static final int YOUNG_PATIENCE = 320;

  private static final List<ResponseTimes> STEPPED =
      List.of(
          new ResponseTimes("σ 0.05", 0.05, 0),
          new ResponseTimes("σ 0.3", 0.3, 0),
          new ResponseTimes("σ 0.5", 0.5, 0),
          new ResponseTimes("σ 0.25, r 0.5", 0.25, 0.5),
          new ResponseTimes("σ 0.25, r 0.8", 0.25, 0.8),
          new ResponseTimes("σ 0.25, r 0.95", 0.25, 0.95),
          new ResponseTimes("σ 0.25, r 0.99", 0.25, 0.99));

  private static final ResponseTimes QUIET = new ResponseTimes("σ 0.1", 0.1, 0);

  private ShiftSimulation() {}

  /** Whatever a server's response times are multiplied by. */
  interface Change {
    double factor(int sample);
  }

  /** Of each server, how many shifts are told from a sample on. */
  static int[] told(
      Kind kind, ResponseTimes times, Change change, int from, int samples, int servers) {
    return IntStream.range(0, servers)
        .parallel()
        .map(
            server -> {
              var series = series(times, server);
              var alarm = kind.alarm();
              int told = 0;
              for (int i = 0; i < samples; i++) {
                double millis = series.applyAsDouble(i) * change.factor(i);
                told += alarm.next(ResponseTimes.at(i), millis) != 0 && i >= from ? 1 : 0;
              }
              return told;
            })
        .toArray();
  }

  /**
   * The samples until a change is told.
   *
   * @param from the sample it begins with
   * @param patience samples after which it counts as not told
   * @param sign of what is to be told
   */
  static Delays delays(
      Kind kind,
      ResponseTimes times,
      Change change,
      int from,
      int patience,
      int sign,
      int servers) {
    return Delays.of(
        IntStream.range(0, servers)
            .parallel()
            .map(
                server -> {
                  var series = series(times, server);
                  var alarm = kind.alarm();
                  for (int i = 0; i < from + patience; i++) {
                    double millis = series.applyAsDouble(i) * change.factor(i);
                    int told = alarm.next(ResponseTimes.at(i), millis);
                    if (i >= from && told == sign) {
                      return i - from + 1;
                    }
                  }
                  return -1;
                })
            .toArray());
  }

  private static IntToDoubleFunction series(ResponseTimes times, int server) {
    return times.series(new SplittableRandom(7_000_003L + server));
  }

  static Change step(int from, double factor) {
    return sample -> sample < from ? 1 : factor;
  }

  static Change burst(int from, int length, double factor) {
    return sample -> sample >= from && sample < from + length ? factor : 1;
  }

  /**
   * Prints every table.
   *
   * @param runs servers of each case
   */
  static void print(int runs) {
    for (var kind : Kind.values()) {
      System.out.printf("%n=== %s ===%n", kind.label());
      // What is wrong so often needs fewer servers to be seen.
      printFalse(kind, kind == Kind.LIVE ? runs : Math.max(1, runs / YARDSTICK_SHARE));
      printDelays(kind, runs);
      printYoung(kind, runs);
      printShort(kind, runs);
      printRhythms(kind, Math.max(1, runs / 5));
    }
  }

  private static void printFalse(Kind kind, int runs) {
    System.out.printf(
        "%nfalse shifts of %d servers in 7 days, ± standard error"
            + " (with a rhythm: after the first day)%n%-18s%20s%24s%n",
        runs, "series", "shifts", "samples for each");
    for (var times : ResponseTimes.STEADY) {
      int from = times.hasRhythm() ? DAY : 0;
      int[] told = told(kind, times, sample -> 1, from, 7 * DAY, runs);
      long all = Arrays.stream(told).sum();
      long samples = (7L * DAY - from) * runs;
      var average = Average.of(told);
      System.out.printf(
          "%-18s%20s%24s%n",
          times.label(),
          String.format(Locale.ROOT, "%d ±%.1f", all, average.standardError() * runs),
          all == 0
              ? "none in " + grouped(samples)
              : grouped(samples / all) + (all == 1 ? " (one)" : ""));
    }
  }

  private static String grouped(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  private static void printDelays(Kind kind, int runs) {
    System.out.printf(
        "%nsamples until a step at sample %,d is told, median ± standard error (nine in ten within)"
            + " and,%nif not all, the share found within %,d, of %d servers%n%-18s",
        STEP_AT, PATIENCE, runs, "noise");
    Arrays.stream(FACTORS).forEach(factor -> cell("× " + factor));
    System.out.println();
    for (var times : STEPPED) {
      System.out.printf("%-18s", times.label());
      for (double factor : FACTORS) {
        cell(delays(kind, times, step(STEP_AT, factor), STEP_AT, PATIENCE, 1, runs).text());
      }
      System.out.println();
    }
  }

  private static void printYoung(Kind kind, int runs) {
    System.out.printf(
        "%nthe same of a young level (σ 0.1): a step of %d samples / its return%n%-18s",
        YOUNG_LENGTH, "step after");
    Arrays.stream(YOUNG_FACTORS).forEach(factor -> cell("× " + factor));
    System.out.println();
    for (int from : new int[] {60, 100, 150, 300}) {
      System.out.printf("%-18s", from + " samples");
      for (double factor : YOUNG_FACTORS) {
        var change = burst(from, YOUNG_LENGTH, factor);
        var rise = delays(kind, QUIET, change, from, YOUNG_LENGTH, 1, runs);
        var fall = delays(kind, QUIET, change, from + YOUNG_LENGTH, YOUNG_PATIENCE, -1, runs);
        cell(rise.text() + " / " + fall.text());
      }
      System.out.println();
    }
  }

  private static void printShort(Kind kind, int runs) {
    System.out.printf("%nsix times as slow for some samples (σ 0.1), told as a shift%n");
    for (int length : new int[] {4, 8, 12, 15, 17, 19}) {
      var change = burst(2_020, length, 6);
      var told = told(kind, QUIET, change, 2_020, 2_400, runs);
      int hits = (int) Arrays.stream(told).filter(count -> count > 0).count();
      System.out.printf("%4d samples %18s%n", length, Delays.percent(new Share(hits, runs)));
    }
  }

  /** What is usual at an hour is not so on every day. */
  private static void printRhythms(Kind kind, int runs) {
    System.out.printf("%nshifts told a server, ± standard error, of %d servers (σ 0.15)%n", runs);
    var flat = new ResponseTimes("", 0.15, 0);
    // What the first days show is taken for what is usual.
    for (boolean monday : new boolean[] {true, false}) {
      int ahead = monday ? FRIDAY_NOON_TO_MONDAY : 0;
      print(
          "9 to 17 h × 2 on weekdays, days 2 to 22, first day a " + (monday ? "Monday" : "Friday"),
          told(kind, flat, sample -> Rhythm.WEEKDAYS.factor(sample + ahead), DAY, 22 * DAY, runs));
    }
    Change late = sample -> sample < 3 * DAY ? 1 : Rhythm.OFFICE.factor(sample);
    int before = 0;
    for (int days : new int[] {7, 10, 14}) {
      print(
          "9 to 17 h × 2 from the fourth day on, days %d to %d"
              .formatted(Math.max(4, before), days),
          told(kind, flat, late, Math.max(3, before - 1) * DAY, days * DAY, runs));
      before = days + 1;
    }
    var office = new ResponseTimes("", 0.15, 0, 0, Rhythm.OFFICE);
    // From eight in the evening on.
    int from = 4 * DAY + DAY / 3;
    int[] more = told(kind, office, step(from, 3), from, 14 * DAY, runs);
    print("9 to 17 h × 2, thrice as slow from the fifth day on", more);
    int hits = (int) Arrays.stream(more).filter(count -> count > 1).count();
    System.out.printf(
        "%-64s%16s%n",
        "... servers with more than that one", Delays.percent(new Share(hits, runs)));
  }

  private static void print(String label, int... told) {
    System.out.printf("%-64s%16s%n", label, Average.of(told).text());
  }

  private static void cell(String text) {
    System.out.printf("  %34s", text);
  }
}
