package io.mcprealtime.mcp.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.ServerId;
import io.mcprealtime.Severity;
import io.mcprealtime.mcp.Canary;
import io.mcprealtime.mcp.Expectation;
import io.mcprealtime.mcp.Target;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientConfigTest {
  @TempDir private Path folder;
  private ExpansionContext context;

  @BeforeEach
  void context() {
    context =
        new ExpansionContext(
            Map.of("TOKEN", "s3cret", "EMPTY", ""), folder, Path.of("/home/someone"));
  }

  @Test
  void claudeDesktop_stdio() {
    ServerDefinition server =
        only(
            """
            {"globalShortcut": "", "mcpServers": {"files": {
              "command": "npx", "args": ["-y", "server-filesystem", "/data"],
              "env": {"LOG": "debug", "PORT": 8080, "UNSET": null}}}}""");
    assertThat(server.id()).isEqualTo(ServerId.of("files"));
    assertThat(server.resolve())
        .isEqualTo(
            new Target.Stdio(
                List.of("npx", "-y", "server-filesystem", "/data"),
                Map.of("LOG", "debug", "PORT", "8080"),
                null));
    assertThat(server.key()).isEqualTo("mcpServers.files");
    assertThat(server.describe()).isEqualTo("files: stdio npx (3 arguments, env LOG, PORT)");
  }

  @ParameterizedTest
  @CsvSource({"http, http", "streamable-http, http", "streamableHttp, http", "sse, sse", ", http"})
  void remote_byType(String type, String transport) {
    String typeKey = type == null ? "" : "\"type\": \"%s\",".formatted(type);
    ServerDefinition server =
        only(
            """
            {"mcpServers": {"api": {%s "url": "https://u:${TOKEN}@api.example/mcp?key=${TOKEN}",
              "headers": {"Authorization": "Bearer ${TOKEN}"}}}}"""
                .formatted(typeKey));
    Target target = server.resolve();
    assertThat(target.transport()).isEqualTo(transport);
    URI url = URI.create("https://u:s3cret@api.example/mcp?key=s3cret");
    Map<String, String> headers = Map.of("Authorization", "Bearer s3cret");
    assertThat(target)
        .isEqualTo(
            transport.equals("sse")
                ? new Target.Sse(url, headers, Set.of("s3cret"))
                : new Target.StreamableHttp(url, headers, Set.of("s3cret")));
    assertThat(server.describe())
        .isEqualTo("api: %s https://api.example/mcp (headers Authorization)".formatted(transport));
  }

  @Test
  void claudeCode_expandsVariablesAndDefaults() {
    ServerDefinition server =
        only(
            """
            {"mcpServers": {"db": {"type": "stdio", "command": "${BIN:-/usr/bin}/db",
              "args": ["--token=${TOKEN}", "${EMPTY:-x}", "$HOME", "${A:-}"]}}}""");
    assertThat(server.resolve())
        .isEqualTo(
            new Target.Stdio(
                List.of("/usr/bin/db", "--token=s3cret", "", "$HOME", ""),
                Map.of(),
                null,
                Set.of("/usr/bin", "s3cret")));
    assertThat(server.toString()).doesNotContain("s3cret");
  }

  @Test
  void claudeCode_projectsHaveNamesOfTheirOwn() {
    ImportResult result =
        read(
            """
            {"numStartups": 3, "mcpServers": {"files": {"command": "a"}}, "projects": {
              "/src/shop": {"allowedTools": [], "mcpServers": {"files": {"command": "b",
                 "cwd": "${workspaceFolder}/tools"}}},
              "/other/shop": {"mcpServers": {"files": {"command": "c"}}},
              "/src/empty": {"mcpServers": {}}, "/src/none": {}}}""");
    assertThat(result.problems()).isEmpty();
    assertThat(result.servers())
        .extracting(server -> server.id().value())
        .containsExactly("files", "files (shop)", "files (shop) #2");
    assertThat(result.servers().get(1).resolve())
        .isEqualTo(new Target.Stdio(List.of("b"), Map.of(), Path.of("/src/shop/tools")));
  }

  @Test
  void cursor_expandsItsPlaceholders() {
    ServerDefinition server =
        only(
            """
            {"mcpServers": {"it": {"command": "node",
              "args": ["${workspaceFolder}/server.js", "${userHome}/data"],
              "env": {"KEY": "${env:TOKEN}"}}}}""");
    assertThat(server.resolve())
        .isEqualTo(
            new Target.Stdio(
                List.of("node", folder + "/server.js", "/home/someone/data"),
                Map.of("KEY", "s3cret"),
                null,
                Set.of("s3cret")));
  }

  @Test
  void vsCode_readsCommentsInputsAndEnvFiles() throws IOException {
    Files.writeString(
        folder.resolve("my.env"),
        """
        # a comment
        export NAME="a value"
        KEY=from file
        ODD='x'
        no assignment
        """);
    ImportResult result =
        read(
            """
            {
              // what the user is asked for
              "inputs": [{"id": "token", "type": "promptString", "password": true}],
              /* servers */
              "servers": {
                "asks": {"type": "http", "url": "https://x.example/mcp",
                  "headers": {"Authorization": "Bearer ${input:token}"}},
                "files": {"type": "stdio", "command": "files", "envFile": "my.env",
                  "env": {"KEY": "own"},},
              },
            }""");
    assertThat(result.servers()).hasSize(1);
    assertThat(result.servers().get(0).resolve())
        .isEqualTo(
            new Target.Stdio(
                List.of("files"), Map.of("NAME", "a value", "KEY", "own", "ODD", "x"), null));
    assertThat(result.problems()).hasSize(1);
    assertThat(result.problems().get(0).key()).isEqualTo("servers.asks");
    assertThat(result.problems().get(0).reason())
        .isEqualTo(
            "asks its user for token, which a monitor cannot; put ${NAME} in place of ${input:…}"
                + " and set that variable");
  }

  @Test
  void copilot_takesTimeoutToolsAndDirectory() {
    ServerDefinition server =
        only(
            """
            {"mcpServers": {"it": {"type": "local", "command": "it", "cwd": "sub",
              "timeout": 2500, "tools": ["*"]}}}""");
    assertThat(server.timeout()).contains(Duration.ofMillis(2500));
    assertThat(server.resolve())
        .isEqualTo(new Target.Stdio(List.of("it"), Map.of(), folder.resolve("sub")));
  }

  @Test
  void canaries_takeTheirExpectations() {
    ServerDefinition server =
        only(
            """
            {"mcpServers": {"it": {"command": "it",
              "canary": {"tool": "a", "every": "5m", "pin": "%s"},
              "canaries": [
                {"tool": "b", "expect": {"contains": "x", "matches": "y+", "maxLatency": "2s"}},
                {"tool": "c", "expect": {"path": "$.d", "equals": {"e": [1]}, "maxLatency": 300}}
              ]}}}"""
                .formatted("a".repeat(64)));
    assertThat(server.canaries())
        .containsExactly(
            new Canary("a", "{}", Expectation.NONE, "a".repeat(64), Duration.ofMinutes(5)),
            new Canary(
                "b",
                "{}",
                new Expectation("x", "y+", null, null, Duration.ofSeconds(2)),
                null,
                Duration.ZERO),
            new Canary(
                "c",
                "{}",
                new Expectation(null, null, "$.d", "{\"e\":[1]}", Duration.ofMillis(300)),
                null,
                Duration.ZERO));
    assertThat(server.options().canaries()).isEqualTo(server.canaries());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"tool\": \"\"} | canary is not run; write it as {\"tool\": NAME, \"arguments\": {…}}",
        "{\"tool\": \"t\", \"expect\": 1} | canary is not run; 'expect' must be an object",
        "{\"tool\": \"t\", \"expect\": {\"matches\": \"(\"}} | canary is not run; 'matches' is no regular expression: Unclosed group at character 1 of '('",
        "{\"tool\": \"t\", \"expect\": {\"contains\": 1}} | canary is not run; 'contains' must be a text in quotes",
        "{\"tool\": \"t\", \"every\": \"soon\"} | canary is not run; 'every' must be milliseconds, or a text like \"2s\" or \"5m\", up to a day",
        "{\"tool\": \"t\", \"expect\": {\"maxLatency\": -5}} | canary is not run; 'maxLatency' must be milliseconds, or a text like \"2s\" or \"5m\", up to a day",
        "{\"tool\": \"t\", \"pin\": \"abc\"} | canary is not run; the pin of canary 't' must be the 64 hexadecimal digits of a SHA-256",
      })
  void canary_thatCannotBeUsed_isLeftOutAndTold(String canary, String problem) {
    ImportResult result = canary(canary);
    assertThat(result.servers().get(0).canaries()).isEmpty();
    assertThat(result.problems()).extracting(ConfigProblem::reason).containsExactly(problem);
  }

  @Test
  void canary_unknownKeys_areTold() {
    assertThat(canary("{\"tool\": \"t\", \"arg\": {}, \"expect\": {\"equal\": 1}}").problems())
        .extracting(ConfigProblem::reason)
        .containsExactly(
            "key 'arg' in canary is not used; remove it or correct its name",
            "key 'equal' in canary.expect is not used; remove it or correct its name");
    assertThat(
            read("{\"mcpServers\": {\"it\": {\"command\": \"it\", \"canaries\": {}}}}").problems())
        .extracting(ConfigProblem::reason)
        .containsExactly("canaries are not run; write them as a list of objects");
  }

  @Test
  void canaries_areBounded() {
    String many = String.join(",", Collections.nCopies(20, "{\"tool\": \"t\"}"));
    ImportResult result =
        read(
            """
            {"mcpServers": {"it": {"command": "it", "canary": {"tool": "t"}, "canaries": [%s]}}}"""
                .formatted(many));
    assertThat(result.servers().get(0).canaries()).hasSize(16);
    assertThat(result.problems())
        .extracting(ConfigProblem::reason)
        .containsExactly(
            "canaries[15] and those after it are not run; a server may have 16 canaries");
    for (String key : List.of("matches", "path")) {
      assertThat(
              canary(
                      "{\"tool\": \"t\", \"expect\": {\"%s\": \"%s\"}}"
                          .formatted(key, "a".repeat(1_001)))
                  .problems())
          .extracting(ConfigProblem::reason)
          .containsExactly(
              "canary is not run; '%s' may have 1000 characters, has 1001; write a shorter one"
                  .formatted(key));
    }
    String deep = "(".repeat(200_000) + ")".repeat(200_000);
    assertThatThrownBy(() -> Expectation.builder().matches(deep).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("'matches' is no regular expression: Stack overflow");
    assertThatThrownBy(() -> Expectation.builder().path("$[?(" + deep + ")]").build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("'path' is nested too deeply; write a simpler one");
  }

  private ImportResult canary(String canary) {
    return read(
        "{\"mcpServers\": {\"it\": {\"command\": \"it\", \"canary\": %s}}}".formatted(canary));
  }

  @Test
  void canary_isOurOwnKey() {
    ServerDefinition server =
        only(
            """
            {"mcpServers": {"it": {"command": "it",
              "canary": {"tool": "list", "arguments": {"path": "/"}}}}}""");
    assertThat(server.canaries()).containsExactly(new Canary("list", "{\"path\":\"/\"}"));
    assertThat(
            only("{\"servers\":{\"it\":{\"command\":\"it\",\"canary\":{\"tool\":\"t\"}}}}")
                .canaries())
        .containsExactly(new Canary("t", "{}"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{} | has neither command nor url; add the one that reaches the server",
        "[] | must be an object with a command or a url",
        "{\"command\":\"a\",\"url\":\"b\"} | has both command and url; keep the one that is meant",
        "{\"type\":\"ws\",\"url\":\"b\"} | type 'ws' is not known; use stdio, http, streamable-http"
            + " or sse",
        "{\"type\":\"http\",\"command\":\"a\"} | has no url; add it or correct the type",
        "{\"type\":\"stdio\",\"url\":\"a\"} | has no command; add it or correct the type",
        "{\"command\":7} | command must be a text in quotes",
        "{\"command\":\" \"} | command is empty; name the program that starts the server",
        "{\"command\":\"a\",\"args\":\"b\"} | args must be a list of texts",
        "{\"command\":\"a\",\"args\":[{}]} | args must hold texts only",
        "{\"command\":\"a\",\"env\":[]} | env must be an object of names and texts",
        "{\"command\":\"a\",\"env\":{\"B\":[]}} | env.B must hold texts only",
        "{\"url\":\"ftp://s3cret\"} | url is not an address like https://HOST/PATH; correct it",
        "{\"url\":\"http://a b?s3cret\"} | url is not an address like https://HOST/PATH; correct it",
        "{\"url\":\"${NOPE}\"} | environment variable NOPE is not set; set it, or write"
            + " ${NOPE:-DEFAULT}",
        "{\"command\":\"${B}\",\"args\":[\"${env:A}\"]} | environment variable A, B is not set; set"
            + " it, or write ${A:-DEFAULT}",
        "{\"command\":\"${command:x}\"} | placeholder ${command:x} is not known; use ${NAME},"
            + " ${env:NAME}, ${workspaceFolder} or ${userHome}"
      })
  void badEntry_isToldAndTheRestIsRead(String entry, String reason) {
    ImportResult result =
        read("{\"mcpServers\":{\"bad\":%s,\"good\":{\"command\":\"x\"}}}".formatted(entry));
    assertThat(result.servers()).extracting(server -> server.id().value()).containsExactly("good");
    assertThat(result.problems())
        .filteredOn(problem -> problem.severity() == Severity.ERROR)
        .containsExactly(new ConfigProblem(file(), "mcpServers.bad", Severity.ERROR, reason));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"comand\":\"b\" | key 'comand' is not used; remove it or correct its name",
        "\"url\":\"b\",\"type\":\"stdio\" | key 'url' is not used with this type; remove it or"
            + " correct its name",
        "\"oauth\":{} | oauth needs its user to log in, which a monitor cannot do; add a header with"
            + " a token of its own, as ${NAME}",
        "\"timeout\":-1 | timeout is not used; give it in milliseconds, from 1 to 3600000",
        "\"canary\":{} | canary is not run; write it as {\"tool\": NAME, \"arguments\": {…}}"
      })
  void doubt_isToldAndTheServerIsRead(String keys, String reason) {
    ImportResult result = read("{\"mcpServers\":{\"it\":{\"command\":\"a\",%s}}}".formatted(keys));
    assertThat(result.servers()).hasSize(1);
    assertThat(result.problems())
        .containsExactly(new ConfigProblem(file(), "mcpServers.it", Severity.WARNING, reason));
  }

  @Test
  void disabled_isSkippedAndSaid() {
    ImportResult result =
        read(
            """
            {"mcpServers": {"a": {"command": "a", "disabled": true},
              "b": {"command": "b", "enabled": false}, "c": {"command": "c", "disabled": false}}}""");
    assertThat(result.servers()).extracting(server -> server.id().value()).containsExactly("c");
    assertThat(result.problems())
        .extracting(ConfigProblem::severity)
        .containsExactly(Severity.INFO, Severity.INFO);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"a\": s3cret} | is not JSON at line 1, column 7; correct it",
        "{ | is not JSON at line 1, column 2; correct it",
        "{} {} | is not JSON at line 1, column 4; correct it",
        "`` | has no mcpServers and no servers; name a client's config file",
        "[] | has no mcpServers and no servers; name a client's config file"
      })
  void file_thatIsNoConfigIsOneProblem(String content, String reason) {
    ImportResult result = read(content);
    assertThat(result.servers()).isEmpty();
    assertThat(result.problems())
        .containsExactly(new ConfigProblem(file(), "", Severity.ERROR, reason));
  }

  @Test
  void file_thatCannotBeReadIsOneProblem() throws IOException {
    assertThat(ClientConfig.read(folder.resolve("none.json"), context).problems())
        .extracting(ConfigProblem::reason)
        .containsExactly("does not exist; name a client's config file");
    assertThat(ClientConfig.read(folder, context).problems())
        .extracting(ConfigProblem::reason)
        .containsExactly("cannot be read (IOException); check its rights");
    Path large = folder.resolve("large.json");
    Files.write(large, new byte[(int) ClientConfig.MAX_BYTES + 1]);
    assertThat(ClientConfig.read(large, context).problems())
        .extracting(ConfigProblem::reason)
        .containsExactly("is larger than 10 MiB; name a client's config file");
  }

  @Test
  void file_mayStartWithAByteOrderMark() {
    assertThat(read("\uFEFF{\"servers\":{\"a\":{\"command\":\"a\"}}}").servers()).hasSize(1);
  }

  @Test
  void file_isReadUpToItsBound() {
    String entries =
        IntStream.rangeClosed(0, ClientConfig.MAX_SERVERS)
            .mapToObj("\"s%d\":{\"command\":\"a\"}"::formatted)
            .collect(Collectors.joining(","));
    ImportResult result =
        read("{\"mcpServers\":{%s},\"servers\":{%s}}".formatted(entries, entries));
    assertThat(result.servers()).hasSize(ClientConfig.MAX_SERVERS);
    assertThat(result.problems())
        .extracting(ConfigProblem::reason)
        .containsExactly("has more than 10000 servers; the rest is left out, split the file");
  }

  @Test
  void names_thatCannotBeIdsAreTold() {
    ImportResult result = read("{\"mcpServers\":{\" \":{\"command\":\"a\"}}, \"servers\": 3}");
    assertThat(result.problems())
        .extracting(ConfigProblem::toString)
        .containsExactly(
            file() + ": mcpServers. : server id must have 1 to 200 characters, has 1",
            file() + ": servers: must be an object of names and servers");
  }

  @Test
  void sameNameTwice_keepsBoth() {
    ImportResult result =
        read(
            "{\"mcpServers\":{\"a\":{\"command\":\"x\"}},\"servers\":{\"a\":{\"command\":\"y\"}}}");
    assertThat(result.servers())
        .extracting(server -> server.id().value())
        .containsExactly("a", "a #2");
  }

  @Test
  void envFile_thatIsMissingIsNamed() {
    ImportResult result = read("{\"servers\":{\"a\":{\"command\":\"x\",\"envFile\":\"no.env\"}}}");
    assertThat(result.problems())
        .extracting(ConfigProblem::reason)
        .containsExactly(
            "envFile '%s' cannot be read; create it or correct the path"
                .formatted(folder.resolve("no.env")));
  }

  @Test
  void equals_comparesWhatTheFileSays() {
    String text = "{\"servers\":{\"a\":{\"command\":\"x\",\"args\":[\"${TOKEN}\"]}}}";
    ServerDefinition first = only(text);
    Map<String, String> changed = new HashMap<>(context.environment());
    changed.put("TOKEN", "another");
    context = new ExpansionContext(changed, folder, context.userHome());
    ServerDefinition second = only(text);
    assertThat(second).isEqualTo(first).hasSameHashCodeAs(first);
    assertThat(second.resolve()).isNotEqualTo(first.resolve());
    assertThat(only(text.replace("TOKEN", "EMPTY"))).isNotEqualTo(first);
    assertThat(context.toString()).doesNotContain("another");
  }

  @Test
  void resolve_failsWhenItsFileWentAway() throws IOException {
    Path env = Files.writeString(folder.resolve("my.env"), "A=1");
    ServerDefinition server =
        only("{\"servers\":{\"a\":{\"command\":\"x\",\"envFile\":\"my.env\"}}}");
    Files.delete(env);
    assertThatThrownBy(server::resolve)
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("envFile '");
  }

  @ParameterizedTest
  @CsvSource({"mcp.json, ''", ".vscode/mcp.json, ''", "a/mcp.json, a"})
  void context_ofAFileIsItsWorkspace(String file, String workspace) {
    assertThat(ExpansionContext.ofFile(folder.resolve(file)).workspaceFolder())
        .isEqualTo(folder.resolve(workspace));
  }

  private String file() {
    return folder.resolve("config.json").toString();
  }

  private ImportResult read(String text) {
    try {
      return ClientConfig.read(Files.writeString(folder.resolve("config.json"), text), context);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void recovery_isReadWithItsPlaceholders() {
    ServerDefinition server =
        only(
            """
            {"mcpServers": {"files": {"command": "npx", "recovery": {
              "restart": true, "command": ["systemctl", "restart", "${TOKEN}"],
              "webhook": "https://hooks.example/${TOKEN}", "coolDown": "90s",
              "limitPerHour": 5}}}}""");
    assertThat(server.recovery())
        .contains(
            new RecoveryPlan(
                true,
                List.of("systemctl", "restart", "s3cret"),
                "https://hooks.example/s3cret",
                Duration.ofSeconds(90),
                5));
    assertThat(server.recovery().orElseThrow())
        .hasToString("RecoveryPlan[restart true, command systemctl, webhook true]");
    assertThat(server.describe()).doesNotContain("s3cret", "hooks");
  }

  @Test
  void recovery_isOffByDefault_andHasDefaults() {
    String entry = "{\"mcpServers\": {\"a\": {\"url\": \"https://a.example/\"%s}}}";
    ServerDefinition without = only(entry.formatted(""));
    assertThat(without.recovery()).isEmpty();
    ServerDefinition with =
        only(entry.formatted(", \"recovery\": {\"webhook\": \"https://h.example/\"}"));
    assertThat(with.recovery())
        .contains(
            new RecoveryPlan(false, List.of(), "https://h.example/", Duration.ofSeconds(60), 3));
    assertThat(with).isNotEqualTo(without);
    assertThat(only(entry.formatted(", \"recovery\": null"))).isEqualTo(without);
  }

  @Test
  void recovery_thatLacksAVariable_isAnError() {
    ImportResult result =
        read(
            """
            {"mcpServers": {"a": {"url": "https://a.example/",
              "recovery": {"webhook": "https://h.example/${NO_SUCH}"}}}}""");
    assertThat(result.servers()).isEmpty();
    assertThat(result.problems())
        .extracting(ConfigProblem::reason)
        .containsExactly(
            "environment variable NO_SUCH is not set; set it, or write ${NO_SUCH:-DEFAULT}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'restart': true} | recovery.restart is for stdio servers; use a command or a webhook",
        "{} | recovery does nothing: set restart to true, or a command or a webhook",
        "{'comand': ['x']} | recovery.comand is not known; use restart, command, webhook, coolDown or limitPerHour",
        "true | recovery must be an object like {\"restart\": true}",
        "{'restart': 'yes', 'command': ['x']} | recovery.restart must be true or false",
        "{'command': 'x'} | command must be a list of texts",
        "{'command': ['']} | recovery.command must begin with a program",
        "{'webhook': 'https://h/', 'coolDown': '10ms'} | recovery.coolDown must be a second or more, is PT0.01S",
        "{'webhook': 'https://h/', 'coolDown': 'soon'} | recovery.coolDown: 'soon' is no duration; write a number and a unit: 250ms, 15s, 5m, 6h or 7d",
        "{'webhook': 'https://h/', 'limitPerHour': 0} | recovery.limitPerHour must lie between 1 and 1000, is 0",
        "{'webhook': 'https://h/', 'limitPerHour': '3'} | recovery.limitPerHour must be a whole number"
      })
  void recovery_thatCannotBeDone_isAnError(String recovery, String reason) {
    ImportResult result =
        read(
            "{\"mcpServers\": {\"a\": {\"url\": \"https://a.example/\", \"recovery\": %s}}}"
                .formatted(recovery.replace('\'', '"')));
    assertThat(result.servers()).isEmpty();
    assertThat(result.problems())
        .filteredOn(problem -> problem.severity() == Severity.ERROR)
        .extracting(ConfigProblem::reason)
        .containsExactly(reason);
  }

  private ServerDefinition only(String text) {
    ImportResult result = read(text);
    assertThat(result.problems()).isEmpty();
    assertThat(result.servers()).hasSize(1);
    return result.servers().get(0);
  }
}
