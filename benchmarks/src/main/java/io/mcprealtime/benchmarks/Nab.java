package io.mcprealtime.benchmarks;

import io.mcprealtime.analysis.BandDetector;
import io.mcprealtime.analysis.Detector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The anomaly detector and simpler ones over the series of the Numenta Anomaly Benchmark. */
final class Nab {
  private static final double THRESHOLD = 1;
  private static final double JUST_UNDER = Math.nextDown(THRESHOLD);
  private static final String OURS = "BandDetector";

  private Nab() {}

  static void run(Settings settings) throws IOException {
    var variable = System.getenv("NAB_DIR");
    var root = Path.of(settings.text("data", variable == null ? "nab" : variable));
    var series = NabSeries.readAll(root);
    var detectors = new LinkedHashMap<String, Supplier<Detector>>();
    detectors.put(OURS, BandDetector::new);
    detectors.putAll(NabBaselines.all());
    var scores = new LinkedHashMap<String, NabScore>();
    for (var detector : detectors.entrySet()) {
      scores.put(detector.getKey(), score(series, detector.getValue()));
    }
    System.out.printf(
        "%n%d series, %d rows; one threshold for all of them, the best%n",
        series.size(), series.stream().mapToInt(one -> one.values().length).sum());
    System.out.printf("%-28s %9s %9s %9s %12s%n", "", "standard", "low_FP", "low_FN", "threshold");
    scores.forEach(
        (name, score) -> {
          System.out.printf("%-28s", name);
          for (var profile : NabScore.Profile.values()) {
            System.out.printf(" %9.2f", score.best(profile).value());
          }
          System.out.printf(" %12.4g%n", score.best(NabScore.Profile.STANDARD).threshold());
        });
    var ours = scores.get(OURS);
    if (ours == null) {
      throw new IllegalStateException(OURS + " was not run");
    }
    System.out.printf("%-28s", OURS + ", its own");
    for (var profile : NabScore.Profile.values()) {
      System.out.printf(" %9.2f", ours.at(THRESHOLD, profile).value());
    }
    System.out.printf(" %12.4g%n", THRESHOLD);
    printFolders(series, ours);
    var out = settings.text("out", "");
    if (!out.isEmpty()) {
      for (var one : series) {
        write(Path.of(out).resolve(one.name()), one);
      }
    }
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
    var scores = new double[series.values().length];
    for (int i = 0; i < scores.length; i++) {
      var verdict = detector.next(series.at(i), series.values()[i]);
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
                    series.values()[i],
                    scores[i],
                    scores[i] >= THRESHOLD ? 1 : 0));
      }
    }
  }
}
