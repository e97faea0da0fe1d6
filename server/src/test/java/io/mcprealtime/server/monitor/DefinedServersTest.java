package io.mcprealtime.server.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.ServerId;
import io.mcprealtime.mcp.config.ClientConfig;
import io.mcprealtime.mcp.config.ExpansionContext;
import io.mcprealtime.mcp.config.ServerDefinition;
import io.mcprealtime.wire.WireJson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DefinedServersTest {
  @TempDir private Path folder;

  private Path file() {
    return folder.resolve("data").resolve("servers.json");
  }

  private DefinedServers servers() {
    return new DefinedServers(file(), address -> null);
  }

  private static void put(DefinedServers servers, String name, String url) {
    var entry = WireJson.object().put("url", url);
    entry.putObject("headers").put("Authorization", "Bearer s3cret");
    var definition = servers.read(ServerId.of(name), entry).definition();
    assertThat(definition).isNotNull();
    servers.put(entry, definition);
  }

  private DefinedServers loaded() {
    var again = servers();
    assertThat(again.load()).isEmpty();
    return again;
  }

  private void write(String content) throws IOException {
    Files.createDirectories(file().getParent());
    Files.writeString(file(), content);
  }

  private List<Path> files() throws IOException {
    try (var all = Files.list(file().getParent())) {
      return all.sorted().toList();
    }
  }

  @Test
  void put_isThereAfterARestart_andGoneWhenRemoved() throws Exception {
    var servers = loaded();
    put(servers, "a/ü 1", "https://a.example/mcp");
    put(servers, "b", "http://b.example/mcp");
    put(servers, "b", "http://c.example/mcp");

    var again = loaded();
    assertThat(again.definitions()).containsExactlyElementsOf(servers.definitions());
    assertThat(again.find(ServerId.of("b")).orElseThrow().describe())
        .isEqualTo("b: http http://c.example/mcp (headers Authorization)");
    again.remove(ServerId.of("b"));
    assertThat(loaded().definitions())
        .extracting(ServerDefinition::id)
        .containsExactly(ServerId.of("a/ü 1"));
    assertThat(files()).containsExactly(file());
  }

  @Test
  void file_hasTheFormOfAClients() {
    put(servers(), "a", "https://a.example/mcp");
    var imported = ClientConfig.read(file(), ExpansionContext.ofFile(file()));
    assertThat(imported.problems()).isEmpty();
    assertThat(imported.servers())
        .extracting(ServerDefinition::id)
        .containsExactly(ServerId.of("a"));
  }

  @Test
  @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no such rights")
  void file_isItsOwnersOnly_alsoOverOthers() throws Exception {
    write("{\"mcpServers\":{}}");
    Files.setPosixFilePermissions(file(), PosixFilePermissions.fromString("rw-rw-rw-"));
    Path torn = Files.writeString(file().resolveSibling("servers.json.tmp"), "{\"mcpSer");
    Files.setPosixFilePermissions(torn, PosixFilePermissions.fromString("rw-rw-rw-"));
    put(loaded(), "a", "https://a.example/mcp");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file())))
        .isEqualTo("rw-------");
    assertThat(files()).containsExactly(file());
  }

  @Test
  void load_tornTemporaryFile_isIgnored() throws Exception {
    put(servers(), "a", "https://a.example/mcp");
    Files.writeString(file().resolveSibling("servers.json.tmp"), "{\"mcpServers\": {\"b\": {");
    var again = loaded();
    assertThat(again.definitions()).hasSize(1);
    put(again, "b", "https://b.example/mcp");
    assertThat(loaded().definitions()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "{\"mcpServers\": {\"a\": {\"url\": \"https://s3cret", "[]", "7", "{}"})
  void load_brokenFile_isToldAndSetAside(String content) throws Exception {
    write(content);
    var servers = servers();
    var problems = servers.load();
    assertThat(problems).hasSize(2);
    assertThat(problems.get(0)).startsWith(file() + ": ").doesNotContain("s3cret");
    assertThat(problems.get(1)).contains("is kept in " + file() + ".broken-");
    assertThat(files())
        .singleElement()
        .satisfies(aside -> assertThat(aside).hasContent(content))
        .asString()
        .contains("servers.json.broken-");
    put(servers, "a", "https://a.example/mcp");
    assertThat(files()).hasSize(2);
    assertThat(loaded().definitions()).hasSize(1);
  }

  @Test
  void load_entriesThatCannotBeUsed_areToldAndKeptAside_andNeverRun() throws Exception {
    String content =
        """
        {"mcpServers": {
          "good": {"url": "https://a.example/mcp"},
          "stdio": {"command": "touch", "args": ["s3cret"]},
          "expanded": {"url": "https://${HOME}/mcp"},
          "": {"url": "https://a.example/mcp"}}}
        """;
    write(content);
    var servers = servers();
    assertThat(servers.load())
        .hasSize(5)
        .anyMatch(problem -> problem.contains("mcpServers.stdio: args, command: stdio servers"))
        .anyMatch(problem -> problem.contains("mcpServers.expanded: url: placeholders"))
        .anyMatch(problem -> problem.contains("server id must have 1 to 200 characters"))
        .anyMatch(problem -> problem.contains("kept in "))
        .noneMatch(problem -> problem.contains("s3cret"));
    assertThat(servers.definitions())
        .extracting(ServerDefinition::id)
        .containsExactly(ServerId.of("good"));
    assertThat(files()).hasSize(2).anySatisfy(aside -> assertThat(aside).hasContent(content));
    assertThat(loaded().definitions()).hasSize(1);
  }

  @Test
  void put_unwritableFile_isRefused_andChangesNothing() throws Exception {
    var servers = loaded();
    put(servers, "a", "https://a.example/mcp");
    // A directory in the way of the temporary file stops root as well.
    Files.createDirectories(file().resolveSibling("servers.json.tmp").resolve("full"));
    assertThatThrownBy(() -> put(servers, "b", "https://b.example/mcp"))
        .isInstanceOf(McpRealtimeException.class)
        .hasMessage(
            file()
                + " cannot be written (DirectoryNotEmptyException); check its rights and the disk");
    assertThat(servers.definitions()).hasSize(1);
    assertThat(loaded().definitions()).hasSize(1);
  }

  @Test
  void put_directoryThatDoesNotSync_isStoredAllTheSame() {
    var servers =
        new DefinedServers(
            file(),
            address -> null,
            directory -> {
              throw new IOException("no disk");
            });
    put(servers, "a", "https://a.example/mcp");
    assertThat(servers.definitions()).hasSize(1);
    assertThat(loaded().definitions()).hasSize(1);
    servers.remove(ServerId.of("a"));
    assertThat(servers.definitions()).isEmpty();
    assertThat(loaded().definitions()).isEmpty();
  }

  @Test
  void load_fileThatIsTooLargeAsWeWriteIt_isTold_andLeftAlone() throws Exception {
    var list = ",\"description\":[" + "1,".repeat(15_000) + "1]";
    var entries = new StringBuilder("\"bad\":{\"url\":\"https://${HOME}/\"}");
    for (int i = 0; i < 300; i++) {
      entries.append(",\"s%d\":{\"url\":\"https://a.example/\"%s}".formatted(i, list));
    }
    String content = "{\"mcpServers\":{" + entries + "}}";
    write(content);
    var servers = servers();
    assertThat(servers.load())
        .hasSize(3)
        .anyMatch(problem -> problem.contains("would take more than 10 MiB; delete one"));
    assertThat(servers.definitions()).hasSize(300);
    assertThat(file()).hasContent(content);
  }

  @Test
  void load_fileThatIsADirectory_isLeftAlone() throws Exception {
    Files.createDirectories(file());
    var servers = servers();
    assertThat(servers.load()).singleElement().asString().contains("check its rights");
    assertThatThrownBy(() -> put(servers, "a", "https://a.example/mcp"))
        .isInstanceOf(McpRealtimeException.class)
        .hasMessageStartingWith("servers cannot be changed: " + file());
    assertThat(file()).isDirectory();
  }

  @Test
  void put_oneTooMany_isRefused() throws Exception {
    var json = WireJson.object();
    var container = json.putObject("mcpServers");
    for (int i = 0; i < DefinedServers.MAX_SERVERS; i++) {
      container.putObject("s" + i).put("url", "https://a.example/" + i);
    }
    write(json.toString());
    var servers = loaded();
    put(servers, "s0", "https://b.example/mcp");
    assertThatThrownBy(() -> put(servers, "one-more", "https://b.example/mcp"))
        .isInstanceOf(ConflictException.class)
        .hasMessage("2000 servers are defined over the API, and no more may be; delete one");
    assertThat(servers.definitions()).hasSize(DefinedServers.MAX_SERVERS);
  }

  /** Puts servers until it is killed, and tells each that is acknowledged. */
  static final class Writer {
    private Writer() {}

    public static void main(String[] words) {
      var servers = new DefinedServers(Path.of(words[0]), address -> null);
      servers.load();
      for (int i = 0; ; i++) {
        put(servers, "s" + i % 50, "https://a.example/" + i);
        System.out.println(i);
      }
    }
  }

  @Test
  void put_killedInBetween_keepsWhatWasAcknowledged() throws Exception {
    for (int round = 0; round < 3; round++) {
      var process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-cp",
                  System.getProperty("java.class.path"),
                  Writer.class.getName(),
                  file().toString())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      try (var lines = process.inputReader(StandardCharsets.UTF_8)) {
        String last = null;
        for (int seen = 0; seen < 60 + 17 * round; seen++) {
          last = lines.readLine();
        }
        // By its handle, which leaves the stream open for what it acknowledged.
        process.toHandle().destroyForcibly();
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
          last = line;
        }
        assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
        int acknowledged = Integer.parseInt(last);
        assertThat(loaded().definitions())
            .hasSize(50)
            .anyMatch(
                definition ->
                    definition
                            .describeTarget()
                            .startsWith("https://a.example/" + acknowledged + " ")
                        || definition
                            .describeTarget()
                            .startsWith("https://a.example/" + (acknowledged + 1) + " "));
      } finally {
        process.destroyForcibly();
      }
    }
  }
}
