package io.mcprealtime.benchmarks;

import io.mcprealtime.mcp.sample.FaultySamples;
import io.mcprealtime.mcp.sample.SampleBehaviour;
import io.mcprealtime.mcp.sample.SampleBehaviour.Eras;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * MCP servers over HTTP in one process, each on a port of its own and with a latency of its own,
 * that misbehave as the lines of the input say.
 */
final class FaultyServers {
  private static final double FASTEST_MILLIS = 3;
  private static final double SLOWEST_MILLIS = 60;
  private static final double STEADIEST = 0.15;
  private static final double UNSTEADIEST = 0.5;

  private FaultyServers() {}

  /** Starts the process. */
  static ChildJava start(int servers, int seed) throws IOException {
    return ChildJava.start(
        FaultyServers.class, List.of(Integer.toString(servers), Integer.toString(seed)));
  }

  /** Where they listen, by name. */
  static Map<String, URI> addresses(ChildJava child, int servers) throws IOException {
    var addresses = new LinkedHashMap<String, URI>();
    for (int i = 0; i < servers; i++) {
      String[] words = child.line().split(" ", 2);
      addresses.put(words[0], URI.create(words[1]));
    }
    return addresses;
  }

  public static void main(String[] arguments) throws IOException {
    int servers = Integer.parseInt(arguments[0]);
    int seed = Integer.parseInt(arguments[1]);
    var random = new Random(seed);
    try (var samples = new FaultySamples();
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (int i = 0; i < servers; i++) {
        double millis =
            FASTEST_MILLIS * Math.pow(SLOWEST_MILLIS / FASTEST_MILLIS, random.nextDouble());
        double sigma = STEADIEST + (UNSTEADIEST - STEADIEST) * random.nextDouble();
        var server =
            samples.add(
                SampleBehaviour.builder("s" + i)
                    .eras(i % 4 < 2 ? Eras.MODERN : Eras.LEGACY)
                    .latency(Duration.ofNanos(Math.round(millis * 1e6)), sigma, seed + i)
                    .build());
        System.out.println("s" + i + " " + server.url());
      }
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        samples.obey(line);
      }
    }
  }
}
