package io.mcprealtime.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The small parts by themselves. */
class UnitsTest {
  @ParameterizedTest
  @CsvSource({
    "plain, plain",
    "'in ner', 'in ner'",
    "'', ''",
    "' edge', =?base64?IGVkZ2U=?=",
    "süd, =?base64?c8O8ZA==?=",
    "=?base64?eA==?=, =?base64?PT9iYXNlNjQ/ZUE9PT89?="
  })
  void encode_keepsWhatAHeaderCarries(String value, String header) {
    assertThat(HeaderValues.encode(value)).isEqualTo(header);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"properties":{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"object","properties":{"c":{"type":"integer","x-mcp-header":"C"}}}}} |
          {"properties":{"a":{"type":"string","x-mcp-header":""}}} | is no header name
          {"properties":{"a":{"type":"string","x-mcp-header":"A"},"b":{"type":"string","x-mcp-header":"a"}}} | share the header
          {"properties":{"a":{"type":"array","x-mcp-header":"A"}}} | is no string, integer or boolean
          {"properties":{"a":{"type":"array","items":{"type":"string","x-mcp-header":"A"}}}} | outside of plain properties
          {"oneOf":[{"properties":{"a":{"type":"string","x-mcp-header":"A"}}}]} | outside of plain properties
          """)
  void invalidMark_findsWhatMayNotBeMirrored(String schema, String why) {
    String found = HeaderValues.invalidMark(Json.parse("{\"inputSchema\":" + schema + "}"));
    if (why == null) {
      assertThat(found).isNull();
    } else {
      assertThat(found).contains(why);
    }
  }

  @Test
  void ofArguments_mirrorsWhatIsMarked() {
    var tool =
        Json.parse(
            "{\"inputSchema\":{\"properties\":{"
                + "\"a\":{\"type\":\"string\",\"x-mcp-header\":\"A\"},"
                + "\"n\":{\"type\":\"string\",\"x-mcp-header\":\"N\"},"
                + "\"b\":{\"properties\":{\"c\":{\"type\":\"integer\",\"x-mcp-header\":\"C\"}}}}}}");
    assertThat(
            HeaderValues.ofArguments(
                tool, Json.parse("{\"a\":\"x\",\"n\":null,\"b\":{\"c\":42},\"d\":1}")))
        .isEqualTo(Map.of("Mcp-Param-A", "x", "Mcp-Param-C", "42"));
  }

  @Test
  void feed_anyCut_givesTheSameEvents() throws Exception {
    byte[] stream =
        ("\uFEFF: comment\r\nid: 7\r\nretry: 1500\r\ndata: ä\r\ndata: b\r\n\r\n"
                + "event: endpoint\ndata:/x\n\n\rdata: c\r\rdata: unfinished")
            .getBytes(StandardCharsets.UTF_8);
    for (int step = 1; step <= stream.length; step++) {
      List<SseParser.Event> events = new ArrayList<>();
      SseParser parser = new SseParser(1000, events::add);
      for (int at = 0; at < stream.length; at += step) {
        parser.feed(ByteBuffer.wrap(stream, at, Math.min(step, stream.length - at)));
      }
      assertThat(events)
          .containsExactly(
              new SseParser.Event("message", "ä\nb"),
              new SseParser.Event("endpoint", "/x"),
              new SseParser.Event("message", "c"));
      assertThat(parser.lastId()).isEqualTo("7");
      assertThat(parser.retryMillis()).isEqualTo(1500);
      assertThat(parser.isTooLarge()).isFalse();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Error: no such repository",
        "error calling tool",
        "Failed to fetch: 401",
        "An unexpected error occurred",
        "Internal Server Error",
        "HTTP error 502",
        "Unauthorized",
        "Traceback (most recent call last):\n x",
        "{\"error\": \"bad key\"}",
        "{\"errors\":[{\"message\":\"x\"}]}"
      })
  void softFailure_readsLikeAnError(String text) {
    assertThat(result(text, false).softFailure()).isNotNull();
    assertThat(result(text, true).softFailure()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "hello",
        "Errors are values",
        "Error rate 0.1 %",
        "No error",
        "{\"error\": null, \"x\": 1}",
        "{\"errors\": []}"
      })
  void softFailure_leavesOtherTextAlone(String text) {
    assertThat(result(text, false).softFailure()).isNull();
  }

  private static ToolResult result(String text, boolean isError) {
    var result = Json.object().put("isError", isError);
    result.putArray("content").addObject().put("type", "text").put("text", text);
    return ToolResult.of(result);
  }

  @Test
  void quote_takesSecretsOut() {
    Redactor redactor =
        Redactor.of(
            new Target.StreamableHttp(
                URI.create("http://me:pass-word@h/x?key=abc%20def"),
                Map.of("Authorization", "Bearer token-1", "X", "on")));
    assertThat(redactor.quote("Bearer token-1 token-1 pass-word abc def abc%20def\non\u0007", 99))
        .isEqualTo("*** *** *** *** *** on");
    assertThat(redactor.quote("x".repeat(50), 10)).hasSize(10).endsWith("…");
  }

  @Test
  void quote_showsNothingThatCannotBeSeen() {
    Redactor redactor = Redactor.of(new Target.Stdio(List.of("x"), Map.of(), null));
    assertThat(redactor.quote("a\u0085b\u200Bc\u202Ed\u2066e\uDB40\uDC41f\u2028g\uFEFF", 99))
        .isEqualTo("a b c d e f g");
  }

  @Test
  void quote_takesPlaceholdersAndNamedArgumentsOut() {
    Target target =
        new Target.Stdio(
            List.of("/opt/v-4711/run", "--api-key", "sk-12345", "DB_PASSWORD=hunter2", "x=plain"),
            Map.of("PEM", "--BEGIN--\nline-one-of-key\nline-two-of-key"),
            null,
            Set.of("v-4711", "--BEGIN--"));
    assertThat(Redactor.of(target).quote("v-4711 --api-key sk-12345 hunter2 plain x=", 99))
        .isEqualTo("*** --api-key *** *** plain x=");
    assertThat(Redactor.of(target).quote("line-two-of-key", 99)).isEqualTo("***");
    assertThat(target).hasToString("stdio:/opt/***/run");
  }

  @Test
  void quote_takesThePathsSecretsOut() {
    String address = "https://mcp.example.com/s/token%2B4711/mcp";
    Target target =
        new Target.StreamableHttp(
            URI.create(address), Map.of(), Set.of(address, "mcp.example.com"));
    assertThat(Redactor.of(target).quote("no /s/token+4711/mcp at mcp.example.com", 99))
        .isEqualTo("no /s/***/mcp at mcp.example.com");
    assertThat(Redactor.of(target).quote("token%2B4711", 99)).isEqualTo("***");
    assertThat(
            new Target.Sse(
                URI.create("https://a.example/4711-0815/sse"), Map.of(), Set.of("4711-0815")))
        .hasToString("https://a.example/***/sse");
  }

  @Test
  void learn_takesLaterSecretsOutToo() {
    Redactor redactor =
        Redactor.of(
            new Target.StreamableHttp(URI.create("http://h/x"), Map.of("A", "given-1"), Set.of()));
    redactor.learn("given-1-and-more");
    redactor.learn("given-1-and-more");
    assertThat(redactor.redact("given-1 given-1-and-more given-2")).isEqualTo("*** *** given-2");
    for (int i = 0; i < 200; i++) {
      redactor.learn("token-" + i);
    }
    assertThat(redactor.redact("token-199 token-150 given-1 token-0"))
        .isEqualTo("*** *** *** token-0");
  }

  @Test
  void quote_showsNoSecretInPart() {
    String secret = "secret-" + "0123456789".repeat(10);
    Redactor redactor =
        Redactor.of(new Target.Stdio(List.of("x"), Map.of("A", secret, "B", "789end"), null));
    for (int before = 0; before < 60; before++) {
      assertThat(redactor.quote((secret + " ").repeat(3) + "-".repeat(before) + secret, 10))
          .doesNotContain("secret");
      assertThat(redactor.quote("-".repeat(before) + secret, 10)).doesNotContain("s");
    }
    assertThat(redactor.redact(secret + "end!")).isEqualTo("***!");
  }

  @Test
  void answer_keepsItsBounds() {
    List<CompletableFuture<Done>> posts = new ArrayList<>();
    Oddities oddities = new Oddities();
    AtomicInteger asked = new AtomicInteger();
    ServerRequests requests =
        new ServerRequests(
            (message, timeout) -> {
              CompletableFuture<Done> post = new CompletableFuture<>();
              posts.add(post);
              return post;
            },
            oddities,
            asked);
    var ping = Json.parse("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}");
    for (int i = 0; i < 1000; i++) {
      requests.answer(ping, Duration.ofSeconds(1));
    }
    assertThat(posts).hasSize(ServerRequests.MAX_UNDER_WAY);
    for (int i = 0; i < posts.size(); i++) {
      posts.get(i).complete(Done.DONE);
    }
    assertThat(posts).hasSize(ServerRequests.MAX_PER_RUN);
    assertThat(oddities.all())
        .containsExactly("asks without end: more than 100 requests of its own in one probe");
    oddities.beginRun();
    asked.set(0);
    String id = "x".repeat(ServerRequests.MAX_ANSWER_CHARS);
    requests.answer(
        Json.parse("{\"jsonrpc\":\"2.0\",\"id\":\"" + id + "\",\"method\":\"ping\"}"),
        Duration.ofSeconds(1));
    assertThat(posts).hasSize(ServerRequests.MAX_PER_RUN);
    assertThat(oddities.all())
        .containsExactly("sends a request whose answer would be longer than 4096 characters");
    requests.answer(ping, Duration.ofSeconds(1));
    assertThat(posts).hasSize(ServerRequests.MAX_PER_RUN + 1);
  }

  @Test
  void answer_overTwoChannelsOfARun_keepsOneBound() {
    AtomicInteger posts = new AtomicInteger();
    AtomicInteger asked = new AtomicInteger();
    List<ServerRequests> channels = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      channels.add(
          new ServerRequests(
              (message, timeout) -> {
                posts.incrementAndGet();
                return CompletableFuture.completedFuture(Done.DONE);
              },
              new Oddities(),
              asked));
    }
    var ping = Json.parse("{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}");
    for (int i = 0; i < ServerRequests.MAX_PER_RUN; i++) {
      channels.forEach(channel -> channel.answer(ping, Duration.ofSeconds(1)));
    }
    assertThat(posts).hasValue(ServerRequests.MAX_PER_RUN);
    asked.set(0);
    channels.get(0).close();
    channels.get(0).answer(ping, Duration.ofSeconds(1));
    assertThat(posts).hasValue(ServerRequests.MAX_PER_RUN);
  }

  @Test
  void write_toAReaderThatDoesNotRead_isBounded() {
    List<Runnable> blocked = new ArrayList<>();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SerialWriter writer = new SerialWriter(out, blocked::add);
    String large = "x".repeat(SerialWriter.MAX_WAITING_BYTES + 1);
    CompletableFuture<Done> first = writer.write(large);
    assertThat(writer.write("y"))
        .isCompletedExceptionally()
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withMessageContaining("more than 4194304 bytes wait to be read");
    blocked.forEach(Runnable::run);
    assertThat(first).isCompleted();
    CompletableFuture<Done> second = writer.write("z");
    blocked.get(blocked.size() - 1).run();
    assertThat(second).isCompleted();
    assertThat(out.size()).isEqualTo(large.length() + 1);
  }

  @Test
  void resolved_looksOnTheChildsPath(@TempDir Path directory) throws Exception {
    Path tool = Files.createFile(directory.resolve("tool.CMD"));
    assertThat(tool.toFile().setExecutable(true)).isTrue();
    Map<String, String> environment = Map.of("PATH", directory.toString());
    assertThat(ChildEnvironment.resolved(List.of("tool", "a"), environment, true))
        .containsExactly(tool.toString(), "a");
    assertThat(ChildEnvironment.resolved(List.of("tool"), environment, false))
        .containsExactly("tool");
    assertThat(ChildEnvironment.resolved(List.of("./tool"), environment, true))
        .containsExactly("./tool");
  }

  @Test
  void environment_leavesTheMonitorsSecretsBehind() {
    Map<String, String> parent =
        Map.of("PATH", "/bin", "LC_TIME", "C", "DB_PASSWORD", "x", "Path", "C:\\", "APPDATA", "d");
    assertThat(ChildEnvironment.of(parent, Map.of("A", "b"), false))
        .isEqualTo(Map.of("PATH", "/bin", "LC_TIME", "C", "A", "b"));
    assertThat(ChildEnvironment.of(parent, Map.of("A", "b"), true))
        .containsOnlyKeys("PATH", "APPDATA", "A");
  }

  @Test
  void run_lineTooLong_isDroppedToItsEnd() throws IOException {
    List<String> lines = new ArrayList<>();
    byte[] text =
        ("short\n" + "x".repeat(40_000) + "\nnext\nlast").getBytes(StandardCharsets.UTF_8);
    new LineReader(
            new ByteArrayInputStream(text),
            10,
            new LineReader.Sink() {
              @Override
              public void line(byte[] line) {
                lines.add(new String(line, StandardCharsets.UTF_8));
              }

              @Override
              public void lineTooLong() {
                lines.add("too long");
              }
            })
        .run();
    assertThat(lines).containsExactly("short", "too long", "next", "last");
  }

  @Test
  void builders_refuseWhatCannotWork() {
    assertThatThrownBy(() -> McpProber.builder().requestTimeout(Duration.ZERO).build())
        .hasMessage("the request timeout must be longer than 0, is PT0S");
    assertThatThrownBy(() -> McpProber.builder().maxAnswerBytes(0).build())
        .hasMessageContaining("must be positive");
    assertThatThrownBy(() -> new Canary("t", "[1]"))
        .hasMessageContaining("the arguments of canary 't' must be a JSON object");
    assertThatThrownBy(() -> Canary.of(" ")).hasMessage("a canary needs the name of a tool");
    McpProber closed = McpProber.builder().build();
    closed.close();
    closed.close();
    assertThatThrownBy(
            () ->
                closed.open(
                    new Target.Stdio(List.of("x"), Map.of(), null), ProbeOptions.defaults()))
        .hasMessage("the prober is closed: make a new one");
  }
}
