package io.mcprealtime.benchmarks;

import io.mcprealtime.mcp.sample.SampleBehaviour;
import io.mcprealtime.mcp.sample.SampleBehaviour.Eras;
import io.mcprealtime.mcp.sample.SampleHost;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * Many MCP servers over HTTP in one process, every second one of the modern era. Each listens on a
 * loopback address of its own, or shares one of some, as servers on real hosts do.
 */
final class ProbedServers {
  private static final Duration LATENCY = Duration.ofMillis(5);
  private static final double SIGMA = 0.3;
  private static final int ADDRESSES_A_BLOCK = 250;

  private ProbedServers() {}

  /** Starts the process. Its first line is the port; it answers each line with its requests. */
  static ChildJava start(int servers) throws IOException {
    return ChildJava.start(ProbedServers.class, List.of(Integer.toString(servers)));
  }

  static boolean isModern(int server) {
    return server % 2 == 1;
  }

  static String url(int server, int addresses, int port) {
    int address = server % addresses;
    return "http://127.0.%d.%d:%d/s%d/mcp"
        .formatted(1 + address / ADDRESSES_A_BLOCK, 1 + address % ADDRESSES_A_BLOCK, port, server);
  }

  public static void main(String[] arguments) throws IOException {
    int servers = Integer.parseInt(arguments[0]);
    // The JDK's server closes idle connections above a limit, and here all are idle mostly.
    System.setProperty("sun.net.httpserver.maxIdleConnections", Integer.toString(2 * servers));
    System.setProperty("sun.net.httpserver.idleInterval", "300");
    try (var host = SampleHost.start(new InetSocketAddress("0.0.0.0", 0));
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (int i = 0; i < servers; i++) {
        var unused =
            host.add(
                "/s" + i,
                SampleBehaviour.builder("s" + i)
                    .eras(isModern(i) ? Eras.MODERN : Eras.LEGACY)
                    .latency(LATENCY, SIGMA, i)
                    .build());
      }
      System.out.println(host.port());
      while (lines.readLine() != null) {
        System.out.println(host.requests());
      }
    }
  }
}
