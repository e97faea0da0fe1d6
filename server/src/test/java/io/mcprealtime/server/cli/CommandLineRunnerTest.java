package io.mcprealtime.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.mcprealtime.mcp.sample.SampleBehaviour;
import io.mcprealtime.mcp.sample.SampleMcpServer;
import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class CommandLineRunnerTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;
  private final Text out = new Text();
  private final Text err = new Text();
  private final CountDownLatch stop = new CountDownLatch(1);

  private int run(String... arguments) {
    var terminal =
        new Terminal(
            out, err, Map.of("MCP_REALTIME_DATA_DIR", folder.resolve("default").toString()), stop);
    return CommandLineRunner.run(terminal, arguments);
  }

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  private Path config(URI url) throws IOException {
    return write("mcp.json", "{\"mcpServers\": {\"weather\": {\"url\": \"%s\"}}}".formatted(url));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "serve",
        "probe",
        "demo",
        "detect",
        "migrate",
        "usage",
        "budget",
        "cleanup",
        "export",
        "import",
        "drift",
        "recommendations"
      })
  void help_isWholeAndFitsATerminal(String command) {
    int code = command.isEmpty() ? run("--help") : run(command, "--help");
    assertThat(code).isZero();
    assertThat(err.toString()).isEmpty();
    assertThat(out.toString()).startsWith("Usage:");
    assertThat(out.toString().lines())
        .allSatisfy(line -> assertThat(line.length()).as(line).isLessThanOrEqualTo(80));
    assertThat(out.toString()).doesNotContain("sample-servers", "@ParentCommand");
    if (command.equals("serve") || command.equals("migrate")) {
      assertThat(out.toString()).contains("~/.local/share/mcp-realtime");
    }
  }

  @Test
  void version_namesTheProgram() {
    assertThat(run("--version")).isZero();
    assertThat(out.toString()).startsWith("mcp-realtime ").contains("Java ");
  }

  @ParameterizedTest
  @CsvSource({
    "--version, No space left on device, 1",
    "probe --json -- no-such-command-here, No space left on device, 1",
    "recommendations --help, No space left on device, 2",
    "--version, Broken pipe, 0"
  })
  void resultsThatDoNotGetOut_areAFailure_unlessTheReaderHasGone(
      String words, String fault, int expected) {
    var terminal = new Terminal(Failing.after(0, fault), err, Map.of(), stop);
    assertThat(CommandLineRunner.run(terminal, words.split(" "))).isEqualTo(expected);
    assertThat(err.toString())
        .isEqualTo(
            fault.equals("Broken pipe")
                ? ""
                : "error: standard output cannot be written: %s\n".formatted(fault));
  }

  @Test
  void recommendations_withoutAMonitor_exitWith2_sinceOneIsUrgent() throws IOException {
    var file = write("none.yaml", "http: {port: 0}").toString();
    assertThat(run("recommendations", "-c", file)).isEqualTo(2);
    assertThat(err.toString()).contains("no monitor runs at 127.0.0.1:0: start it with serve");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | Name a command.",
        "prob | Unmatched argument",
        "serve --port many | Invalid value for option '--port'",
        "serve --config CONFIG --dry-run --port 70000 | --port must lie between 0 and 65535, is 70000",
        "serve --config CONFIG --dry-run --interval 5 | --interval: '5' is no duration",
        "serve --config CONFIG --dry-run --host 0.0.0.0 | a token must be set",
        "serve --config CONFIG --dry-run --token short | must have at least 16 characters, has 5",
        "serve --config none.yaml --dry-run | none.yaml: does not exist",
        "serve --config none.json --dry-run | none.json: does not exist",
        "probe --config CONFIG | holds no server that can be used",
        "demo --duration long | --duration: 'long' is no duration",
        "detect | Missing required parameter: 'FILE'",
        "detect none.csv | none.csv does not exist",
        "probe | name what to check",
        "probe --url http://localhost --config x.json | give either --url or --config",
        "probe --url http://localhost word | --url takes no further words",
        "probe --url file:///etc/passwd | http",
        "probe --url http://localhost -H colonless | a header is written 'NAME: VALUE'",
        "probe --url http://localhost --timeout soon | --timeout: 'soon' is no duration",
        "probe --url http://localhost --env A=B | --env goes with -- COMMAND only",
        "export --from yesterday x | is no time; write 2026-11-20",
        "export --from 1d --to 2d x | must not end",
        "export --format parquet x | format 'parquet' is not known; use ndjson or csv",
        "export --format csv --kind health x | csv is for metrics only",
        "export --kind all x | --kind: 'all' is none of metrics",
        "export | Missing required parameter: 'DIRECTORY'",
        "usage --config none.yaml | none.yaml: does not exist",
        "probe --sse -- command | --sse and --header go with --url only",
        "probe --config none.json | none.json: does not exist"
      })
  void wrongUse_isToldAndExitsWith2(String line, String message) throws IOException {
    var words = line.replace("CONFIG", write("empty.json", "{\"mcpServers\": {}}").toString());
    assertThat(words.isEmpty() ? run() : run(words.split(" "))).isEqualTo(2);
    assertThat(err.toString()).contains(message);
    assertThat(out.toString()).doesNotContain("Watching");
  }

  @Test
  void probe_ofAHealthyUrl_showsItsStages() {
    try (var server = SampleMcpServer.http(SampleBehaviour.healthy("weather"))) {
      assertThat(run("probe", "--url", server.url().toString())).isZero();
      assertThat(out.toString())
          .contains("HEALTHY", "handshake", "passed", "modern era", "1 of 1 healthy");
      assertThat(run("probe", "--sse", "--url", server.sseUrl().toString())).isZero();
    }
  }

  @Test
  void probe_ofALockedUrl_exitsWith1_andPassesWithItsHeader() {
    try (var server =
        SampleMcpServer.http(
            SampleBehaviour.builder("vault").bearerToken("the-token-of-this-test").build())) {
      assertThat(run("probe", "--url", server.url().toString())).isEqualTo(1);
      assertThat(out.toString()).contains("AUTH_REQUIRED", "0 of 1 healthy");
      String header = "Authorization: Bearer the-token-of-this-test";
      assertThat(run("probe", "--url", server.url().toString(), "-H", header)).isZero();
      assertThat(out.toString()).doesNotContain("the-token-of-this-test");
    }
  }

  @Test
  void probe_ofAConfig_isJsonWhereAsked() throws IOException {
    try (var server = SampleMcpServer.http(SampleBehaviour.healthy("weather"))) {
      var file = config(server.url()).toString();
      assertThat(run("probe", "--config", file, "weather", "--json", "--timeout", "9s")).isZero();
      JsonNode report = WireJson.parse(out.toString());
      assertThat(report.at("/servers/0/server").stringValue()).isEqualTo("weather");
      assertThat(report.at("/servers/0/state").stringValue()).isEqualTo("HEALTHY");
      assertThat(run("probe", "--config", file, "nobody")).isEqualTo(2);
      assertThat(err.toString()).contains("no server 'nobody' can be used", "[weather]");
    }
  }

  @Test
  void probe_ofACommand_runsIt() {
    var command = SampleProcess.command("--stdio", "notes");
    var arguments = new java.util.ArrayList<>(java.util.List.of("probe", "--env", "A=B", "--"));
    arguments.addAll(command);
    assertThat(run(arguments.toArray(String[]::new))).isZero();
    assertThat(out.toString()).contains("HEALTHY", "legacy era");
    assertThat(run("probe", "--json", "--", "no-such-command-here")).isEqualTo(1);
  }

  @Test
  void serve_dryRun_showsWhatItWouldWatch_andStartsNothing() throws IOException {
    var file =
        write(
            "mcp.json",
            "{\"mcpServers\": {\"a\": {\"command\": \"npx\", \"env\": {\"KEY\": \"hidden\"}}, \"b\": {}}}");
    var data = folder.resolve("data");
    assertThat(run("serve", "--dry-run", "-c", file.toString(), "--data-dir", data.toString()))
        .isZero();
    assertThat(out.toString()).contains("a: stdio npx").doesNotContain("hidden", "Watching");
    assertThat(err.toString()).startsWith("error: ").contains("mcpServers.b");
    assertThat(data).doesNotExist();
  }

  @Test
  void migrateThenServe_watchesUntilStopped_andTakesUpChanges() throws Exception {
    String data = folder.resolve("data").toString();
    assertThat(run("migrate", "--data-dir", data)).isZero();
    assertThat(out.toString()).contains("is up to date");
    try (var server = SampleMcpServer.http(SampleBehaviour.healthy("weather"))) {
      var file = config(server.url());
      var code =
          CompletableFuture.supplyAsync(
              () ->
                  run(
                      "serve",
                      "--config",
                      file.toString(),
                      "--port",
                      "0",
                      "--data-dir",
                      data,
                      "--interval",
                      "1s"));
      // The line comes in pieces.
      var watching = Pattern.compile("Watching 1 servers? on (http\\S+)\\R");
      await()
          .atMost(PATIENCE)
          .until(() -> code.isDone() || watching.matcher(out.toString()).find());
      var url = watching.matcher(out.toString());
      assertThat(url.find()).as(out + "\n" + err).isTrue();
      var api = URI.create(url.group(1)).resolve("api/v1/servers");
      await().atMost(PATIENCE).until(() -> get(api).contains("\"state\":\"HEALTHY\""));
      Files.writeString(file, "{\"mcpServers\": ");
      await().atMost(PATIENCE).until(() -> err.toString().contains("is not used"));
      assertThat(get(api)).contains("weather");
      Files.writeString(file, "{\"mcpServers\": {}}");
      await().atMost(PATIENCE).until(() -> out.toString().contains("weather removed"));
      stop.countDown();
      assertThat(code.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isZero();
      assertThat(out.toString()).endsWith("Stopped.\n");
    }
  }

  private static String get(URI uri) throws IOException, InterruptedException {
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString())
        .body();
  }

  @Test
  void demo_endsByItself_withItsSummary() {
    assertThat(run("demo", "--duration", "4s", "--port", "0")).as(err.toString()).isZero();
    assertThat(out.toString())
        .contains("Watching 12 sample servers on http://127.0.0.1:", "It ends in 4 s.")
        .contains("Performance Summary", "Total Operations", "HEALTHY", "ghost", "vault");
  }
}
