package io.mcprealtime.mcp.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.mcprealtime.testkit.NodeFixture;
import io.mcprealtime.testkit.Requires;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs scenarios of the protocol's conformance suite. */
final class ConformanceSuite {
  private static final String SCRIPT = "@modelcontextprotocol/conformance/dist/index.js";
  private static final int TIMEOUT_SECONDS = 90;
  private static final Pattern SUMMARY =
      Pattern.compile("Passed: (\\d+)/(\\d+), (\\d+) failed, (\\d+) warnings");

  private final NodeFixture fixture = Requires.conformance();
  private final Path folder;

  ConformanceSuite(Path folder) {
    this.folder = folder;
  }

  /** What a scenario found. */
  record Outcome(int passed, int total, int warnings, String output) {
    /** A scenario whose checks were never reached passes too, so they are counted. */
    void requireAllPassed(int checksAtLeast) {
      requireAllPassed(checksAtLeast, 0);
    }

    void requireAllPassed(int checksAtLeast, int warningsAtMost) {
      assertThat(total).as(output).isGreaterThanOrEqualTo(checksAtLeast);
      assertThat(passed).as(output).isEqualTo(total);
      assertThat(warnings).as(output).isLessThanOrEqualTo(warningsAtMost);
    }
  }

  Outcome server(URI url, String scenario, String version) {
    return run(
        "server", "--url", url.toString(), "--scenario", scenario, "--spec-version", version);
  }

  /** Runs a Java program as the client; its class path is this test's. */
  Outcome client(Class<?> mainClass, String scenario, String version) {
    return run(clientCommand(mainClass, scenario, version));
  }

  /** The same for a scenario of an extension, which belongs to no version of the protocol. */
  Outcome extensionClient(Class<?> mainClass, String scenario, String version) {
    List<String> command = new ArrayList<>(List.of(clientCommand(mainClass, scenario, version)));
    command.add("--force");
    return run(command.toArray(String[]::new));
  }

  private static String[] clientCommand(Class<?> mainClass, String scenario, String version) {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    return new String[] {
      "client",
      "--command",
      "%s -XX:TieredStopAtLevel=1 %s".formatted(java, mainClass.getName()),
      "--scenario",
      scenario,
      "--spec-version",
      version
    };
  }

  private Outcome run(String... arguments) {
    List<String> command = fixture.packageCommand(SCRIPT, arguments);
    try {
      // A file takes any amount of output, where a pipe that nobody reads would stop the suite.
      Path output = Files.createTempFile(folder, "conformance", ".txt");
      ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
      builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
      builder.redirectErrorStream(true).redirectOutput(output.toFile());
      Process process = builder.start();
      process.getOutputStream().close();
      boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly().waitFor();
      String text = Files.readString(output);
      assertThat(ended).as("the suite ends in time: " + text).isTrue();
      return outcome(text);
    } catch (IOException e) {
      throw new AssertionError("the conformance suite does not run", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", e);
    }
  }

  private static Outcome outcome(String text) {
    Matcher summary = SUMMARY.matcher(text);
    assertThat(summary.find()).as("a summary in: " + text).isTrue();
    return new Outcome(
        Integer.parseInt(summary.group(1)),
        Integer.parseInt(summary.group(2)),
        Integer.parseInt(summary.group(4)),
        text);
  }
}
