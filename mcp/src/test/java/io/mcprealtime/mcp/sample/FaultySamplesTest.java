package io.mcprealtime.mcp.sample;

import static io.mcprealtime.mcp.sample.Caller.errorCode;
import static io.mcprealtime.mcp.sample.Caller.initialize;
import static io.mcprealtime.mcp.sample.Caller.post;
import static io.mcprealtime.mcp.sample.Caller.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.TimeSource;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FaultySamplesTest {
  @TempDir private Path folder;

  @Test
  void errors_beginAndEnd() {
    try (var samples = new FaultySamples()) {
      var server = samples.add(SampleBehaviour.healthy("weather"));
      samples.obey("weather errors 1");
      assertThat(errorCode(post(server.url(), initialize(), Map.of()))).isEqualTo(-32603);
      samples.obey("weather none");
      assertThat(post(server.url(), initialize(), Map.of()).body()).contains("\"result\"");
    }
  }

  @Test
  void down_refusesConnections_untilItIsBackOnItsPort() {
    try (var samples = new FaultySamples()) {
      var url = samples.add(SampleBehaviour.healthy("weather")).url();
      samples.obey("weather down 1");
      samples.obey("weather down 1");
      assertThatThrownBy(() -> post(url, initialize(), Map.of()))
          .hasCauseInstanceOf(ConnectException.class);
      samples.obey("weather none");
      assertThat(post(url, initialize(), Map.of()).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void hang_answersNobody_andDropsThemAtItsEnd() throws Exception {
    try (var samples = new FaultySamples()) {
      var server = samples.add(SampleBehaviour.healthy("weather"));
      samples.inject("weather", SampleFault.hang());
      var body = HttpRequest.BodyPublishers.ofString(initialize());
      var call = HttpRequest.newBuilder(server.url()).POST(body).build();
      var answer = Caller.client().sendAsync(call, HttpResponse.BodyHandlers.ofString());
      await().until(() -> server.openSessions() == 1);
      assertThat(answer).isNotDone();
      samples.inject("weather", null);
      assertThat(answer).failsWithin(Duration.ofSeconds(10));
      assertThat(server.openSessions()).isZero();
    }
  }

  @Test
  void slow_multipliesTheDelay() {
    var behaviour = SampleBehaviour.builder("s").latency(Duration.ofMillis(5), 0, 1).build();
    var slow =
        new SampleProtocol(behaviour, TimeSource.system(), () -> Optional.of(SampleFault.slow(8)));
    assertThat(slow.nextDelay()).isEqualTo(Duration.ofMillis(40));
  }

  @Test
  void memory_isKept_withinABound() {
    var protocol =
        new SampleProtocol(
            SampleBehaviour.healthy("s"),
            TimeSource.system(),
            () -> Optional.of(SampleFault.memory(20)));
    var ping = Caller.JSON.readTree(request("ping", ""));
    IntStream.range(0, 50).forEach(i -> protocol.answer(ping, SampleProtocol.eraOf(ping)));
    assertThat(protocol.keptBytes()).isEqualTo(32_000_000);
  }

  @Test
  void overStdio_theFileSaysWhatIsWrong() throws IOException {
    var file = folder.resolve("notes.fault");
    assertThat(stdio(file)).contains("\"result\"");
    SampleFault.writeTo(file, SampleFault.errors(1));
    assertThat(stdio(file)).contains("-32603");
    SampleFault.writeTo(file, SampleFault.hang());
    assertThat(stdio(file)).isEmpty();
    SampleFault.writeTo(file, SampleFault.down());
    assertThat(stdio(file)).isEmpty();
    SampleFault.writeTo(file, null);
    assertThat(stdio(file)).contains("\"result\"");
    try (var files = Files.list(folder)) {
      assertThat(files).containsExactly(file);
    }
  }

  private static String stdio(Path faults) {
    var out = new ByteArrayOutputStream();
    SampleMcpServer.stdio(
        SampleBehaviour.healthy("notes"),
        new ByteArrayInputStream((initialize() + "\n").getBytes(StandardCharsets.UTF_8)),
        out,
        () -> SampleFault.readFrom(faults));
    return out.toString(StandardCharsets.UTF_8);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "weather | 'weather' must be a name and a fault",
        "nobody slow 8 | there is no sample server 'nobody'",
        "weather lazy 8 | 'lazy 8' is no fault; write one like 'slow 8', or 'none'",
        "weather slow | 'slow' is no fault",
        "weather slow x | 'slow x' is no fault",
        "weather slow 0.5 | the amount of 'slow' must be from 1.0 to 10000.0, is 0.5",
        "weather errors 2 | the amount of 'errors' must be from 0.0 to 1.0, is 2.0"
      })
  void aLineThatIsNotUnderstood_isTold(String line, String message) {
    try (var samples = new FaultySamples()) {
      samples.add(SampleBehaviour.healthy("weather"));
      assertThatThrownBy(() -> samples.obey(line))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(message);
      assertThatThrownBy(() -> samples.add(SampleBehaviour.healthy("weather")))
          .hasMessage("there is a sample server 'weather' already");
    }
  }

  @Test
  void faults_areReadAsTheyAreWritten() {
    for (var fault :
        new SampleFault[] {
          SampleFault.slow(2.5),
          SampleFault.errors(0.3),
          SampleFault.hang(),
          SampleFault.down(),
          SampleFault.memory(4)
        }) {
      assertThat(SampleFault.parse(SampleFault.format(fault))).contains(fault);
    }
    assertThat(SampleFault.parse(SampleFault.format(null))).isEmpty();
    assertThat(SampleFault.slow(8)).hasToString("slow ×8");
    assertThat(SampleFault.errors(0.6)).hasToString("errors 60 %");
    assertThat(SampleFault.memory(4)).hasToString("memory +4 MB a request");
  }
}
