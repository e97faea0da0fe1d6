package io.mcprealtime.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.EventType;
import io.mcprealtime.LiveFeed;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.ServerState;
import io.mcprealtime.Severity;
import io.mcprealtime.mcp.sample.SampleFault;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultDrillTest {
  private static final Duration INTERVAL = Duration.ofMillis(20);

  @TempDir private Path folder;
  private final List<String> orders = new CopyOnWriteArrayList<>();
  private final List<Instant> times = new CopyOnWriteArrayList<>();
  private final LiveFeed live = new LiveFeed();

  private FaultDrill drill() {
    return drill(INTERVAL);
  }

  private FaultDrill drill(Duration interval) {
    return new FaultDrill(
        interval,
        (server, fault) -> {
          times.add(Instant.now());
          orders.add(server + " " + SampleFault.format(fault));
        },
        folder);
  }

  private static MonitoringEvent anomaly(String server, Instant at) {
    return MonitoringEvent.of(
            ServerId.of(server), at, EventType.ANOMALY, Severity.WARNING, "an anomaly")
        .withDetails(Map.of("metric", "response_time_ms", "since", at.toString()));
  }

  @Test
  void faultsAndAnomalies_areHeldAgainstEachOther() {
    try (var drill = drill()) {
      assertThat(drill.start(live, Duration.ofMillis(20L * 100))).isTrue();
      await().until(() -> orders.size() >= 2);
      assertThat(orders.get(0)).isEqualTo("search slow 8.0");
      assertThat(orders.get(1)).isEqualTo("search none");
      // While it was being injected: a moment later its grace might be over.
      var now = times.get(0);
      drill.onEvents(
          List.of(
              anomaly("search", now),
              anomaly("search", now),
              anomaly("weather", now.minusSeconds(3_600)),
              anomaly("inventory", now)));
      await()
          .untilAsserted(
              () ->
                  assertThat(drill.lines())
                      .anyMatch(line -> line.contains("found: 1"))
                      .contains("Anomalies told: 2, right: 1 (precision 50 %)")
                      .anyMatch(line -> line.startsWith("  false   weather: response_time_ms at"))
                      .anyMatch(line -> line.startsWith("1 more of servers")));
    }
  }

  private static MonitoringEvent change(String server, Instant at, ServerState to) {
    return MonitoringEvent.of(
            ServerId.of(server), at, EventType.STATUS_CHANGE, Severity.INFO, "a change")
        .withDetails(Map.of("from", "UNKNOWN", "to", to.name()));
  }

  @Test
  void aChangeOfState_findsAnOutage_whenItIsForTheWorse() {
    var hung = new CompletableFuture<Instant>();
    try (var drill =
        new FaultDrill(
            INTERVAL,
            (server, fault) -> {
              if (server.equals("calendar") && SampleFault.hang().equals(fault)) {
                hung.complete(Instant.now());
              }
            },
            folder)) {
      assertThat(drill.start(live, Duration.ofMillis(20L * 180))).isTrue();
      var at = hung.orTimeout(30, TimeUnit.SECONDS).join();
      drill.onEvents(
          List.of(
              change("calendar", at, ServerState.DEGRADED),
              change("calendar", at, ServerState.UNKNOWN)));
      await().untilAsserted(() -> assertThat(drill.lines()).contains("  hang    0 of 1"));
      drill.onEvents(List.of(change("calendar", at, ServerState.DOWN)));
      assertThat(drill.lines()).contains("  hang    1 of 1");
    }
  }

  @Test
  void whatIsTold_isKeptUpToABound_andWhatComesLaterCountsForNothing() {
    try (var drill = drill()) {
      assertThat(drill.start(live, Duration.ofMillis(20L * 100))).isTrue();
      await().until(() -> orders.size() >= 2);
      var start = Instant.now().truncatedTo(ChronoUnit.MILLIS);
      drill.onEvents(
          IntStream.rangeClosed(0, FaultDrill.MOST_TOLD)
              .mapToObj(i -> anomaly("inventory", start.plusMillis(i)))
              .toList());
      assertThat(drill.lines())
          .contains(
              "Only what was until %s counts: more is not kept."
                  .formatted(start.plusMillis(FaultDrill.MOST_TOLD - 1)))
          .anyMatch(line -> line.startsWith(FaultDrill.MOST_TOLD + " more of servers"));
    }
  }

  @Test
  void stdioServers_readTheirFaultsFromAFile() {
    // A fault lasts for ten intervals, and must be seen in that time.
    var interval = Duration.ofMillis(60);
    try (var drill = drill(interval)) {
      assertThat(drill.start(live, interval.multipliedBy(200))).isTrue();
      var file = FaultDrill.faultFile(folder, "notes");
      var seen = new AtomicReference<SampleFault>();
      await()
          .atMost(Duration.ofSeconds(30))
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(5))
          .until(
              () -> {
                SampleFault.readFrom(file).ifPresent(seen::set);
                return seen.get() != null;
              });
      assertThat(seen).hasValue(SampleFault.memory(4));
      await().atMost(Duration.ofSeconds(30)).until(() -> SampleFault.readFrom(file).isEmpty());
    }
  }

  @Test
  void aShortRun_saysThatItWasTooShort() {
    try (var drill = drill()) {
      assertThat(drill.start(live, Duration.ofSeconds(1))).isFalse();
      assertThat(drill.lines())
          .singleElement()
          .asString()
          .startsWith("The run was too short for faults: servers must be seen for 1 s before");
    }
  }
}
