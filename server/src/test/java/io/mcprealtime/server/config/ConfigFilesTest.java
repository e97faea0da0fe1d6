package io.mcprealtime.server.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.mcprealtime.Severity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigFilesTest {
  @TempDir private Path folder;
  private final ServerConfigBuilder settings = new ServerConfigBuilder(name -> null);

  private Path write(String name, String content) throws IOException {
    return Files.writeString(folder.resolve(name), content);
  }

  @Test
  void yaml_holdsSettingsAndServers() throws IOException {
    var file =
        write(
            "my.yml",
            """
            http: {port: 9000}
            servers:
              weather: {url: "https://example.com/mcp"}
              files: {command: npx, args: [server-files]}
            """);
    var content = ConfigFiles.read(List.of(file), settings);
    assertThat(content.problems()).isEmpty();
    assertThat(content.servers())
        .extracting(server -> server.id().value())
        .containsExactly("weather", "files");
    assertThat(settings.build().port()).isEqualTo(9000);
  }

  @Test
  void clientsFiles_areReadAsTheyAre_andALaterSettingWins() throws IOException {
    var json = write("mcp.json", "{\"mcpServers\": {\"a\": {\"command\": \"x\"}, \"b\": {}}}");
    var one = write("one.yaml", "http: {port: 1}");
    var two = write("two.yaml", "http: {port: 2}");
    var content = ConfigFiles.read(List.of(json, one, two), settings);
    assertThat(content.servers()).hasSize(1);
    assertThat(content.problems()).hasSize(1);
    assertThat(content.problems().get(0).key()).isEqualTo("mcpServers.b");
    assertThat(settings.build().port()).isEqualTo(2);
  }

  @Test
  void sameNameTwice_theFirstIsWatched_andTheOtherIsAWarning() throws IOException {
    var one = write("one.json", "{\"mcpServers\": {\"a\": {\"command\": \"x\"}}}");
    var two = write("two.json", "{\"mcpServers\": {\"a\": {\"command\": \"y\"}}}");
    var content = ConfigFiles.read(List.of(one, two), settings);
    assertThat(content.servers()).hasSize(1);
    assertThat(content.servers().get(0).file()).isEqualTo(one.toString());
    var problem = content.problems().get(0);
    assertThat(problem.severity()).isEqualTo(Severity.WARNING);
    assertThat(problem.reason()).contains(one.toString(), "rename one");
    assertThat(ConfigFiles.read(List.of(one, one), settings).problems()).isEmpty();
  }

  @Test
  void emptyYaml_isAllDefaults() throws IOException {
    var content = ConfigFiles.read(List.of(write("empty.yaml", "# nothing yet\n")), settings);
    assertThat(content.servers()).isEmpty();
    assertThat(settings.build().port()).isEqualTo(8585);
  }

  @Test
  void errorsOfAllFiles_areSaidAtOnce() throws IOException {
    var broken = write("broken.yaml", "http: {port: 1\ntoken: secret-value");
    var unknown = write("unknown.yaml", "htp: {}");
    var missing = folder.resolve("missing.yaml");
    var huge = write("huge.yaml", "#".repeat((10 << 20) + 1));
    assertThatThrownBy(
            () ->
                ConfigFiles.read(
                    List.of(broken, unknown, missing, huge, folder.resolve("d.yaml")), settings))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(broken + ": is not YAML at line")
        .hasMessageContaining(unknown + ".htp: is not known here")
        .hasMessageContaining(missing + ": does not exist")
        .hasMessageContaining(huge + ": is larger than 10 MiB")
        .message()
        .doesNotContain("secret-value");
  }

  @Test
  void unreadableClientsFile_isAnError_soThatARunningMonitorKeepsItsServers() throws Exception {
    var half = folder.resolve("half.json");
    Files.writeString(half, "{ \"mcpServers\": {");
    var gone = folder.resolve("gone.json");
    assertThatThrownBy(() -> ConfigFiles.read(List.of(half, gone), settings))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(half + ": is not JSON at line 1")
        .hasMessageContaining(gone + ": does not exist");
  }
}
