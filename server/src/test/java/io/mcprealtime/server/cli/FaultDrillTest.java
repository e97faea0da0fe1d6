package io.mcprealtime.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.EventType;
import io.mcprealtime.LiveFeed;
import io.mcprealtime.MonitoringEvent;
import io.mcprealtime.ServerId;
import io.mcprealtime.Severity;
import io.mcprealtime.mcp.sample.SampleFault;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultDrillTest {
  private static final Duration INTERVAL = Duration.ofMillis(20);

  @TempDir private Path folder;
  private final List<String> orders = new CopyOnWriteArrayList<>();
  private final LiveFeed live = new LiveFeed();

  private FaultDrill drill() {
    return new FaultDrill(
        INTERVAL, (server, fault) -> orders.add(server + " " + SampleFault.format(fault)), folder);
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
      var now = Instant.now();
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

  @Test
  void stdioServers_readTheirFaultsFromAFile() {
    try (var drill = drill()) {
      assertThat(drill.start(live, Duration.ofMillis(20L * 200))).isTrue();
      var file = FaultDrill.faultFile(folder, "notes");
      await().until(() -> SampleFault.readFrom(file).isPresent());
      assertThat(SampleFault.readFrom(file)).contains(SampleFault.memory(4));
      await().until(() -> SampleFault.readFrom(file).isEmpty());
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
