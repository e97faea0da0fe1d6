package io.mcprealtime.benchmarks;

import io.mcprealtime.ServerMetrics;
import io.mcprealtime.mcp.sample.InjectedFault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;

/** Writes what was measured and what was wrong, so that other ways to judge can be tried on it. */
final class AnomaliesRecord {
  private static final double NANOS_PER_MILLI = 1e6;

  private AnomaliesRecord() {}

  static void write(Path directory, Collection<ServerMetrics> samples, List<InjectedFault> faults)
      throws IOException {
    Files.createDirectories(directory);
    try (var out = Files.newBufferedWriter(directory.resolve("samples.csv"))) {
      out.write("server,timestamp,value,requests,errors,state\n");
      for (var sample : samples) {
        var time = sample.responseTime();
        out.write(
            "%s,%s,%s,%s,%s,%s\n"
                .formatted(
                    sample.server(),
                    sample.at(),
                    time == null ? "" : time.toNanos() / NANOS_PER_MILLI,
                    sample.requestCount(),
                    sample.errorCount(),
                    sample.state()));
      }
    }
    try (var out = Files.newBufferedWriter(directory.resolve("faults.csv"))) {
      out.write("server,fault,from,until\n");
      for (var fault : faults) {
        out.write(
            "%s,%s,%s,%s\n"
                .formatted(
                    fault.server(),
                    fault.fault(),
                    fault.from(),
                    fault.until() == null ? "" : fault.until()));
      }
    }
  }
}
