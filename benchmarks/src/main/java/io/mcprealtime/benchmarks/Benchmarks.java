package io.mcprealtime.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Comparator;

/** Runs the benchmark that its argument names. */
public final class Benchmarks {
  private Benchmarks() {}

  /**
   * Runs one benchmark to its end.
   *
   * @param arguments the runnable jar, the benchmark's name, and its options
   */
  public static void main(String[] arguments)
      throws IOException, InterruptedException, SQLException {
    try {
      run(arguments);
    } catch (UsageException e) {
      System.err.println(e.getMessage());
      System.exit(2);
    }
  }

  private static void run(String... arguments)
      throws IOException, InterruptedException, SQLException {
    if (arguments.length < 2) {
      throw new UsageException(
          "usage: benchmarks/run first-verdict | http-reads"
              + " | ingest [--rows N] [--rounds N]"
              + " | capacity [--servers N] [--past samples|rollups]"
              + " | reads [--few N] [--many N]"
              + " | cache [--rounds N] [--seconds N]"
              + " | trends [--runs N]"
              + " | error-rates [--runs N]"
              + " | shifts [--runs N]"
              + " | probing [--targets N] [--stdio N] [--seconds N] [--warm-up N] [--interval 15s]"
              + " [--addresses N] [--jvm OPTIONS] [--profile FILE]"
              + " | anomalies [--servers N] [--minutes M] [--interval 250ms] [--seed N]"
              + " [--out DIR]"
              + " | anomaly-simulation"
              + " | nab [--data DIR] [--out DIR]"
              + " | detector");
    }
    var jar = Path.of(arguments[0]).toAbsolutePath();
    var name = arguments[1];
    var settings = Settings.parse(Arrays.copyOfRange(arguments, 2, arguments.length));
    var directory = Files.createTempDirectory("mcp-realtime-benchmark");
    try {
      System.out.printf(
          "%s, Java %s, %d processors%n",
          name, System.getProperty("java.version"), Runtime.getRuntime().availableProcessors());
      switch (name) {
        case "first-verdict" -> FirstVerdict.run(jar, directory);
        case "http-reads" -> HttpReads.run(jar, directory);
        case "capacity" -> Capacity.run(directory, settings);
        case "reads" -> StorageReads.run(directory, settings);
        case "cache" -> CacheFigures.run(directory, settings);
        case "trends" -> trends(settings.number("runs", 2_000));
        case "error-rates" -> ErrorRateSimulation.print(settings.number("runs", 60));
        case "shifts" -> ShiftSimulation.print(settings.number("runs", 60));
        case "probing" -> Probing.run(jar, directory, settings);
        case "anomalies" -> Anomalies.run(settings);
        case "anomaly-simulation" -> {
          AnomalySimulation.print(30);
          AnomalySimulation.print(12);
        }
        case "nab" -> Nab.run(settings);
        case "detector" -> DetectorCost.run();
        case "ingest" -> Ingest.run(jar, directory, settings);
        default ->
            throw new UsageException(
                "there is no benchmark '%s'; benchmarks/run without a name says which there are"
                    .formatted(name));
      }
    } finally {
      delete(directory);
    }
  }

  private static void trends(int runs) {
    TrendSimulation.print(runs);
    TrendRivals.print(runs / 8);
    TrendMemory.print(runs);
    ForecastSimulation.print(runs / 2);
  }

  private static void delete(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
