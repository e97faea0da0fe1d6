package io.mcprealtime.server;

import static org.awaitility.Awaitility.await;

import io.mcprealtime.wire.WireJson;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;

/** The runnable jar as a process of its own, and the processes that it starts. */
final class RunningJar implements AutoCloseable {
  private static final Pattern URL = Pattern.compile("on (http://\\S+)");
  private static final Duration START = Duration.ofSeconds(90);

  private final Process process;
  private final List<String> lines = new CopyOnWriteArrayList<>();
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

  private RunningJar(Process process) {
    this.process = process;
    var reader = new Thread(this::read, "jar-output");
    reader.setDaemon(true);
    reader.start();
  }

  static RunningJar start(Map<String, String> environment, String... arguments) throws IOException {
    return start(List.of(), environment, arguments);
  }

  static RunningJar start(
      List<String> options, Map<String, String> environment, String... arguments)
      throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.add("-jar");
    command.add(System.getProperty("mcp-realtime.jar"));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().keySet().removeIf(name -> name.startsWith("MCP_REALTIME_"));
    builder.environment().remove("DATABASE_URL");
    builder
        .environment()
        .keySet()
        .removeIf(name -> name.equals("REDIS_URL") || name.startsWith("UPSTASH_"));
    builder.environment().putAll(environment);
    return new RunningJar(builder.start());
  }

  private void read() {
    try (var reader =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      reader.lines().forEach(lines::add);
    } catch (IOException | java.io.UncheckedIOException e) {
      lines.add("(output ended: " + e.getMessage() + ")");
    }
  }

  /** Where the HTTP server listens, as soon as it says so. */
  URI url() {
    await()
        .atMost(START)
        .until(() -> !process.isAlive() || lines.stream().anyMatch(URL.asPredicate()));
    return lines.stream()
        .flatMap(line -> URL.matcher(line).results())
        .map(MatchResult::group)
        .map(found -> URI.create(found.substring(3)))
        .findFirst()
        .orElseThrow(() -> new AssertionError("it did not start: " + output()));
  }

  String output() {
    return String.join("\n", lines);
  }

  JsonNode get(String path) throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(url().resolve(path)).timeout(Duration.ofSeconds(20)).build();
    return WireJson.parse(http.send(request, HttpResponse.BodyHandlers.ofString()).body());
  }

  HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(url().resolve(path))
            .timeout(Duration.ofSeconds(20))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json))
            .build();
    return http.send(request, HttpResponse.BodyHandlers.ofString());
  }

  /** Every process below it, now. */
  List<ProcessHandle> descendants() {
    return process.descendants().toList();
  }

  /** Asks it to stop, as Ctrl-C or a service manager does, and returns its exit code. */
  int stop() throws InterruptedException {
    return stop(Duration.ofSeconds(60));
  }

  int stop(Duration bound) throws InterruptedException {
    process.toHandle().destroy();
    return waitFor(bound);
  }

  /** Ends it as a power cut would. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    waitFor(Duration.ofSeconds(60));
  }

  int waitFor(Duration bound) throws InterruptedException {
    if (!process.waitFor(bound.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError("it did not end within %s: %s".formatted(bound, output()));
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    var below = descendants();
    process.destroyForcibly();
    below.forEach(ProcessHandle::destroyForcibly);
  }
}
