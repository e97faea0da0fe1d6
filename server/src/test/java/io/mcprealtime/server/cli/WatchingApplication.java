package io.mcprealtime.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.mcprealtime.mcp.config.ClientConfig;
import io.mcprealtime.mcp.config.ExpansionContext;
import io.mcprealtime.mcp.sample.SampleMcpServer;
import io.mcprealtime.server.config.ServerConfigBuilder;
import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * An application that watches real servers and is asked over HTTP. It watches the servers of one
 * test after another; each test has names of its own.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no signals and no shell")
abstract class WatchingApplication {
  static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String SETTINGS =
      """
      {"collection": {
        "interval": "1s", "healthInterval": "1s", "requestTimeout": "2s", "startTimeout": "10s",
        "probeShare": 1,
        "confirmation": {"agreeing": 2, "of": 3, "retry": "100ms"},
        "flapping": {"changes": 4, "window": "30s", "calm": "3s"},
        "listInterval": "1s",
        "circuit": {"failures": 5, "pause": "3s", "longestPause": "3s"}}}""";

  @TempDir static Path folder;

  final HttpClient client = HttpClient.newHttpClient();
  final List<AutoCloseable> open = new ArrayList<>();
  Application application;

  @BeforeAll
  void start() {
    var config = new ServerConfigBuilder(name -> null);
    var errors = new ArrayList<String>();
    config.settings("config", WireJson.parse(SETTINGS), errors);
    assertThat(errors).isEmpty();
    config.port(0);
    config.dataDirectory(folder.resolve("data"));
    application = Application.start(config.build(), (definition, result) -> {});
  }

  @AfterAll
  void stop() {
    application.close();
  }

  @AfterEach
  void closeServers() throws Exception {
    watch(WireJson.object());
    for (var part : open) {
      part.close();
    }
    open.clear();
  }

  void watch(ObjectNode servers) {
    var root = WireJson.object();
    root.set("mcpServers", servers);
    var file = folder.resolve("mcp.json");
    var imported =
        ClientConfig.parse(
            WireJson.parse(root.toString()), file.toString(), ExpansionContext.ofFile(file));
    assertThat(imported.problems()).isEmpty();
    application.watch(imported.servers());
  }

  static ObjectNode http(String... namesAndUrls) {
    var servers = WireJson.object();
    for (int i = 0; i < namesAndUrls.length; i += 2) {
      servers.putObject(namesAndUrls[i]).put("url", namesAndUrls[i + 1]);
    }
    return servers;
  }

  /**
   * A stdio server in a process of its own, whose id is written to a file.
   *
   * @param before what a shell does first
   */
  ObjectNode stdio(String name, String before, Path pids) {
    var script = "%s\necho $$ >> '%s'; exec \"$@\"".formatted(before, pids);
    var entry = WireJson.object();
    var words = new ArrayList<>(List.of("-c", script, "sh"));
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xmx64m", "-cp"));
    words.add(System.getProperty("java.class.path"));
    words.add(SampleMcpServer.class.getName());
    words.add("name=" + name);
    entry.put("command", "/bin/sh");
    var arguments = entry.putArray("args");
    words.forEach(arguments::add);
    return entry;
  }

  JsonNode json(String path) {
    try {
      var uri = URI.create("http://127.0.0.1:%d/api/v1%s".formatted(application.port(), path));
      var request = HttpRequest.newBuilder(uri).timeout(PATIENCE).build();
      var response = client.send(request, BodyHandlers.ofString());
      assertThat(response.statusCode()).as(response.body()).isIn(200, 404);
      return WireJson.parse(response.body());
    } catch (IOException e) {
      throw new AssertionError(path + " got no answer", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  JsonNode server(String name) {
    return json("/servers/" + name);
  }

  String state(String name) {
    return server(name).path("state").stringValue("");
  }

  String circuit(String name) {
    return server(name).path("watch").path("circuit").stringValue("");
  }

  void awaitState(String name, String state) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(state(name)).as("%s", server(name)).isEqualTo(state));
  }

  static List<JsonNode> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }

  List<JsonNode> events(String type) {
    return list(json("/events?limit=1000").path("events")).stream()
        .filter(event -> event.path("type").stringValue("").equals(type))
        .toList();
  }

  List<String> messages(String type, String about) {
    return events(type).stream()
        .map(event -> event.path("message").stringValue(""))
        .filter(message -> message.contains(about))
        .toList();
  }

  void awaitMessage(String type, String text) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(events(type))
                    .extracting(event -> event.path("message").stringValue(""))
                    .anyMatch(message -> message.contains(text)));
  }

  static void signal(String name, long pid) throws Exception {
    var kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start();
    assertThat(kill.waitFor()).as("kill -%s", name).isZero();
  }

  static long newestPid(Path pids) throws IOException {
    var lines = Files.readAllLines(pids);
    return Long.parseLong(lines.get(lines.size() - 1).strip());
  }

  /** A server whose answers a test sets, and that counts what it is asked. */
  final class Web implements AutoCloseable {
    final HttpServer http;
    final AtomicInteger requests = new AtomicInteger();
    final List<Instant> times = new CopyOnWriteArrayList<>();

    Web(int status, String... headers) throws IOException {
      http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      http.createContext(
          "/",
          exchange -> {
            times.add(Instant.now());
            requests.incrementAndGet();
            for (int i = 0; i < headers.length; i += 2) {
              exchange.getResponseHeaders().add(headers[i], headers[i + 1]);
            }
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
          });
      http.start();
      open.add(this);
    }

    String url() {
      return "http://127.0.0.1:%d/mcp".formatted(http.getAddress().getPort());
    }

    @Override
    public void close() {
      http.stop(0);
    }
  }
}
