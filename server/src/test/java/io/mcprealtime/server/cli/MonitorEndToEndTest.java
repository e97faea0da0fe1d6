package io.mcprealtime.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.mcp.sample.SampleBehaviour;
import io.mcprealtime.mcp.sample.SampleMcpServer;
import io.mcprealtime.testkit.TestPorts;
import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What follows from what probes find, from real servers to the HTTP API. */
class MonitorEndToEndTest extends WatchingApplication {
  @Test
  void deadServer_opensItsCircuit_whichClosesWhenItIsBack() throws Exception {
    int port = TestPorts.free();
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
    int passed = samples("spared") - samples;
    // A trial after each pause of three intervals.
    assertThat(more).isBetween(1L, passed / 2 + 1L);
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
    var busy = new Web(429, "Retry-After", "6");
    watch(http("busy", busy.url()));
    await().atMost(PATIENCE).until(() -> server("busy").path("watch").path("heldUntil").isString());
    int asked = busy.requests.get();
    var until = server("busy").path("watch").path("heldUntil").stringValue();
    int samples = samples("busy");
    await().atMost(PATIENCE).until(() -> samples("busy") >= samples + 2);
    assertThat(state("busy")).isEqualTo("DEGRADED");
    assertThat(json("/servers/busy/history").toString())
        .contains("not probed until " + until + ", as it asked for");
    await().atMost(PATIENCE).until(() -> busy.requests.get() > asked);
    assertThat(busy.times.get(asked)).isAfterOrEqualTo(until);
  }

  @Test
  void flappingServer_isToldOnce() throws Exception {
    int port = TestPorts.free();
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
    assertThat(messages("status_change", "killed")).isEmpty();
  }

  @Test
  void hangingStdioServer_isKeptAndDown_untilARecoveryRestartsIt() throws Exception {
    var pids = folder.resolve("hanging.pids");
    var servers = WireJson.object();
    servers.set("kept", stdio("kept", "", pids));
    watch(servers);
    awaitState("kept", "HEALTHY");
    long hanging = newestPid(pids);
    signal("STOP", hanging);
    awaitState("kept", "DOWN");
    assertThat(newestPid(pids)).isEqualTo(hanging);

    var again = stdio("kept", "", pids);
    again.putObject("recovery").put("restart", true);
    servers.set("kept", again);
    watch(servers);
    awaitState("kept", "HEALTHY");
    long second = newestPid(pids);
    signal("STOP", second);

    awaitMessage("recovery_action", "Recovery of kept (restart): up again after");

    awaitState("kept", "HEALTHY");
    assertThat(newestPid(pids)).isNotEqualTo(second);
    await().atMost(PATIENCE).until(() -> ProcessHandle.of(second).isEmpty());
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
    var servers = http("ill", "http://127.0.0.1:%d/mcp".formatted(TestPorts.free()));
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
    int port = TestPorts.free();
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
