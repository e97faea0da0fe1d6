package io.mcprealtime.server.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.mcprealtime.CircuitState;
import io.mcprealtime.HealthCheck;
import io.mcprealtime.ManualTime;
import io.mcprealtime.McpRealtime;
import io.mcprealtime.McpRealtimeConfig;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerMetrics;
import io.mcprealtime.ServerState;
import io.mcprealtime.TimeSource;
import io.mcprealtime.mcp.McpProber;
import io.mcprealtime.mcp.config.ClientConfig;
import io.mcprealtime.mcp.config.ExpansionContext;
import io.mcprealtime.mcp.config.ServerDefinition;
import io.mcprealtime.mcp.sample.SampleBehaviour;
import io.mcprealtime.mcp.sample.SampleMcpServer;
import io.mcprealtime.storage.TimeRange;
import io.mcprealtime.testkit.TestData;
import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

class MonitorTest {
  private static final ServerId A = ServerId.of("a");
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  @TempDir private Path folder;
  private final McpRealtime mcp = McpRealtime.create();
  private final ServerRegistry registry =
      new ServerRegistry(TimeSource.system(), McpRealtimeConfig.defaults().staleAfter());
  private final AtomicInteger probes = new AtomicInteger();
  private final SampleMcpServer server = SampleMcpServer.http(SampleBehaviour.healthy("sample"));
  private Monitor monitor = monitor(Duration.ofMillis(30), Duration.ofHours(1));

  private Monitor monitor(Duration interval, Duration healthInterval) {
    return new Monitor(
        McpProber.builder().build(),
        mcp.manager(),
        registry,
        MonitorSettings.of(interval, healthInterval),
        (definition, result) -> probes.incrementAndGet());
  }

  private void start() {
    mcp.manager().live().subscribe(registry);
  }

  @AfterEach
  void close() {
    monitor.close();
    server.close();
    mcp.close();
  }

  private List<ServerDefinition> define(Map<String, URI> servers) {
    var root = WireJson.object();
    var container = root.putObject("mcpServers");
    servers.forEach((name, url) -> container.putObject(name).put("url", url.toString()));
    return parse(root.toString());
  }

  private List<ServerDefinition> parse(String json) {
    var file = folder.resolve("mcp.json");
    var imported =
        ClientConfig.parse(WireJson.parse(json), file.toString(), ExpansionContext.ofFile(file));
    assertThat(imported.problems()).isEmpty();
    return imported.servers();
  }

  private ServerState state(ServerId id) {
    return registry.view(id).map(ServerView::state).orElse(ServerState.UNKNOWN);
  }

  private void awaitState(ServerId id, ServerState state) {
    await().atMost(PATIENCE).until(() -> state(id) == state);
  }

  private List<HealthCheck> storedChecks() {
    var always = new TimeRange(ServerMetrics.MIN_INSTANT, ServerMetrics.MAX_INSTANT);
    return mcp.timeSeries().getHealthChecks(A, always, 1_000);
  }

  @Test
  void watch_addsChangesAndRemoves() {
    start();
    var b = ServerId.of("b");
    assertThat(monitor.watch(define(Map.of("a", server.url())))).containsExactly("a added");
    awaitState(A, ServerState.HEALTHY);
    assertThat(monitor.watch(define(Map.of("a", server.url())))).isEmpty();
    assertThat(monitor.watch(define(Map.of("a", server.url(), "b", server.url()))))
        .containsExactly("b added");
    awaitState(b, ServerState.HEALTHY);
    var elsewhere = server.url().resolve("/nothing/here");
    assertThat(monitor.watch(define(Map.of("a", elsewhere, "b", server.url()))))
        .containsExactly("a changed");
    awaitState(A, ServerState.DOWN);
    assertThat(monitor.watch(define(Map.of("b", server.url())))).containsExactly("a removed");
    assertThat(state(b)).isEqualTo(ServerState.HEALTHY);
    assertThat(monitor.watch(List.of())).containsExactly("b removed");
  }

  @Test
  void healthChecks_areStoredOnChange_andNotWithEverySample() {
    start();
    monitor.watch(define(Map.of("a", server.url())));
    await().atMost(PATIENCE).until(() -> probes.get() >= 5);
    await().atMost(PATIENCE).until(() -> !storedChecks().isEmpty());
    assertThat(storedChecks()).extracting(HealthCheck::state).containsExactly(ServerState.HEALTHY);
    server.close();
    awaitState(A, ServerState.DOWN);
    await().atMost(PATIENCE).until(() -> storedChecks().size() >= 2);
    assertThat(storedChecks().get(0).state()).isEqualTo(ServerState.DOWN);
    assertThat(registry.view(A).orElseThrow().reason()).isNotBlank();
    assertThat(mcp.timeSeries().getRecentMetrics(A, 100)).hasSizeGreaterThan(2);
  }

  @Test
  void healthChecks_areStoredAtTheirInterval() {
    monitor.close();
    monitor = monitor(Duration.ofMillis(20), Duration.ofMillis(1));
    start();
    monitor.watch(define(Map.of("a", server.url())));
    await().atMost(PATIENCE).until(() -> storedChecks().size() >= 3);
  }

  @Test
  void unresolvableDefinition_showsItsProblem_andRecovers() throws IOException {
    start();
    var changes = new AtomicInteger();
    var env = Files.writeString(folder.resolve(".env"), "NAME=value\n");
    var definitions =
        parse(
            "{\"mcpServers\": {\"a\": {\"command\": \"no-such-command-here\", \"envFile\": \"%s\"}}}"
                .formatted(env));
    Files.delete(env);
    monitor.watch(definitions);
    registry.onChange(changes::incrementAndGet);
    await().atMost(PATIENCE).until(() -> registry.view(A).orElseThrow().reason() != null);
    assertThat(registry.view(A).orElseThrow().problem())
        .isEqualTo("envFile '%s' cannot be read; create it or correct the path".formatted(env));
    assertThat(state(A)).isEqualTo(ServerState.UNKNOWN);
    Files.writeString(env, "NAME=value\n");
    awaitState(A, ServerState.DOWN);
    assertThat(registry.view(A).orElseThrow().problem()).isNull();
    assertThat(registry.view(A).orElseThrow().reason()).contains("no-such-command-here");
    assertThat(changes.get()).isPositive();
  }

  @Test
  void close_endsProbing_withinItsBound() {
    start();
    try (var hanging =
        SampleMcpServer.http(
            SampleBehaviour.builder("h").quirk(SampleBehaviour.Quirk.HANG).build())) {
      monitor.watch(define(Map.of("a", server.url(), "h", hanging.url())));
      awaitState(A, ServerState.HEALTHY);
      long start = System.nanoTime();
      monitor.close();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(15));
    }
    int after = probes.get();
    assertThat(monitor.watch(List.of())).isEmpty();
    assertThat(probes.get()).isEqualTo(after);
    assertThat(server.openSessions()).isZero();
  }

  @Test
  void server_thatFellSilent_isNotGreenAnyMore_andIsForgottenAfterADay() {
    var time = ManualTime.startingAt("2026-11-20T12:00:00Z");
    var silent = new ServerRegistry(time, Duration.ofMinutes(2));
    silent.known(List.of(TestData.sample(A, TestData.NOON)));
    assertThat(silent.view(A).orElseThrow().state()).isEqualTo(ServerState.HEALTHY);

    time.advance(Duration.ofMinutes(3));
    var view = silent.view(A).orElseThrow();
    assertThat(view.state()).isEqualTo(ServerState.UNKNOWN);
    assertThat(view.reason()).isEqualTo("nothing was heard of it since 2026-11-20T12:00:00Z");

    time.advance(Duration.ofDays(1));
    assertThat(silent.views()).isEmpty();
    var restarted = new ServerRegistry(time, Duration.ofMinutes(2));
    restarted.known(List.of(TestData.sample(A, TestData.NOON)));
    assertThat(restarted.views()).isEmpty();
  }

  @Test
  void registry_keepsTheNewestSamples_andSinceWhenTheStateIs() {
    var start = Instant.now().truncatedTo(ChronoUnit.SECONDS).minusSeconds(150);
    registry.onMetrics(List.of(TestData.sample(A, start.plusSeconds(100))));
    registry.onMetrics(List.of(TestData.bareSample(A, start.plusSeconds(50))));
    assertThat(state(A)).isEqualTo(ServerState.HEALTHY);
    registry.onMetrics(List.of(TestData.bareSample(A, start.plusSeconds(110))));
    registry.onMetrics(List.of(TestData.bareSample(A, start.plusSeconds(120))));
    assertThat(registry.view(A).orElseThrow().since()).isEqualTo(start.plusSeconds(110));
    registry.history(
        A, List.of(TestData.bareSample(A, start), TestData.sample(A, start.plusSeconds(10))));
    var view = registry.view(A).orElseThrow();
    assertThat(view.recent())
        .extracting(ServerView.Point::at)
        .containsExactly(
            start,
            start.plusSeconds(10),
            start.plusSeconds(100),
            start.plusSeconds(110),
            start.plusSeconds(120));
    assertThat(view.since()).isEqualTo(start.plusSeconds(110));
    registry.onMetrics(TestData.samples(A, start.plusSeconds(200), Duration.ofSeconds(1), 100));
    assertThat(registry.view(A).orElseThrow().recent()).hasSize(ServerRegistry.RECENT);
    assertThat(registry.size()).isEqualTo(1);
    var seen = new AtomicInteger();
    registry.onChange(seen::incrementAndGet);
    registry.known(List.of(TestData.sample(ServerId.of("old"), start)));
    assertThat(registry.contains(ServerId.of("old"))).isTrue();
    assertThat(seen.get()).isEqualTo(1);
  }

  @Test
  void probeThatEndsWhileItsServerIsRemoved_doesNotBringItBack() throws Exception {
    var probed = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    var gone = new CopyOnWriteArrayList<ServerId>();
    monitor.close();
    monitor =
        new Monitor(
            McpProber.builder().build(),
            mcp.manager(),
            registry,
            MonitorSettings.of(Duration.ofMillis(30), Duration.ofHours(1)),
            (definition, result) -> {
              probed.countDown();
              try {
                goOn.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
    monitor.onEnd(gone::add);
    start();
    monitor.watch(define(Map.of("a", server.url())));
    probed.await();
    var remover = new Thread(() -> monitor.watch(List.of()));
    remover.start();
    await().atMost(PATIENCE).until(() -> remover.getState() != Thread.State.RUNNABLE);
    goOn.countDown();
    remover.join();
    await().atMost(PATIENCE).until(() -> server.openSessions() == 0);
    assertThat(registry.contains(A)).isFalse();
    assertThat(gone).containsExactly(A);
  }

  @Test
  void close_saysNothingOfProbesThatItEnds() {
    var logger = (Logger) LoggerFactory.getLogger(Monitor.class);
    var log = new ListAppender<ILoggingEvent>();
    log.start();
    logger.addAppender(log);
    start();
    try (var hanging =
        SampleMcpServer.http(
            SampleBehaviour.builder("h").quirk(SampleBehaviour.Quirk.HANG).build())) {
      monitor.watch(define(Map.of("a", server.url(), "h", hanging.url())));
      awaitState(A, ServerState.HEALTHY);
      monitor.close();
    } finally {
      logger.detachAppender(log);
    }
    assertThat(log.list).extracting(ILoggingEvent::getFormattedMessage).isEmpty();
  }

  @Test
  void registry_letsGoOfSilentServers_butNotOfThoseInTheConfiguration() {
    var time = ManualTime.startingAt("2026-11-20T12:00:00Z");
    var mixed = new ServerRegistry(time, Duration.ofMinutes(2));
    var b = ServerId.of("b");
    mixed.define(define(Map.of("a", server.url())).get(0));
    mixed.onMetrics(List.of(TestData.sample(A, TestData.NOON), TestData.sample(b, TestData.NOON)));
    assertThat(mixed.size()).isEqualTo(2);

    time.advance(Duration.ofDays(1));
    mixed.onMetrics(List.of(TestData.sample(ServerId.of("c"), time.instant())));
    assertThat(mixed.contains(A)).isTrue();
    assertThat(mixed.contains(b)).isFalse();
    assertThat(mixed.views()).hasSize(2);

    mixed.onMetrics(List.of(TestData.sample(b, time.instant())));
    assertThat(mixed.view(b).orElseThrow().state()).isEqualTo(ServerState.HEALTHY);
  }

  @Test
  void observerThatThrows_doesNotEndProbing() {
    monitor.close();
    monitor =
        new Monitor(
            McpProber.builder().build(),
            mcp.manager(),
            registry,
            MonitorSettings.of(Duration.ofMillis(30), Duration.ofHours(1)),
            (definition, result) -> {
              probes.incrementAndGet();
              throw new IllegalStateException("of the test");
            });
    start();
    monitor.watch(define(Map.of("a", server.url())));
    awaitState(A, ServerState.HEALTHY);
    await().atMost(PATIENCE).until(() -> probes.get() >= 5);
  }

  @Test
  void deadServer_isTriedAgainAndAgain() {
    monitor.close();
    monitor =
        new Monitor(
            McpProber.builder().build(),
            mcp.manager(),
            registry,
            MonitorSettings.of(Duration.ofMillis(30), Duration.ofHours(1))
                .with(new MonitorSettings.Circuit(1, Duration.ofMillis(50), Duration.ofMillis(50))),
            (definition, result) -> probes.incrementAndGet());
    start();
    server.close();
    monitor.watch(define(Map.of("a", server.url())));
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              var watch = registry.view(A).orElseThrow().watch();
              return watch != null && watch.circuit() != CircuitState.CLOSED;
            });
    int before = probes.get();
    await().atMost(PATIENCE).until(() -> probes.get() >= before + 3);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () ->
                assertThat(mcp.timeSeries().getRecentMetrics(A, 100))
                    .anyMatch(sample -> sample.circuit() == CircuitState.OPEN)
                    .anyMatch(sample -> sample.circuit() == CircuitState.HALF_OPEN));
  }

  @Test
  void manyServers_thatComeAndGo_doNotLockEachOtherOut() throws Exception {
    monitor.close();
    monitor = monitor(Duration.ofMillis(5), Duration.ofMillis(1));
    start();
    var all =
        IntStream.range(0, 40)
            .boxed()
            .collect(
                Collectors.toMap(
                    i -> "s" + i,
                    i -> i % 2 == 0 ? server.url() : URI.create("http://127.0.0.1:1/mcp")));
    var changing =
        new Thread(
            () -> {
              for (int i = 0; i < 20; i++) {
                monitor.watch(define(all));
                monitor.watch(define(Map.of("a", server.url())));
              }
              monitor.watch(define(all));
            });
    changing.start();
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              monitor.incidents();
              return monitor.status().isPresent() && !changing.isAlive();
            });
    int before = probes.get();
    await().atMost(PATIENCE).until(() -> probes.get() >= before + 80);
    await().atMost(PATIENCE).until(() -> state(ServerId.of("s0")) == ServerState.HEALTHY);
    await().atMost(PATIENCE).until(() -> state(ServerId.of("s1")) == ServerState.DOWN);
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "the command is one of a Unix shell")
  void close_endsWhatARecoveryStarted() throws IOException {
    var pid = folder.resolve("pid");
    start();
    monitor.watch(
        parse(
            """
            {"mcpServers": {"a": {"url": "http://127.0.0.1:1/mcp", "recovery": {
              "command": ["/bin/sh", "-c", "echo $$ > '%s'; exec sleep 300"]}}}}"""
                .formatted(pid)));
    await().atMost(PATIENCE).until(() -> Files.exists(pid) && !Files.readString(pid).isBlank());
    monitor.close();
    var process = ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()));
    await().atMost(PATIENCE).until(() -> process.isEmpty() || !process.get().isAlive());
  }
}
