package io.mcprealtime.mcp.sample;

import static io.mcprealtime.mcp.sample.Caller.errorCode;
import static io.mcprealtime.mcp.sample.Caller.initialize;
import static io.mcprealtime.mcp.sample.Caller.json;
import static io.mcprealtime.mcp.sample.Caller.post;
import static io.mcprealtime.mcp.sample.Caller.request;
import static io.mcprealtime.mcp.sample.Caller.session;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.ManualTime;
import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.TimeSource;
import io.mcprealtime.mcp.sample.SampleBehaviour.Latency;
import io.mcprealtime.mcp.sample.SampleBehaviour.Quirk;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SampleFaultsTest {
  @Test
  void flapping_isAwayInItsDownPeriod() {
    ManualTime time = ManualTime.startingAt("2026-11-22T00:00:00Z");
    var behaviour =
        SampleBehaviour.builder("flaps")
            .flapping(Duration.ofSeconds(40), Duration.ofSeconds(20))
            .build();
    try (var host = SampleHost.start(0, time)) {
      var server = host.add("/flaps", behaviour);
      assertThat(post(server.url(), initialize(), Map.of()).statusCode()).isEqualTo(200);
      time.advance(Duration.ofSeconds(40));
      assertThat(post(server.url(), initialize(), Map.of()).statusCode()).isEqualTo(503);
      time.advance(Duration.ofSeconds(20));
      assertThat(post(server.url(), initialize(), Map.of()).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void bearerToken_isAskedForAndTaken() {
    var behaviour = SampleBehaviour.builder("login").bearerToken("s3cret").build();
    try (var server = SampleMcpServer.http(behaviour)) {
      HttpResponse<String> refused = post(server.url(), initialize(), Map.of());
      assertThat(refused.statusCode()).isEqualTo(401);
      String challenge = refused.headers().firstValue("WWW-Authenticate").orElseThrow();
      assertThat(challenge).startsWith("Bearer resource_metadata=\"http://127.0.0.1:");
      String metadata = challenge.substring(challenge.indexOf('"') + 1, challenge.length() - 1);
      HttpRequest get = Caller.builder(URI.create(metadata), Map.of()).GET().build();
      assertThat(json(Caller.send(get)).get("resource").stringValue())
          .isEqualTo(server.url().toString());
      var headers = Map.of("Authorization", "Bearer s3cret");
      assertThat(post(server.url(), initialize(), headers).statusCode()).isEqualTo(200);
      assertThat(behaviour.toString()).doesNotContain("s3cret");
    }
  }

  @Test
  void failureShare_ofOneFailsEveryRequest() {
    var behaviour = SampleBehaviour.builder("fails").failureShare(1).build();
    try (var server = SampleMcpServer.http(behaviour)) {
      HttpResponse<String> answer = post(server.url(), initialize(), Map.of());
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(errorCode(answer)).isEqualTo(-32603);
    }
  }

  @Test
  void failureShare_isKeptOverManyRequests() {
    var behaviour = SampleBehaviour.builder("fails").failureShare(0.25).build();
    var protocol = new SampleProtocol(behaviour, TimeSource.system());
    var ping = Caller.JSON.readTree(request("ping", ""));
    long failures =
        IntStream.range(0, 4_000)
            .filter(
                i -> {
                  try {
                    protocol.answer(ping, SampleProtocol.eraOf(ping));
                    return false;
                  } catch (RpcError e) {
                    return true;
                  }
                })
            .count();
    assertThat(failures).isBetween(850L, 1_150L);
  }

  @Test
  void noTools_declaresThemAndListsNone() {
    var behaviour = SampleBehaviour.builder("empty").quirk(Quirk.NO_TOOLS).build();
    try (var server = SampleMcpServer.http(behaviour)) {
      HttpResponse<String> opened = post(server.url(), initialize(), Map.of());
      assertThat(json(opened).at("/result/capabilities").has("tools")).isTrue();
      var headers = Map.of("Mcp-Session-Id", session(opened));
      assertThat(json(post(server.url(), request("tools/list", ""), headers)).at("/result/tools"))
          .isEmpty();
    }
  }

  @Test
  void softFailure_readsLikeAnErrorAndSaysSuccess() {
    var behaviour = SampleBehaviour.builder("soft").quirk(Quirk.SOFT_FAILURE).build();
    try (var server = SampleMcpServer.http(behaviour)) {
      var headers = Map.of("Mcp-Session-Id", session(post(server.url(), initialize(), Map.of())));
      var result =
          json(post(server.url(), request("tools/call", "\"name\":\"time\""), headers))
              .get("result");
      assertThat(result.get("isError").booleanValue()).isFalse();
      assertThat(result.at("/content/0/text").stringValue()).startsWith("Error:");
    }
  }

  @ParameterizedTest
  @CsvSource({"HTML_PAGE, 200, text/html; charset=utf-8", "HTTP_500, 500, text/plain"})
  void brokenServers_answerSomethingElse(Quirk quirk, int status, String type) {
    var behaviour = SampleBehaviour.builder("broken").quirk(quirk).build();
    try (var server = SampleMcpServer.http(behaviour)) {
      HttpResponse<String> answer = post(server.url(), initialize(), Map.of());
      assertThat(answer.statusCode()).isEqualTo(status);
      assertThat(answer.headers().firstValue("Content-Type")).contains(type);
    }
  }

  @Test
  void hang_answersNothingUntilItsEnd() {
    var behaviour = SampleBehaviour.builder("hangs").quirk(Quirk.HANG).build();
    CompletableFuture<HttpResponse<String>> answer;
    try (var server = SampleMcpServer.http(behaviour)) {
      HttpRequest request =
          Caller.builder(server.url(), Map.of())
              .POST(HttpRequest.BodyPublishers.ofString(initialize()))
              .build();
      answer = Caller.client().sendAsync(request, HttpResponse.BodyHandlers.ofString());
      await().until(() -> server.openSessions() == 1);
      assertThat(answer).isNotDone();
    }
    assertThat(answer).failsWithin(Duration.ofSeconds(5));
  }

  @Test
  void latency_hasItsMedianAndRepeatsWithItsSeed() {
    double[] delays = delays(7);
    assertThat(delays).isEqualTo(delays(7)).isNotEqualTo(delays(8));
    Arrays.sort(delays);
    assertThat(delays[delays.length / 2]).isBetween(45e6, 55e6);
    assertThat(delays[delays.length * 95 / 100]).isGreaterThan(80e6);
  }

  private static double[] delays(long seed) {
    var behaviour =
        SampleBehaviour.builder("slow").latency(Duration.ofMillis(50), 0.5, seed).build();
    var protocol = new SampleProtocol(behaviour, TimeSource.system());
    return IntStream.range(0, 2_000).mapToDouble(i -> protocol.nextDelay().toNanos()).toArray();
  }

  @Test
  void slowStart_holdsBackOnlyAtTheStart() {
    ManualTime time = ManualTime.startingAt("2026-11-22T00:00:00Z");
    var behaviour = SampleBehaviour.builder("slow").slowStart(Duration.ofSeconds(3)).build();
    var protocol = new SampleProtocol(behaviour, time);
    time.advance(Duration.ofSeconds(1));
    assertThat(protocol.nextDelay()).isEqualTo(Duration.ofSeconds(2));
    time.advance(Duration.ofSeconds(2));
    assertThat(protocol.nextDelay()).isZero();
  }

  @Test
  void behaviour_refusesWhatCannotBe() {
    assertThatThrownBy(() -> SampleBehaviour.healthy(" "))
        .hasMessage("a sample server needs a name");
    assertThatThrownBy(() -> SampleBehaviour.builder("x").failureShare(1.5).build())
        .hasMessage("failure share must be from 0 to 1, is 1.5");
    assertThatThrownBy(() -> SampleBehaviour.builder("x").slowStart(Duration.ofSeconds(-1)).build())
        .hasMessage("slow start must not be negative, is PT-1S");
    assertThatThrownBy(() -> new Latency(Duration.ofSeconds(-1), 0, 1))
        .hasMessage(
            "latency needs a median of 0 or more and a sigma from 0 to 5, has PT-1S and 0.0");
    assertThatThrownBy(
            () -> SampleBehaviour.builder("x").flapping(Duration.ZERO, Duration.ofSeconds(1)))
        .hasMessage("flapping needs periods of 1 ms or more, has PT0S up and PT1S down");
  }

  @Test
  void host_carriesManyServersAndFreesTheirPaths() {
    try (var host = SampleHost.start(0)) {
      var first = host.add("/first", SampleBehaviour.healthy("first"));
      var second = host.add("/second", SampleBehaviour.healthy("second"));
      assertThat(name(first)).isEqualTo("first");
      assertThat(name(second)).isEqualTo("second");
      assertThatThrownBy(() -> host.add("/first", SampleBehaviour.healthy("again")))
          .hasMessage("path '/first' has a sample server already; choose another");
      assertThatThrownBy(() -> host.add("no slash", SampleBehaviour.healthy("odd")))
          .hasMessage("path 'no slash' must be /NAME of letters, digits, dots and dashes");
      first.close();
      first.close();
      assertThat(post(first.url(), initialize(), Map.of()).statusCode()).isEqualTo(404);
      assertThat(name(second)).isEqualTo("second");
      assertThatThrownBy(() -> SampleHost.start(host.port()))
          .isInstanceOf(McpRealtimeException.class)
          .hasMessageContaining("choose another port");
    }
  }

  private static String name(SampleMcpServer server) {
    return json(post(server.url(), initialize(), Map.of()))
        .at("/result/serverInfo/name")
        .stringValue();
  }
}
