package io.mcprealtime.internal;

import io.mcprealtime.McpDataRetentionManager.ArchiveResult;
import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.storage.SampleStore;
import io.mcprealtime.storage.TimeRange;
import io.mcprealtime.wire.WireJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/** Writes samples to a compressed file and proves that it can be read back. */
public final class SampleArchive {
  private SampleArchive() {}

  /** Writes every sample of the range; the file appears under its name only when it is whole. */
  public static ArchiveResult write(Path directory, TimeRange range, SampleStore samples) {
    String name = "metrics-before-" + range.to().toString().replace(':', '-') + ".ndjson.gz";
    Path file = directory.resolve(name);
    Path partial = directory.resolve(name + ".partial");
    try {
      Files.createDirectories(directory);
      var counts = new long[2];
      try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(partial))) {
        samples.forEach(
            range,
            sample -> {
              byte[] line = (WireJson.toJson(sample) + "\n").getBytes(StandardCharsets.UTF_8);
              try {
                out.write(line);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
              counts[0]++;
              counts[1] += line.length;
            });
      }
      long read = count(partial);
      if (read != counts[0]) {
        throw new McpRealtimeException(
            "archive %s holds %d samples where %d were written; it is not used"
                .formatted(partial, read, counts[0]));
      }
      Files.move(partial, file, StandardCopyOption.REPLACE_EXISTING);
      return new ArchiveResult(file, counts[0], counts[1], Files.size(file));
    } catch (IOException | UncheckedIOException e) {
      throw new McpRealtimeException(
          "cannot write the archive %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static long count(Path file) throws IOException {
    try (var reader =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(file)), StandardCharsets.UTF_8))) {
      long count = 0;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        WireJson.readMetrics(WireJson.parse(line));
        count++;
      }
      return count;
    }
  }
}
