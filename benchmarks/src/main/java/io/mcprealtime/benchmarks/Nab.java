package io.mcprealtime.benchmarks;

import io.mcprealtime.analysis.BandDetector;
import io.mcprealtime.analysis.Detector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/** The anomaly detector and simpler ones over the series of the Numenta Anomaly Benchmark. */
final class Nab {
  private static final double THRESHOLD = 1;
  private static final double JUST_UNDER = Math.nextDown(THRESHOLD);
  private static final int TRIES = 200;
  private static final String OURS = "BandDetector";

  private Nab() {}

  static void run(Settings settings) throws IOException {
    var variable = System.getenv("NAB_DIR");
    var root = Path.of(settings.text("data", variable == null ? "nab" : variable));
    var series = NabSeries.readAll(root);
    System.out.printf(
        "%n%d series, %d rows; one threshold for all of them, the best%n",
        series.size(), series.stream().mapToInt(one -> one.values().size()).sum());
    System.out.printf("%-28s %9s %9s %9s%n", "", "standard", "low_FP", "low_FN");
    var ours = score(series, BandDetector::new);
    print(OURS, profile -> ours.best(profile).value());
    for (var way : NabBaselines.all()) {
      var tried = tries(series, way);
      print(
          way.name(),
          profile ->
              tried.stream().mapToDouble(one -> one.best(profile).value()).max().orElseThrow());
    }
    print(OURS + ", its own", profile -> ours.at(THRESHOLD, profile).value());
    printFolders(series, ours);
    var out = settings.text("out", "");
    if (!out.isEmpty()) {
      for (var one : series) {
        write(Path.of(out).resolve(one.name()), one);
      }
    }
  }

  private static void print(String name, ToDoubleFunction<NabScore.Profile> value) {
    System.out.printf("%-28s", name);
    for (var profile : NabScore.Profile.values()) {
      System.out.printf(" %9.2f", value.applyAsDouble(profile));
    }
    System.out.println();
  }

  /** A cool-down depends on the threshold, so thresholds are tried one by one. */
  private static List<NabScore> tries(List<NabSeries> series, NabBaselines.Way way) {
    if (way.coolDown() == 0) {
      return List.of(score(series, way.detector()));
    }
    var raw = series.stream().map(one -> detect(one, way.detector().get())).toList();
    var sorted = raw.stream().flatMapToDouble(Arrays::stream).filter(s -> s > 0).sorted().toArray();
    var tried = new ArrayList<NabScore>();
    for (int i = 0; i < TRIES; i++) {
      double threshold = sorted[(int) ((long) sorted.length * i / TRIES)];
      var score = new NabScore();
      for (int j = 0; j < raw.size(); j++) {
        score.add(series.get(j), alarms(raw.get(j), threshold, way.coolDown()), THRESHOLD);
      }
      tried.add(score);
    }
    return tried;
  }

  private static double[] alarms(double[] scores, double threshold, int coolDown) {
    var alarms = new double[scores.length];
    int last = -coolDown - 1;
    for (int i = 0; i < scores.length; i++) {
      if (scores[i] >= threshold && i - last > coolDown) {
        alarms[i] = THRESHOLD;
        last = i;
      }
    }
    return alarms;
  }

  private static NabScore score(List<NabSeries> series, Supplier<Detector> detector) {
    var score = new NabScore();
    for (var one : series) {
      score.add(one, detect(one, detector.get()), THRESHOLD);
    }
    return score;
  }

  /** A row's score; that of a row that an alarm does not begin with stays under the threshold. */
  private static double[] detect(NabSeries series, Detector detector) {
    var scores = new double[series.values().size()];
    for (int i = 0; i < scores.length; i++) {
      var verdict = detector.next(series.at(i), series.values().get(i));
      boolean ruled = detector instanceof BandDetector && !verdict.onset();
      scores[i] = ruled ? Math.min(verdict.score(), JUST_UNDER) : verdict.score();
    }
    return scores;
  }

  private static void printFolders(List<NabSeries> series, NabScore ours) {
    var names = new TreeMap<String, NabScore.Tally>(ours.folders());
    System.out.printf(
        "%n%s, its own threshold%n%-28s %9s %9s %9s %13s %19s%n",
        OURS, "", "windows", "hit", "false", "folder alone", "all other folders");
    for (var entry : names.entrySet()) {
      var tally = entry.getValue();
      System.out.printf(
          "%-28s %9d %9d %9d %13s %19s%n",
          entry.getKey(),
          tally.windows(),
          tally.hits(),
          tally.falseAlarms(),
          standard(series.stream().filter(one -> one.folder().equals(entry.getKey())).toList()),
          standard(series.stream().filter(one -> !one.folder().equals(entry.getKey())).toList()));
    }
  }

  private static String standard(List<NabSeries> some) {
    if (some.stream().allMatch(one -> one.windows().isEmpty())) {
      return "no windows";
    }
    var score = score(some, BandDetector::new);
    return String.format(
        Locale.ROOT, "%.2f", score.at(THRESHOLD, NabScore.Profile.STANDARD).value());
  }

  private static void write(Path file, NabSeries series) throws IOException {
    var parent = file.getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    var scores = detect(series, new BandDetector());
    try (var lines = Files.newBufferedWriter(file)) {
      lines.write("timestamp,value,anomaly_score,is_anomaly\n");
      for (int i = 0; i < scores.length; i++) {
        lines.write(
            "%s,%s,%s,%d%n"
                .formatted(
                    series.timestamps().get(i),
                    series.values().get(i),
                    scores[i],
                    scores[i] >= THRESHOLD ? 1 : 0));
      }
    }
  }
}
