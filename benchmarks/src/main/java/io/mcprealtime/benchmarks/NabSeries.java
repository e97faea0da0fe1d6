package io.mcprealtime.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/**
 * A labelled series of the Numenta Anomaly Benchmark.
 *
 * @param name its path in the data set
 * @param windows first and last timestamp of each stretch that is labelled an anomaly
 */
record NabSeries(
    String name, List<String> timestamps, List<Double> values, List<List<String>> windows) {
  private static final int TO_THE_SECOND = 19;

  /** The folder that the series is in, which is the kind of series. */
  String folder() {
    return name.substring(0, name.indexOf('/'));
  }

  Instant at(int row) {
    return LocalDateTime.parse(timestamps.get(row).replace(' ', 'T')).toInstant(ZoneOffset.UTC);
  }

  /**
   * Reads the series that {@code windows.json} names from the folder {@code data} beside it.
   *
   * @throws IllegalArgumentException when there is no such file
   */
  static List<NabSeries> readAll(Path root) throws IOException {
    try {
      var labels =
          JsonMapper.shared()
              .readValue(
                  Files.readString(root.resolve("windows.json")),
                  new TypeReference<TreeMap<String, List<List<String>>>>() {});
      var all = new ArrayList<NabSeries>();
      for (var label : labels.entrySet()) {
        all.add(read(root.resolve("data"), label.getKey(), label.getValue()));
      }
      return all;
    } catch (NoSuchFileException e) {
      throw new UsageException(
          ("there is no %s: name a folder with windows.json and data/ of the Numenta Anomaly"
                  + " Benchmark by --data or by the variable NAB_DIR")
              .formatted(e.getFile()),
          e);
    }
  }

  private static NabSeries read(Path data, String name, List<List<String>> windows)
      throws IOException {
    var timestamps = new ArrayList<String>();
    var values = new ArrayList<Double>();
    try (var lines = Files.newBufferedReader(data.resolve(name))) {
      lines.readLine();
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        int comma = line.indexOf(',');
        timestamps.add(line.substring(0, TO_THE_SECOND));
        values.add(Double.valueOf(line.substring(comma + 1)));
      }
    }
    return new NabSeries(name, timestamps, values, windows);
  }
}
