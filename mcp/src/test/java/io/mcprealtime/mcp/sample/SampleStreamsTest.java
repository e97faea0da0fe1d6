package io.mcprealtime.mcp.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.ManualTime;
import io.mcprealtime.mcp.sample.SampleBehaviour.Eras;
import io.mcprealtime.mcp.sample.SampleBehaviour.Quirk;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class SampleStreamsTest {
  private final ManualTime time = ManualTime.startingAt("2026-11-22T00:00:00Z");

  @Test
  void stdio_answersBothEras() {
    List<String> lines =
        run(
            SampleBehaviour.healthy("pipe"),
            Caller.request("server/discover", Caller.META),
            Caller.initialize(),
            "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}",
            "",
            Caller.request("tools/list", ""));
    assertThat(lines).hasSize(3);
    assertThat(json(lines, 0).at("/result/supportedVersions/0").stringValue())
        .isEqualTo("2026-07-28");
    assertThat(json(lines, 1).at("/result/protocolVersion").stringValue()).isEqualTo("2025-11-25");
    assertThat(json(lines, 2).at("/result/tools")).hasSize(3);
  }

  @Test
  void stdio_legacyOnlyDoesNotKnowDiscover() {
    var behaviour = SampleBehaviour.builder("old").eras(Eras.LEGACY).build();
    List<String> lines = run(behaviour, Caller.request("server/discover", Caller.META));
    assertThat(json(lines, 0).at("/error/code").intValue()).isEqualTo(-32601);
  }

  @Test
  void stdio_saysWhatIsNotJson() {
    List<String> lines = run(SampleBehaviour.healthy("pipe"), "hello");
    assertThat(json(lines, 0).at("/error/code").intValue()).isEqualTo(-32700);
  }

  @Test
  void stdio_writesNoiseBetweenMessages() {
    var behaviour = SampleBehaviour.builder("noise").quirk(Quirk.STDOUT_NOISE).build();
    assertThat(run(behaviour, Caller.initialize()))
        .hasSize(2)
        .first()
        .isEqualTo("[sample] about to answer");
  }

  @Test
  void stdio_endsHangsOrWritesAPage() {
    assertThat(run(quirk(Quirk.HTTP_500), Caller.initialize())).isEmpty();
    assertThat(run(quirk(Quirk.HANG), Caller.initialize())).isEmpty();
    assertThat(run(quirk(Quirk.HTML_PAGE), Caller.initialize()).get(0)).startsWith("<!doctype");
  }

  @Test
  void stdio_endsWhileDown() {
    var behaviour =
        SampleBehaviour.builder("flaps")
            .flapping(Duration.ofSeconds(1), Duration.ofSeconds(1))
            .build();
    assertThat(run(behaviour, Caller.initialize())).hasSize(1);
    time.advance(Duration.ofSeconds(1));
    assertThat(run(behaviour, Caller.initialize())).isEmpty();
  }

  @Test
  void sse_answersOverTheStream() throws Exception {
    try (var server = SampleMcpServer.http(SampleBehaviour.healthy("stream"))) {
      HttpRequest get = Caller.builder(server.sseUrl(), Map.of()).GET().build();
      try (var lines = Caller.client().send(get, HttpResponse.BodyHandlers.ofLines()).body()) {
        Iterator<String> stream = lines.iterator();
        assertThat(stream.next()).isEqualTo("event: endpoint");
        String endpoint = stream.next().substring("data: ".length());
        assertThat(endpoint).startsWith("/messages?sessionId=");
        assertThat(stream.next()).isEmpty();
        URI messages = server.sseUrl().resolve(endpoint);
        assertThat(Caller.post(messages, Caller.initialize(), Map.of()).statusCode())
            .isEqualTo(202);
        assertThat(stream.next()).isEqualTo("event: message");
        JsonNode answer = Caller.JSON.readTree(stream.next().substring("data: ".length()));
        assertThat(answer.at("/result/serverInfo/name").stringValue()).isEqualTo("stream");
        assertThat(Caller.post(messages, "{", Map.of()).statusCode()).isEqualTo(400);
        assertThat(server.openSessions()).isEqualTo(1);
      }
    }
  }

  @Test
  void sse_refusesWhatItDoesNotKnow() {
    try (var server = SampleMcpServer.http(SampleBehaviour.healthy("stream"))) {
      URI messages = server.sseUrl().resolve("/messages?sessionId=none");
      assertThat(Caller.post(messages, Caller.initialize(), Map.of()).statusCode()).isEqualTo(404);
      assertThat(Caller.post(server.sseUrl(), "{}", Map.of()).statusCode()).isEqualTo(405);
      HttpRequest get = Caller.builder(messages, Map.of()).GET().build();
      assertThat(Caller.send(get).statusCode()).isEqualTo(405);
    }
    var behaviour = SampleBehaviour.builder("new").eras(Eras.MODERN).build();
    try (var server = SampleMcpServer.http(behaviour)) {
      HttpRequest get = Caller.builder(server.sseUrl(), Map.of()).GET().build();
      assertThat(Caller.send(get).statusCode()).isEqualTo(404);
    }
  }

  private static SampleBehaviour quirk(Quirk quirk) {
    return SampleBehaviour.builder("odd").quirk(quirk).build();
  }

  private List<String> run(SampleBehaviour behaviour, String... lines) {
    byte[] input = (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8);
    var out = new ByteArrayOutputStream();
    SampleMcpServer.stdio(behaviour, new ByteArrayInputStream(input), out, time);
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private static JsonNode json(List<String> lines, int index) {
    return Caller.JSON.readTree(lines.get(index));
  }
}
