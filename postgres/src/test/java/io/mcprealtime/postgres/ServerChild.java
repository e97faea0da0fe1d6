package io.mcprealtime.postgres;

import io.mcprealtime.internal.FileTrees;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A JVM of its own with an embedded server in it. */
final class ServerChild implements AutoCloseable {
  private final Process process;
  private final BufferedReader output;
  private final long serverPid;
  private final int rows;

  private ServerChild(Process process) throws IOException {
    this.process = process;
    this.output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    var words = output.readLine().split(" ", -1);
    if (!words[0].equals("READY")) {
      process.destroyForcibly();
      throw new IOException("the child did not start: " + String.join(" ", words));
    }
    serverPid = Long.parseLong(words[1]);
    rows = Integer.parseInt(words[2]);
  }

  static ServerChild start(Path directory) throws IOException {
    return new ServerChild(launch(List.of(), System.getProperty("java.class.path"), directory));
  }

  /** Prepares a class path that the user nobody can read. */
  static Nobody asNobody() throws IOException {
    return new Nobody();
  }

  private static Process launch(List<String> prefix, String classPath, Path directory)
      throws IOException {
    var command = new ArrayList<>(prefix);
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            classPath,
            ServerChildMain.class.getName(),
            directory.toString()));
    return new ProcessBuilder(command)
        .directory(new File("/"))
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  long pid() {
    return process.pid();
  }

  long serverPid() {
    return serverPid;
  }

  /** Rows that were committed by it and by those before it. */
  int rows() {
    return rows;
  }

  boolean isServing() throws IOException {
    process.getOutputStream().write('?');
    process.getOutputStream().flush();
    return output.readLine().equals("RUNNING");
  }

  /** Kills the JVM, and leaves the server as an orphan. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** Ends the JVM and its server in order. */
  @Override
  public void close() {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // It is gone already.
    }
    process.onExit().join();
  }

  /** Starts children as the user nobody, in a directory of theirs. */
  static final class Nobody implements AutoCloseable {
    private static final List<String> PREFIX =
        List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");

    private final Path home = Files.createTempDirectory("mcp-realtime-nobody");
    private final String classPath;

    private Nobody() throws IOException {
      var copies = new ArrayList<String>();
      for (var entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
        var copy = home.resolve("cp" + copies.size());
        copyTree(Path.of(entry), copy);
        copies.add(copy.toString());
      }
      classPath = String.join(File.pathSeparator, copies);
      run("chown", "-R", "65534:65534", home.toString());
    }

    ServerChild startIn(String name) throws IOException {
      return new ServerChild(launch(PREFIX, classPath, home.resolve(name)));
    }

    /** What a child says that is to start in a directory. */
    String run(Path directory) throws IOException {
      var process = launch(PREFIX, classPath, directory);
      process.getOutputStream().close();
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static void run(String... command) throws IOException {
      new ProcessBuilder(command).inheritIO().start().onExit().join();
    }

    private static void copyTree(Path from, Path to) throws IOException {
      if (!Files.exists(from)) {
        return;
      }
      try (var files = Files.walk(from)) {
        for (var file : files.toList()) {
          Files.copy(file, to.resolve(from.relativize(file).toString()));
        }
      }
    }

    @Override
    public void close() throws IOException {
      FileTrees.delete(home);
    }
  }
}
