package io.mcprealtime.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.ServerId;
import io.mcprealtime.server.config.ServerConfig;
import io.mcprealtime.server.config.ServerConfigBuilder;
import io.mcprealtime.testkit.TestData;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class ApplicationTest {
  @TempDir private Path folder;

  private ServerConfig config() {
    var config = new ServerConfigBuilder(name -> null);
    config.port(0);
    config.dataDirectory(folder);
    return config.build();
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no SIGSTOP")
  void close_whileTheDatabaseHangs_isBounded_andLeavesNoProcess() throws Exception {
    var application = Application.start(config(), (definition, result) -> {});
    var database = ProcessHandle.of(application.databasePid().orElseThrow()).orElseThrow();
    var processes = new ArrayList<>(List.of(database));
    try {
      // The postmaster first: it starts no more, so that the list is complete.
      signal("STOP", database);
      processes.addAll(database.descendants().toList());
      for (var process : processes) {
        signal("STOP", process);
      }
      var waiting =
          application
              .mcp()
              .manager()
              .collectMetricsAsync(
                  List.of(TestData.bareSample(ServerId.of("a"), Instant.now().minusSeconds(1))));
      long start = System.nanoTime();
      application.close();
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
      // One that has ended stays in the list until its parent asks for it; it has no command then.
      assertThat(processes)
          .noneMatch(process -> process.isAlive() && process.info().command().isPresent());
      var result = waiting.get(10, TimeUnit.SECONDS);
      assertThat(result.stored()).isFalse();
      assertThat(result.spooled()).as("%s", result.whyNotKept()).isTrue();
    } finally {
      processes.forEach(ProcessHandle::destroyForcibly);
    }
    try (var again = Application.start(config(), (definition, result) -> {})) {
      assertThat(again.port()).isPositive();
      var series = again.mcp().timeSeries();
      assertThat(series.getRecentMetrics(ServerId.of("a"), 10)).hasSize(1);
      await().until(() -> series.spool().orElseThrow().records() == 0);
      assertThat(series.getRecentMetrics(ServerId.of("a"), 10)).hasSize(1);
    }
  }

  private static void signal(String name, ProcessHandle process)
      throws IOException, InterruptedException {
    var kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
    assertThat(kill.waitFor()).as("kill -%s", name).isZero();
  }
}
