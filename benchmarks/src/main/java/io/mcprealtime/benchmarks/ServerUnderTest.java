package io.mcprealtime.benchmarks;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The runnable jar as a process of its own, watching one sample server over stdio. */
final class ServerUnderTest implements AutoCloseable {
  private static final Duration BOUND = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(10);
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  private final HttpClient http;
  private final Process process;
  private final URI url;

  /** A benchmark that is interrupted does not get to its end. */
  private final Thread interrupted = new Thread(this::destroy);

  private final long startNanos = System.nanoTime();

  private ServerUnderTest(HttpClient http, Process process, URI url) {
    this.http = http;
    this.process = process;
    this.url = url;
    Runtime.getRuntime().addShutdownHook(interrupted);
  }

  /** Starts it on a data directory, with a configuration that is written there. */
  static ServerUnderTest start(Path jar, Path directory) throws IOException {
    var root = WireJson.object();
    var notes = root.putObject("mcpServers").putObject("notes").put("command", JAVA);
    notes
        .putArray("args")
        .add("-XX:TieredStopAtLevel=1")
        .add("-cp")
        .add(jar.toString())
        .add("io.mcprealtime.server.Main")
        .add("sample-servers")
        .add("--stdio")
        .add("notes");
    return start(jar, directory.resolve("mcp.json"), root.toString(), List.of(), null);
  }

  /** Starts one that watches nothing, on a database that runs already. */
  static ServerUnderTest startEmpty(Path jar, Path directory, String databaseUrl)
      throws IOException {
    return start(
        jar, directory.resolve("mcp.json"), "{\"mcpServers\": {}}", List.of(), databaseUrl);
  }

  /**
   * Starts it with a configuration of the product's own kind, on an embedded database beside it.
   *
   * @param jvmOptions of the process, before {@code -jar}
   */
  static ServerUnderTest startConfigured(
      Path jar, Path directory, String configuration, List<String> jvmOptions) throws IOException {
    return start(jar, directory.resolve("mcp-realtime.yaml"), configuration, jvmOptions, null);
  }

  private static ServerUnderTest start(
      Path jar,
      Path config,
      String configuration,
      List<String> jvmOptions,
      @Nullable String databaseUrl)
      throws IOException {
    var http = HttpClient.newHttpClient();
    int port;
    try (var socket = new ServerSocket(0)) {
      port = socket.getLocalPort();
    }
    Files.writeString(config, configuration);
    var command = new ArrayList<String>();
    command.add(JAVA);
    command.addAll(jvmOptions);
    command.addAll(List.of("-jar", jar.toString(), "serve", "--config", config.toString()));
    command.addAll(
        List.of("--data-dir", config.resolveSibling("data").toString(), "--port", "" + port));
    var builder = new ProcessBuilder(command);
    builder.environment().remove("DATABASE_URL");
    if (databaseUrl != null) {
      builder.environment().put("DATABASE_URL", databaseUrl);
    }
    var process = builder.inheritIO().redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    return new ServerUnderTest(http, process, URI.create("http://127.0.0.1:" + port));
  }

  URI url() {
    return url;
  }

  /** How long it took from the start until a server's first healthy verdict could be read. */
  Duration awaitFirstVerdict() throws InterruptedException {
    long limit = System.nanoTime() + BOUND.toNanos();
    while (System.nanoTime() < limit) {
      try {
        var answer = get("/api/v1/servers").body();
        if (answer.contains("\"HEALTHY\"")) {
          return Duration.ofNanos(System.nanoTime() - startNanos);
        }
      } catch (IOException e) {
        // Not up yet.
      }
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    }
    throw new McpRealtimeException("no verdict within " + BOUND);
  }

  /** Waits until it answers and reaches its database. */
  void awaitReady() throws InterruptedException {
    long limit = System.nanoTime() + BOUND.toNanos();
    while (System.nanoTime() < limit) {
      try {
        if (get("/readyz").statusCode() == 200) {
          return;
        }
      } catch (IOException e) {
        // Not up yet.
      }
      TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
    }
    throw new McpRealtimeException("not ready within " + BOUND);
  }

  long pid() {
    return process.pid();
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return http.send(
        HttpRequest.newBuilder(url.resolve(path)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private void destroy() {
    process.destroy();
  }

  /** Ends it, and what it started and left. */
  @Override
  public void close() {
    var started = process.descendants().toList();
    destroy();
    try {
      if (!process.waitFor(BOUND.toSeconds(), TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    } finally {
      started.forEach(ProcessHandle::destroyForcibly);
      Runtime.getRuntime().removeShutdownHook(interrupted);
    }
  }
}
