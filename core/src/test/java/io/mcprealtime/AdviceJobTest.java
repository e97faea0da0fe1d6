package io.mcprealtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.advice.AdviceOutcome;
import io.mcprealtime.advice.AdviceOutcome.Verdict;
import io.mcprealtime.advice.OpenAdvice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdviceJobTest {
  @TempDir private Path directory;
  private final ManualTime time = ManualTime.startingAt("2026-11-20T12:00:00Z");

  private McpRealtime start() {
    var config =
        McpRealtimeConfig.builder().adviceFile(directory.resolve("recommendations.json")).build();
    return McpRealtime.builder().config(config).time(time).start();
  }

  @Test
  void recommendations_surviveARestart_andEndWithAnEvent() {
    try (var mcp = start()) {
      mcp.manager().collectMetrics(List.of(Samples.down(Samples.GITHUB, time.instant())));
      mcp.manager().advice().fresh();
      time.advance(Duration.ofMinutes(20));
      mcp.manager().collectMetrics(List.of(Samples.down(Samples.GITHUB, time.instant())));
      mcp.manager().advice().fresh();
    }
    assertThat(directory).isDirectoryContaining("glob:**recommendations.json");
    time.advance(Duration.ofMinutes(5));

    try (var mcp = start()) {
      var book = mcp.manager().advice().book();
      assertThat(book.open()).extracting(OpenAdvice::since).containsExactly(Samples.NOON);
      mcp.manager().collectMetrics(List.of(Samples.healthy(Samples.GITHUB, time.instant(), 5)));
      mcp.manager().advice().fresh();
      time.advance(Duration.ofMinutes(14));
      mcp.manager().advice().fresh();
      assertThat(book.outcomes()).isEmpty();
      time.advance(Duration.ofMinutes(1));
      mcp.manager().advice().fresh();

      assertThat(book.outcomes())
          .extracting(AdviceOutcome::verdict)
          .containsExactly(Verdict.NO_LONGER_NEEDED);
      await()
          .untilAsserted(
              () ->
                  assertThat(mcp.manager().recentEvents())
                      .filteredOn(event -> event.type() == EventType.RECOMMENDATION)
                      .extracting(MonitoringEvent::message)
                      .containsExactly(
                          "Bring back what is down: it is not needed any more,"
                              + " the number of servers in state DOWN was 1 and is 0"));
    }
  }

  @Test
  void recommendation_thatHoldsStill_isNotOverByARestart() {
    try (var mcp = start()) {
      for (int i = 0; i < 5; i++) {
        mcp.manager().collectMetrics(List.of(Samples.down(Samples.GITHUB, time.instant())));
        mcp.manager().advice().fresh();
        time.advance(Duration.ofMinutes(5));
      }
    }
    time.advance(Duration.ofHours(2));

    try (var mcp = start()) {
      var advice = mcp.manager().advice();
      advice.awaiting(() -> true);
      advice.fresh();
      time.advance(Duration.ofMinutes(20));
      advice.fresh();
      advice.awaiting(() -> false);
      time.advance(Duration.ofMinutes(1));
      advice.fresh();
      assertThat(advice.book().outcomes()).isEmpty();
      mcp.manager().collectMetrics(List.of(Samples.down(Samples.GITHUB, time.instant())));
      time.advance(Duration.ofMinutes(1));

      assertThat(advice.fresh().standing()).hasSize(1);
      assertThat(advice.book().outcomes()).isEmpty();
      assertThat(advice.book().open()).extracting(OpenAdvice::since).containsExactly(Samples.NOON);
    }
  }

  @Test
  void file_thatCannotBeRead_isSetAside() throws IOException {
    Files.writeString(directory.resolve("recommendations.json"), "{\"version\": 1, ");

    try (var mcp = start()) {
      assertThat(mcp.manager().advice().book().open()).isEmpty();
    }

    assertThat(directory.resolve("recommendations.json.broken")).hasContent("{\"version\": 1, ");
    assertThat(directory.resolve("recommendations.json")).exists();
  }

  @Test
  void directory_thatCannotBeWritten_stopsNothing() throws IOException {
    var file = Files.writeString(directory.resolve("file"), "");
    var config = McpRealtimeConfig.builder().adviceFile(file.resolve("recommendations.json"));

    try (var mcp = McpRealtime.builder().config(config.build()).time(time).start()) {
      assertThat(mcp.manager().advice().fresh().open()).isEmpty();
    }
  }
}
