package io.mcprealtime.benchmarks;

import io.mcprealtime.McpRealtimeException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A part of a benchmark as a process of its own: it answers each line with a line, and ends with
 * its input.
 */
final class ChildJava implements AutoCloseable {
  private static final int END_SECONDS = 10;

  private final Class<?> main;
  private final Process process;
  private final BufferedReader answers;

  private ChildJava(Class<?> main, Process process) {
    this.main = main;
    this.process = process;
    this.answers = process.inputReader(StandardCharsets.UTF_8);
  }

  static ChildJava start(Class<?> main, List<String> arguments) throws IOException {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
    command.addAll(arguments);
    var builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
    return new ChildJava(main, builder.start());
  }

  long pid() {
    return process.pid();
  }

  /** The next line that it writes. */
  String line() throws IOException {
    var line = answers.readLine();
    if (line == null) {
      throw new McpRealtimeException(
          "%s ended early, see its messages above".formatted(main.getSimpleName()));
    }
    return line;
  }

  /** Its answer to an empty line. */
  String ask() throws IOException {
    tell("");
    return line();
  }

  /** Gives it a line that it does not answer. */
  void tell(String line) throws IOException {
    process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().flush();
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
