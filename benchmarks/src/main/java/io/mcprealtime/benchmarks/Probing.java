package io.mcprealtime.benchmarks;

import static java.util.Objects.requireNonNull;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * What it costs to probe many servers: CPU and memory of the product and of its PostgreSQL, and how
 * late probes are. First HTTP servers in one other process, half of each era; the yardstick is a
 * bare client that sends as many POSTs to the same servers. Then stdio servers.
 */
final class Probing {
  private static final String SCRIPT = "mcp-stdio.sh";
  private static final Duration HEALTHY_BOUND = Duration.ofMinutes(5);
  private static final int POLL_SECONDS = 2;
  private static final double NANOS_PER_SECOND = 1e9;
  private static final double BYTES_PER_MEGABYTE = 1e6;
  private static final int YARDSTICK_WARM_UP_SECONDS = 20;
  private static final int YARDSTICK_SECONDS = 60;

  private final Path jar;
  private final Path directory;
  private final ProcessFigures figures = new ProcessFigures();
  private final int seconds;
  private final int warmUpSeconds;
  private final int addresses;
  private final Duration interval;
  private final List<String> jvmOptions;
  private final String profile;

  private Probing(Path jar, Path directory, Settings settings) throws IOException {
    this.jar = jar;
    this.directory = directory;
    this.seconds = settings.number("seconds", 180);
    this.warmUpSeconds = settings.number("warm-up", 60);
    this.interval = Duration.parse("PT" + settings.text("interval", "15s"));
    this.addresses = settings.number("addresses", Math.max(1, settings.number("targets", 2_000)));
    this.jvmOptions =
        Arrays.stream(settings.text("jvm", "").split(" ", -1)).filter(o -> !o.isEmpty()).toList();
    this.profile = settings.text("profile", "");
  }

  static void run(Path jar, Path directory, Settings settings)
      throws IOException, InterruptedException {
    var probing = new Probing(jar, directory, settings);
    int targets = settings.number("targets", 2_000);
    int stdio = settings.number("stdio", 200);
    if (targets > 0) {
      probing.http(targets);
    }
    if (stdio > 0) {
      probing.stdio(stdio);
    }
  }

  // ---- the two parts

  private void http(int targets) throws IOException, InterruptedException {
    try (var servers = ProbedServers.start(targets)) {
      int port = Integer.parseInt(servers.line());
      var configuration = configuration();
      for (int i = 0; i < targets; i++) {
        configuration
            .withObject("/servers/s" + i)
            .put("type", "http")
            .put("url", ProbedServers.url(i, addresses, port));
      }
      System.out.printf("%n%,d HTTP servers on %,d addresses", targets, addresses);
      var cost = measure("http", configuration, targets, servers);
      yardstick(targets, port, cost);
    }
  }

  private void yardstick(int targets, int port, ProbingCost cost)
      throws IOException, InterruptedException {
    System.err.printf("yardstick: %.0f requests a second%n", cost.requestsPerSecond());
    try (var bare = BareProbes.start(targets, addresses, port, cost.requestsPerSecond())) {
      bare.line();
      TimeUnit.SECONDS.sleep(YARDSTICK_WARM_UP_SECONDS);
      long start = System.nanoTime();
      double before = figures.cpuSeconds(bare.pid());
      long answersBefore = Long.parseLong(bare.ask());
      TimeUnit.SECONDS.sleep(Math.min(seconds, YARDSTICK_SECONDS));
      double cores = (figures.cpuSeconds(bare.pid()) - before) / secondsSince(start);
      double answers = (Long.parseLong(bare.ask()) - answersBefore) / secondsSince(start);
      line("CPU, bare HttpClient, %,.0f good answers a second".formatted(answers), cores, "cores");
      line("CPU, mcp-realtime's JVM against that", cost.cores() / cores, "times");
      memory("memory, bare HttpClient, resident", ProcessFigures.residentBytes(bare.pid()));
    }
  }

  private void stdio(int targets) throws IOException, InterruptedException {
    var script = directory.resolve(SCRIPT);
    try (var resource = Probing.class.getResourceAsStream("/" + SCRIPT)) {
      Files.copy(requireNonNull(resource, SCRIPT), script);
    }
    var configuration = configuration();
    for (int i = 0; i < targets; i++) {
      configuration
          .withObject("/servers/s" + i)
          .put("command", "/bin/sh")
          .putArray("args")
          .add(script.toString())
          .add(ProbedServers.isModern(i) ? "modern" : "legacy");
    }
    System.out.printf("%n%,d stdio servers, each a shell", targets);
    measure("stdio", configuration, targets, null);
  }

  private ObjectNode configuration() {
    var configuration = WireJson.object();
    configuration.putObject("collection").put("interval", interval.toSeconds() + "s");
    configuration.putObject("servers");
    return configuration;
  }

  // ---- the measurement

  /**
   * Watches those servers, prints what it costs, and gives what the yardstick needs.
   *
   * @param servers the process that they are in; null when each is one of its own
   */
  private ProbingCost measure(
      String name, ObjectNode configuration, int targets, @Nullable ChildJava servers)
      throws IOException, InterruptedException {
    System.out.printf(
        ", every %d s: measured for %d s after %d s to warm up%n",
        interval.toSeconds(), seconds, warmUpSeconds);
    var own = Files.createDirectory(directory.resolve(name));
    try (var product =
        ServerUnderTest.startConfigured(jar, own, configuration.toString(), jvmOptions)) {
      product.awaitReady();
      awaitHealthy(product, targets);
      System.err.printf("all healthy; warming up for %d s%n", warmUpSeconds);
      TimeUnit.SECONDS.sleep(warmUpSeconds);
      if (!profile.isEmpty()) {
        record(product.pid(), name);
      }
      System.err.printf("measuring for %d s%n", seconds);
      var cost = new ProbingCost(figures, product.pid(), database(own), servers);
      cost.begin();
      TimeUnit.SECONDS.sleep(seconds);
      cost.end();
      cost.print();
      new ProbingReport(product, interval).print(targets, cost.from(), cost.to());
      return cost;
    }
  }

  /** The postmaster's process id is the first line of a file that it keeps. */
  private static long database(Path own) throws IOException {
    var file = own.resolve("data/postgresql/pgdata/postmaster.pid");
    return Long.parseLong(Files.readAllLines(file).get(0).strip());
  }

  private static void awaitHealthy(ServerUnderTest product, int targets)
      throws IOException, InterruptedException {
    long limit = System.nanoTime() + HEALTHY_BOUND.toNanos();
    while (System.nanoTime() < limit) {
      var states = ProbingReport.states(product);
      System.err.printf("states: %s%n", states);
      if (states.getOrDefault("HEALTHY", 0) == targets) {
        return;
      }
      TimeUnit.SECONDS.sleep(POLL_SECONDS);
    }
    throw new McpRealtimeException(
        "not all %d healthy within %s".formatted(targets, HEALTHY_BOUND));
  }

  private void record(long pid, String name) throws IOException, InterruptedException {
    var file = Path.of(profile + "-" + name + ".jfr").toAbsolutePath();
    new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
            Long.toString(pid),
            "JFR.start",
            "settings=profile",
            "duration=" + seconds + "s",
            "filename=" + file)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start()
        .waitFor();
    System.out.printf("a profile is taken, which costs CPU itself: %s%n", file.getFileName());
  }

  static double secondsSince(long startNanos) {
    return (System.nanoTime() - startNanos) / NANOS_PER_SECOND;
  }

  // ---- lines of the output

  static void line(String what, double value, String unit) {
    System.out.printf("%-52s %9.3f %s%n", what, value, unit);
  }

  static void memory(String what, long bytes) {
    System.out.printf("%-52s %,9.1f MB%n", what, bytes / BYTES_PER_MEGABYTE);
  }
}
