package io.mcprealtime.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.mcprealtime.mcp.config.ClientConfig;
import io.mcprealtime.mcp.config.ExpansionContext;
import io.mcprealtime.mcp.sample.SampleBehaviour;
import io.mcprealtime.mcp.sample.SampleMcpServer;
import io.mcprealtime.server.config.ServerConfigBuilder;
import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What follows from what probes find, from real servers to the HTTP API. One application watches
 * the servers of one test after another; each test has names of its own.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no signals and no shell")
class MonitorEndToEndTest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String SETTINGS =
      """
      {"collection": {
        "interval": "1s", "healthInterval": "1s", "requestTimeout": "1s", "startTimeout": "10s",
        "probeShare": 1,
        "confirmation": {"agreeing": 2, "of": 3, "retry": "100ms"},
        "flapping": {"changes": 4, "window": "30s", "calm": "3s"},
        "circuit": {"failures": 5, "pause": "3s", "longestPause": "3s"}}}""";

  @TempDir private static Path folder;

  private final HttpClient client = HttpClient.newHttpClient();
  private final List<AutoCloseable> open = new ArrayList<>();
  private Application application;

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

  private void watch(ObjectNode servers) {
    var root = WireJson.object();
    root.set("mcpServers", servers);
    var file = folder.resolve("mcp.json");
    var imported =
        ClientConfig.parse(
            WireJson.parse(root.toString()), file.toString(), ExpansionContext.ofFile(file));
    assertThat(imported.problems()).isEmpty();
    application.watch(imported.servers());
  }

  private static ObjectNode http(String... namesAndUrls) {
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
  private ObjectNode stdio(String name, String before, Path pids) {
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

  private JsonNode json(String path) {
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

  private JsonNode server(String name) {
    return json("/servers/" + name);
  }

  private String state(String name) {
    return server(name).path("state").stringValue("");
  }

  private String circuit(String name) {
    return server(name).path("watch").path("circuit").stringValue("");
  }

  private void awaitState(String name, String state) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(state(name)).as("%s", server(name)).isEqualTo(state));
  }

  private static List<JsonNode> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).toList();
  }

  private List<JsonNode> events(String type) {
    return list(json("/events?limit=1000").path("events")).stream()
        .filter(event -> event.path("type").stringValue("").equals(type))
        .toList();
  }

  private List<String> messages(String type, String about) {
    return events(type).stream()
        .map(event -> event.path("message").stringValue(""))
        .filter(message -> message.contains(about))
        .toList();
  }

  private void awaitMessage(String type, String text) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(events(type))
                    .extracting(event -> event.path("message").stringValue(""))
                    .anyMatch(message -> message.contains(text)));
  }

  private static void signal(String name, long pid) throws Exception {
    var kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start();
    assertThat(kill.waitFor()).as("kill -%s", name).isZero();
  }

  private static long newestPid(Path pids) throws IOException {
    var lines = Files.readAllLines(pids);
    return Long.parseLong(lines.get(lines.size() - 1).strip());
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** A server whose answers a test sets, and that counts what it is asked. */
  private final class Web implements AutoCloseable {
    private final HttpServer http;
    private final AtomicInteger requests = new AtomicInteger();

    Web(int status, String... headers) throws IOException {
      http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      http.createContext(
          "/",
          exchange -> {
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

  @Test
  void deadServer_opensItsCircuit_whichClosesWhenItIsBack() throws Exception {
    int port = freePort();
    var first = SampleMcpServer.http(SampleBehaviour.healthy("lamp"), port);
    watch(http("lamp", first.url().toString()));
    awaitState("lamp", "HEALTHY");
    first.close();
    awaitState("lamp", "DOWN");
    assertThat(server("lamp").path("watch").path("rule").stringValue()).isEqualTo("unreachable");
    awaitMessage("status_change", "lamp went from HEALTHY to DOWN");
    await().atMost(PATIENCE).until(() -> circuit("lamp").equals("OPEN"));
    awaitMessage("circuit_breaker", "The circuit of lamp is open");
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(json("/servers/lamp/history").toString())
                    .contains("\"OPEN\"")
                    .contains("not probed, as its circuit is open"));
    open.add(SampleMcpServer.http(SampleBehaviour.healthy("lamp"), port));
    awaitState("lamp", "HEALTHY");
    assertThat(circuit("lamp")).isEqualTo("CLOSED");
    awaitMessage("circuit_breaker", "The circuit of lamp is closed again");
    awaitMessage("recovery", "lamp went from DOWN to HEALTHY");
    // One change, as each was confirmed first.
    assertThat(messages("status_change", "lamp")).hasSize(1);
    assertThat(messages("circuit_breaker", "lamp")).hasSize(2);
  }

  @Test
  void openCircuit_keepsRequestsAway() throws Exception {
    var broken = new Web(500);
    watch(http("spared", broken.url()));
    await().atMost(PATIENCE).until(() -> circuit("spared").equals("OPEN"));
    long probes = server("spared").path("watch").path("load").path("probes").longValue();
    int samples = samples("spared");
    await().atMost(PATIENCE).until(() -> samples("spared") >= samples + 6);
    long more = server("spared").path("watch").path("load").path("probes").longValue() - probes;
    // A trial after each pause of three intervals.
    assertThat(more).isBetween(1L, 4L);
  }

  private int samples(String name) {
    return list(json("/servers/%s/history".formatted(name)).path("samples")).size();
  }

  @Test
  void healthyServer_showsWhatItsProbesCost() throws Exception {
    var server = SampleMcpServer.http(SampleBehaviour.healthy("spry"));
    open.add(server);
    watch(http("spry", server.url().toString()));
    awaitState("spry", "HEALTHY");
    var load = server("spry").path("watch").path("load");
    assertThat(load.path("requests").longValue()).isPositive();
    assertThat(load.path("probeShare").doubleValue()).isBetween(0.0, 1.0);
    assertThat(messages("status_change", "spry")).isEmpty();
    assertThat(json("/stats").toString()).contains("\"probing\"");
  }

  @Test
  void retryAfter_isHonoured() throws Exception {
    var busy = new Web(429, "Retry-After", "4");
    watch(http("busy", busy.url()));
    await().atMost(PATIENCE).until(() -> server("busy").path("watch").path("heldUntil").isString());
    int asked = busy.requests.get();
    var until = server("busy").path("watch").path("heldUntil").stringValue();
    int samples = samples("busy");
    await().atMost(PATIENCE).until(() -> samples("busy") >= samples + 2);
    assertThat(busy.requests.get()).isEqualTo(asked);
    assertThat(state("busy")).isEqualTo("DEGRADED");
    assertThat(json("/servers/busy/history").toString())
        .contains("not probed until " + until + ", as it asked for");
    await().atMost(PATIENCE).until(() -> busy.requests.get() > asked);
  }

  @Test
  void flappingServer_isToldOnce() throws Exception {
    int port = freePort();
    watch(http("restless", "http://127.0.0.1:%d/mcp".formatted(port)));
    awaitState("restless", "DOWN");
    for (int i = 0; i < 2; i++) {
      try (var up = SampleMcpServer.http(SampleBehaviour.healthy("restless"), port)) {
        assertThat(up.url()).hasPort(port);
        awaitState("restless", "HEALTHY");
      }
      awaitState("restless", "DOWN");
    }
    awaitMessage("flapping", "restless flaps: its state changed 4 times within 30.0 s");
    assertThat(server("restless").path("watch").path("flapping").booleanValue()).isTrue();
    awaitMessage("flapping", "restless is steady again: DOWN");
    assertThat(messages("flapping", "restless")).hasSize(2);
    assertThat(messages("status_change", "restless")).hasSize(2);
    assertThat(messages("recovery", "restless")).hasSize(2);
  }

  @Test
  void killedStdioServer_isStartedAgain_andToldAsARestart() throws Exception {
    var pids = folder.resolve("killed.pids");
    var servers = WireJson.object();
    servers.set("killed", stdio("killed", "", pids));
    watch(servers);
    awaitState("killed", "HEALTHY");
    var process = server("killed").path("watch").path("process");
    assertThat(process.path("pid").longValue()).isEqualTo(newestPid(pids));
    assertThat(process.path("memoryBytes").longValue()).isPositive();
    signal("KILL", newestPid(pids));
    awaitMessage("process", "killed was started again (start 2)");
    long hanging = newestPid(pids);
    signal("STOP", hanging);
    await().atMost(PATIENCE).untilAsserted(() -> assertThat(Files.readAllLines(pids)).hasSize(3));
    await().atMost(PATIENCE).until(() -> ProcessHandle.of(hanging).isEmpty());
    await()
        .atMost(PATIENCE)
        .until(() -> server("killed").path("watch").path("process").path("starts").intValue() == 3);
    assertThat(state("killed")).isEqualTo("HEALTHY");
    assertThat(messages("status_change", "killed")).isEmpty();
  }

  @Test
  void stdioServerThatDoesNotStart_isBroughtBack() throws Exception {
    var mended = folder.resolve("mended");
    var pids = folder.resolve("broken.pids");
    var entry = stdio("broken", "test -e '%s' || exit 7".formatted(mended), pids);
    var recovery = entry.putObject("recovery").put("restart", true).put("coolDown", "20s");
    recovery.putArray("command").add("/bin/touch").add(mended.toString());
    var servers = WireJson.object();
    servers.set("broken", entry);
    watch(servers);
    awaitMessage("status_change", "broken went from UNKNOWN to DOWN");
    awaitMessage("recovery_action", "Recovery of broken (restart, command): up again after");
    awaitState("broken", "HEALTHY");
    var attempt = server("broken").path("watch").path("recovery").path(0);
    assertThat(attempt.path("action").stringValue()).isEqualTo("restart, command");
    assertThat(attempt.path("outcome").stringValue()).isEqualTo("helped");
    awaitMessage("recovery", "broken went from DOWN to HEALTHY");
  }

  @Test
  void recoveryCommandAndWebhook_areRun_upToTheLimit() throws Exception {
    var hook = new Web(204);
    var written = folder.resolve("recovered");
    var servers = http("ill", "http://127.0.0.1:%d/mcp".formatted(freePort()));
    var recovery = ((ObjectNode) servers.get("ill")).putObject("recovery");
    recovery.put("webhook", hook.url()).put("coolDown", "1s").put("limitPerHour", 2);
    recovery
        .putArray("command")
        .add("/bin/sh")
        .add("-c")
        .add("echo $MCP_SERVER $MCP_STATE >> '%s'".formatted(written));
    watch(servers);
    awaitMessage("recovery_action", "Recovery of ill is left to people: 2 attempts in an hour");
    assertThat(Files.readAllLines(written)).containsExactly("ill DOWN", "ill DOWN");
    assertThat(hook.requests.get()).isEqualTo(2);
    var attempts = list(server("ill").path("watch").path("recovery"));
    assertThat(attempts)
        .extracting(attempt -> attempt.path("outcome").stringValue(""))
        .containsExactly("did_not_help", "did_not_help");
    assertThat(attempts.get(0).path("action").stringValue()).isEqualTo("command, webhook");
    assertThat(messages("recovery_action", "still DOWN")).hasSize(2);
  }

  @Test
  void serversOfOneProcess_failAsOneIncident() throws Exception {
    int port = freePort();
    var process = new HostProcess(port);
    open.add(process);
    var names = List.of("one", "two", "three", "four", "five", "six");
    var servers = WireJson.object();
    for (var name : names) {
      servers
          .putObject("host-" + name)
          .put("url", "http://127.0.0.1:%d/%s/mcp".formatted(port, name));
    }
    watch(servers);
    names.forEach(name -> awaitState("host-" + name, "HEALTHY"));
    process.kill();
    names.forEach(name -> awaitState("host-" + name, "DOWN"));
    var place = "the host 127.0.0.1:" + port;
    awaitMessage("incident", "servers at %s fail".formatted(place));
    var incident = incident(port);
    assertThat(incident.path("kind").stringValue()).isEqualTo("host");
    assertThat(incident.path("until").isNull()).isTrue();
    assertThat(list(incident.path("servers"))).hasSize(6);
    assertThat(incident.path("watched").intValue()).isEqualTo(6);
    var id = incident.path("id").stringValue();
    // Each server shows it from its next turn on.
    await()
        .atMost(PATIENCE)
        .until(() -> id.equals(incidentOf("host-one")) && id.equals(incidentOf("host-six")));

    var again = new HostProcess(port);
    open.add(again);
    awaitMessage("incident", "The incident at %s is over".formatted(place));
    names.forEach(name -> awaitState("host-" + name, "HEALTHY"));
    assertThat(incident(port).path("until").isString()).isTrue();
    assertThat(list(incident(port).path("down"))).isEmpty();
    await().atMost(PATIENCE).until(() -> incidentOf("host-one").isEmpty());
    assertThat(messages("incident", place)).hasSize(2);
    assertThat(messages("status_change", "host-")).isEmpty();
    assertThat(messages("recovery", "host-")).isEmpty();
  }

  private String incidentOf(String name) {
    return server(name).path("watch").path("incident").stringValue("");
  }

  private JsonNode incident(int port) {
    return list(json("/incidents").path("incidents")).stream()
        .filter(one -> one.path("name").stringValue("").endsWith(":" + port))
        .findFirst()
        .orElseThrow();
  }

  /** A process that is the host of six servers. */
  private static final class HostProcess implements AutoCloseable {
    private final Process process;

    HostProcess(int port) throws IOException {
      process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:TieredStopAtLevel=1",
                  "-Xmx64m",
                  "-cp",
                  System.getProperty("java.class.path"),
                  SampleHostMain.class.getName(),
                  Integer.toString(port),
                  "one",
                  "two",
                  "three",
                  "four",
                  "five",
                  "six")
              .redirectErrorStream(true)
              .start();
      // It says so when it listens.
      assertThat(process.getInputStream().read()).isEqualTo('r');
    }

    void kill() {
      process.destroyForcibly();
      await().atMost(PATIENCE).until(() -> !process.isAlive());
    }

    @Override
    public void close() {
      kill();
    }
  }
}
