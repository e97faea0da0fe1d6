package io.mcprealtime.mcp.sample;

import static io.mcprealtime.mcp.sample.Caller.META;
import static io.mcprealtime.mcp.sample.Caller.errorCode;
import static io.mcprealtime.mcp.sample.Caller.initialize;
import static io.mcprealtime.mcp.sample.Caller.json;
import static io.mcprealtime.mcp.sample.Caller.modernHeaders;
import static io.mcprealtime.mcp.sample.Caller.post;
import static io.mcprealtime.mcp.sample.Caller.request;
import static io.mcprealtime.mcp.sample.Caller.session;
import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.mcp.sample.SampleBehaviour.Eras;
import io.mcprealtime.mcp.sample.SampleBehaviour.Quirk;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class SampleHttpTest {
  @Test
  void legacy_sessionFromInitializeToDelete() {
    try (var server = SampleMcpServer.http(SampleBehaviour.healthy("files"))) {
      HttpResponse<String> opened = post(server.url(), initialize(), Map.of());
      assertThat(json(opened).at("/result/protocolVersion").stringValue()).isEqualTo("2025-11-25");
      assertThat(json(opened).at("/result/serverInfo/name").stringValue()).isEqualTo("files");
      var headers = Map.of("Mcp-Session-Id", session(opened), "MCP-Protocol-Version", "2025-11-25");

      String notification = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}";
      assertThat(post(server.url(), notification, headers).statusCode()).isEqualTo(202);
      HttpResponse<String> pong = post(server.url(), request("ping", ""), headers);
      assertThat(json(pong).get("result")).isEmpty();
      assertThat(names(post(server.url(), request("tools/list", ""), headers)))
          .containsExactly("echo", "add", "time");
      String call = request("tools/call", "\"name\":\"add\",\"arguments\":{\"a\":1,\"b\":2.5}");
      JsonNode result = json(post(server.url(), call, headers)).get("result");
      assertThat(result.at("/content/0/text").stringValue()).isEqualTo("3.5");
      assertThat(result.get("isError").booleanValue()).isFalse();
      assertThat(server.openSessions()).isEqualTo(1);

      HttpRequest delete = Caller.builder(server.url(), headers).DELETE().build();
      assertThat(Caller.send(delete).statusCode()).isEqualTo(204);
      assertThat(server.openSessions()).isZero();
      HttpResponse<String> late = post(server.url(), request("ping", ""), headers);
      assertThat(late.statusCode()).isEqualTo(404);
    }
  }

  @Test
  void host_manyServersOnAnyLoopbackAddress_tellTheirTime() {
    var behaviour = SampleBehaviour.healthy("files");
    var any = new InetSocketAddress("0.0.0.0", 0);
    try (var host = SampleHost.start(any);
        var first = host.add("/a", behaviour);
        var second = host.add("/a/b", behaviour)) {
      var url = URI.create("http://127.0.3.4:" + host.port() + "/a/b/mcp");
      HttpResponse<String> opened = post(url, initialize(), Map.of());
      assertThat(opened.statusCode()).isEqualTo(200);
      assertThat(opened.headers().firstValue("Server-Timing").orElseThrow())
          .matches("mcp;dur=\\d+\\.\\d{3}");
      assertThat(first.openSessions()).isZero();
      assertThat(second.openSessions()).isEqualTo(1);
      assertThat(post(url.resolve("/mcp"), initialize(), Map.of()).statusCode()).isEqualTo(404);
      assertThat(host.requests()).isEqualTo(2);
    }
  }

  @Test
  void legacy_refusesRequestsOutsideASession() {
    try (var server = SampleMcpServer.http(SampleBehaviour.healthy("files"))) {
      HttpResponse<String> answer = post(server.url(), request("tools/list", ""), Map.of());
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(errorCode(answer)).isEqualTo(-32000);
    }
  }

  @Test
  void legacyOnly_answersDiscoverAsAnUnknownSession() {
    var behaviour = SampleBehaviour.builder("old").eras(Eras.LEGACY).build();
    try (var server = SampleMcpServer.http(behaviour)) {
      HttpResponse<String> answer =
          post(server.url(), request("server/discover", META), modernHeaders("server/discover"));
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(errorCode(answer)).isEqualTo(-32000);
    }
  }

  @Test
  void modern_discoversListsAndCalls() {
    try (var server = SampleMcpServer.http(SampleBehaviour.healthy("files"))) {
      JsonNode discovered =
          json(post(
                  server.url(), request("server/discover", META), modernHeaders("server/discover")))
              .get("result");
      assertThat(discovered.at("/supportedVersions/0").stringValue()).isEqualTo("2026-07-28");
      assertThat(discovered.get("resultType").stringValue()).isEqualTo("complete");
      assertThat(discovered.get("cacheScope").stringValue()).isEqualTo("public");
      assertThat(discovered.get("ttlMs").isNumber()).isTrue();

      HttpResponse<String> list =
          post(server.url(), request("tools/list", META), modernHeaders("tools/list"));
      assertThat(names(list)).containsExactly("echo", "add", "time");

      String call =
          request("tools/call", META + ",\"name\":\"echo\",\"arguments\":{\"text\":\"hi\"}");
      var headers =
          Map.of(
              "MCP-Protocol-Version",
              "2026-07-28",
              "Mcp-Method",
              "tools/call",
              "Mcp-Name",
              "=?base64?ZWNobw==?=");
      JsonNode result = json(post(server.url(), call, headers)).get("result");
      assertThat(result.at("/content/0/text").stringValue()).isEqualTo("hi");
      assertThat(result.get("resultType").stringValue()).isEqualTo("complete");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "tools/list, 2026-07-28, tools/call, '', -32020, 400",
    "tools/list, 2025-11-25, tools/list, '', -32020, 400",
    "tools/call, 2026-07-28, tools/call, add, -32020, 400",
    "tools/call, 2026-07-28, tools/call, =?base64?%%?=, -32020, 400",
    "prompts/list, 2026-07-28, prompts/list, '', -32601, 404"
  })
  void modern_refusesWhatDoesNotAgree(
      String method, String version, String methodHeader, String name, int code, int status) {
    try (var server = SampleMcpServer.http(SampleBehaviour.healthy("files"))) {
      var headers =
          Map.of(
              "MCP-Protocol-Version",
              version,
              "Mcp-Method",
              methodHeader,
              "Mcp-Name",
              name.isEmpty() ? "x" : name);
      HttpResponse<String> answer =
          post(server.url(), request(method, META + ",\"name\":\"echo\""), headers);
      assertThat(errorCode(answer)).isEqualTo(code);
      assertThat(answer.statusCode()).isEqualTo(status);
    }
  }

  @Test
  void modern_refusesARequestWithoutMeta() {
    try (var server = SampleMcpServer.http(SampleBehaviour.healthy("files"))) {
      HttpResponse<String> answer =
          post(server.url(), request("tools/list", ""), modernHeaders("tools/list"));
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(errorCode(answer)).isEqualTo(-32602);
    }
  }

  @Test
  void modern_namesTheVersionsThatItSupports() {
    try (var server = SampleMcpServer.http(SampleBehaviour.healthy("files"))) {
      HttpResponse<String> answer =
          post(
              server.url(),
              request("tools/list", META.replace("2026-07-28", "2099-01-01")),
              Map.of("MCP-Protocol-Version", "2099-01-01", "Mcp-Method", "tools/list"));
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(errorCode(answer)).isEqualTo(-32022);
      JsonNode data = json(answer).at("/error/data");
      assertThat(data.get("requested").stringValue()).isEqualTo("2099-01-01");
      assertThat(data.at("/supported/0").stringValue()).isEqualTo("2026-07-28");
    }
  }

  @Test
  void modernOnly_answersInitializeWithItsVersions() {
    var behaviour = SampleBehaviour.builder("new").eras(Eras.MODERN).build();
    try (var server = SampleMcpServer.http(behaviour)) {
      HttpResponse<String> answer = post(server.url(), initialize(), Map.of());
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(errorCode(answer)).isEqualTo(-32022);
      assertThat(json(answer).at("/error/data/supported")).hasSize(1);
      HttpRequest delete = Caller.builder(server.url(), Map.of()).DELETE().build();
      assertThat(Caller.send(delete).statusCode()).isEqualTo(405);
    }
  }

  @Test
  void requiredCapability_isAskedForAtTheCall() {
    var behaviour = SampleBehaviour.builder("asks").requiredCapability("elicitation").build();
    try (var server = SampleMcpServer.http(behaviour)) {
      var headers =
          Map.of(
              "MCP-Protocol-Version", "2026-07-28", "Mcp-Method", "tools/call", "Mcp-Name", "time");
      HttpResponse<String> answer =
          post(server.url(), request("tools/call", META + ",\"name\":\"time\""), headers);
      assertThat(answer.statusCode()).isEqualTo(400);
      assertThat(errorCode(answer)).isEqualTo(-32021);
      assertThat(json(answer).at("/error/data/requiredCapabilities").has("elicitation")).isTrue();
    }
  }

  @Test
  void toolCall_reportsUnfitArgumentsAsAToolError() {
    try (var server = SampleMcpServer.http(SampleBehaviour.healthy("files"))) {
      var headers = Map.of("Mcp-Session-Id", session(post(server.url(), initialize(), Map.of())));
      String call = request("tools/call", "\"name\":\"add\",\"arguments\":{\"a\":1}");
      JsonNode result = json(post(server.url(), call, headers)).get("result");
      assertThat(result.get("isError").booleanValue()).isTrue();
      assertThat(result.at("/content/0/text").stringValue())
          .isEqualTo("add needs other values for: b");
      assertThat(errorCode(post(server.url(), request("tools/call", "\"name\":\"no\""), headers)))
          .isEqualTo(-32602);
      assertThat(errorCode(post(server.url(), request("prompts/list", ""), headers)))
          .isEqualTo(-32601);
    }
  }

  @Test
  void eventStream_carriesTheAnswer() {
    var behaviour = SampleBehaviour.builder("stream").quirk(Quirk.EVENT_STREAM).build();
    try (var server = SampleMcpServer.http(behaviour)) {
      HttpResponse<String> opened = post(server.url(), initialize(), Map.of());
      assertThat(opened.headers().firstValue("Content-Type")).contains("text/event-stream");
      assertThat(opened.body()).startsWith("event: message\ndata: {").endsWith("}\n\n");
    }
  }

  @ParameterizedTest
  @CsvSource({"'{', 400, -32700", "'[]', 400, -32600"})
  void post_refusesWhatIsNotOneMessage(String body, int status, int code) {
    try (var server = SampleMcpServer.http(SampleBehaviour.healthy("files"))) {
      HttpResponse<String> answer = post(server.url(), body, Map.of());
      assertThat(answer.statusCode()).isEqualTo(status);
      assertThat(errorCode(answer)).isEqualTo(code);
    }
  }

  @Test
  void post_wantsItsMediaTypes() {
    try (var server = SampleMcpServer.http(SampleBehaviour.healthy("files"))) {
      var body = HttpRequest.BodyPublishers.ofString(initialize());
      HttpRequest bare = Caller.builder(server.url(), Map.of()).POST(body).build();
      assertThat(Caller.send(bare).statusCode()).isEqualTo(406);
      HttpRequest untyped =
          Caller.builder(server.url(), Map.of("Accept", "application/json, text/event-stream"))
              .POST(body)
              .build();
      assertThat(Caller.send(untyped).statusCode()).isEqualTo(415);
      HttpRequest get = Caller.builder(server.url(), Map.of()).GET().build();
      assertThat(Caller.send(get).statusCode()).isEqualTo(405);
      HttpRequest elsewhere =
          Caller.builder(server.url().resolve("/elsewhere"), Map.of()).GET().build();
      assertThat(Caller.send(elsewhere).statusCode()).isEqualTo(404);
    }
  }

  @ParameterizedTest
  @CsvSource({"http://evil.example, 403", "not a url, 403", "http://localhost:1, 200"})
  void origin_mustBeLoopback(String origin, int status) {
    try (var server = SampleMcpServer.http(SampleBehaviour.healthy("files"))) {
      assertThat(post(server.url(), initialize(), Map.of("Origin", origin)).statusCode())
          .isEqualTo(status);
    }
  }

  private static Iterable<String> names(HttpResponse<String> list) {
    return StreamSupport.stream(json(list).at("/result/tools").spliterator(), false)
        .map(tool -> tool.get("name").stringValue())
        .toList();
  }
}
