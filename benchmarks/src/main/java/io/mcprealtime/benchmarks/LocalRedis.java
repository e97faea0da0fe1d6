package io.mcprealtime.benchmarks;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** The system's Redis in a process of its own on a free port, with its tools. It keeps nothing. */
final class LocalRedis implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

  private final Process process;
  private final int port;

  private LocalRedis(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /**
   * Starts one.
   *
   * @throws IllegalStateException that says what to install
   */
  static LocalRedis start(Path directory) throws IOException, InterruptedException {
    run(List.of("redis-benchmark", "--version"));
    int port = freePort();
    var own = Files.createDirectories(directory.resolve("redis"));
    var command =
        new ArrayList<>(List.of("redis-server", "--port", Integer.toString(port), "--save", ""));
    command.addAll(List.of("--bind", "127.0.0.1", "--appendonly", "no", "--dir", own.toString()));
    var redis = new LocalRedis(launch(command, own.resolve("log")), port);
    long start = System.nanoTime();
    while (!redis.cli("PING").equals("PONG")) {
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        redis.close();
        throw new IllegalStateException("Redis does not answer on port " + port);
      }
      TimeUnit.NANOSECONDS.sleep(BETWEEN_LOOKS.toNanos());
    }
    return redis;
  }

  int port() {
    return port;
  }

  String url() {
    return "redis://127.0.0.1:" + port;
  }

  /** What redis-cli prints for a command. */
  String cli(String... command) {
    return tool("redis-cli", command);
  }

  /** What a tool of Redis prints. */
  String tool(String name, String... arguments) {
    var command = new ArrayList<>(List.of(name, "-h", "127.0.0.1", "-p", Integer.toString(port)));
    command.addAll(Arrays.asList(arguments));
    return run(command);
  }

  /** Redis's version, as it tells it. */
  String version() {
    return figure("server", "redis_version");
  }

  void resetStats() {
    cli("CONFIG", "RESETSTAT");
  }

  /** Bytes that reached it since {@link #resetStats}. */
  long bytesIn() {
    return Long.parseLong(figure("stats", "total_net_input_bytes"));
  }

  /** How often clients called each command since {@link #resetStats}; ours to look left out. */
  Map<String, Long> commands() {
    var calls = new TreeMap<String, Long>();
    for (var line : cli("INFO", "commandstats").split("\r?\n", -1)) {
      if (line.startsWith("cmdstat_")) {
        var name = line.substring("cmdstat_".length(), line.indexOf(':'));
        var count = line.substring(line.indexOf("calls=") + "calls=".length(), line.indexOf(','));
        calls.put(name, Long.parseLong(count));
      }
    }
    calls.keySet().removeIf(name -> name.equals("info") || name.equals("config|resetstat"));
    return calls;
  }

  private String figure(String section, String name) {
    return Arrays.stream(cli("INFO", section).split("\r?\n", -1))
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("Redis does not tell " + name));
  }

  private static String run(List<String> command) {
    try {
      var tool = started(new ProcessBuilder(command).redirectErrorStream(true));
      tool.getOutputStream().close();
      return new String(tool.getInputStream().readAllBytes(), UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Process launch(List<String> command, Path log) {
    return started(
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()));
  }

  private static Process started(ProcessBuilder builder) {
    try {
      return builder.start();
    } catch (IOException e) {
      throw new IllegalStateException(
          "%s does not start: on Debian and Ubuntu run apt-get install redis-tools redis-server"
              .formatted(builder.command().get(0)),
          e);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    try {
      if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("Redis does not end: process " + process.pid());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
