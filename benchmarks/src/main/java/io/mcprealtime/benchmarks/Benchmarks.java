package io.mcprealtime.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/** Runs the benchmark that its argument names. */
public final class Benchmarks {
  private Benchmarks() {}

  /**
   * Runs one benchmark to its end.
   *
   * @param arguments the benchmark's name, and the runnable jar
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    if (arguments.length != 2) {
      System.err.println("usage: benchmarks/run first-verdict | http-reads");
      System.exit(2);
    }
    var jar = Path.of(arguments[1]).toAbsolutePath();
    var directory = Files.createTempDirectory("mcp-realtime-benchmark");
    try {
      System.out.printf(
          "%s, Java %s, %d processors%n",
          arguments[0],
          System.getProperty("java.version"),
          Runtime.getRuntime().availableProcessors());
      switch (arguments[0]) {
        case "first-verdict" -> FirstVerdict.run(jar, directory);
        case "http-reads" -> HttpReads.run(jar, directory);
        default -> System.err.printf("there is no benchmark '%s'%n", arguments[0]);
      }
    } finally {
      delete(directory);
    }
  }

  private static void delete(Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
