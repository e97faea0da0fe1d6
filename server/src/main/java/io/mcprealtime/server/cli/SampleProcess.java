package io.mcprealtime.server.cli;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.mcp.sample.SampleFault;
import io.mcprealtime.server.Main;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The child process that serves the demonstration's HTTP servers. */
final class SampleProcess implements AutoCloseable {
  private static final long STOP_SECONDS = 3;

  private final Process process;
  private final Map<String, URI> addresses = new LinkedHashMap<>();

  private SampleProcess(Process process) {
    this.process = process;
  }

  /** Starts the process and returns when every server of it listens. */
  static SampleProcess start() {
    try {
      var process =
          new ProcessBuilder(command()).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      var started = new SampleProcess(process);
      started.readAddresses();
      return started;
    } catch (IOException e) {
      throw new McpRealtimeException("the sample servers cannot be started: " + e.getMessage(), e);
    }
  }

  /** The command that runs this program again, for sample servers, with further arguments. */
  static List<String> command(String... arguments) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-XX:TieredStopAtLevel=1");
    command.add("-XX:+UseSerialGC");
    command.add("-Xmx64m");
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(Main.class.getName());
    command.add("sample-servers");
    command.addAll(List.of(arguments));
    return command;
  }

  private void readAddresses() throws IOException {
    var reader =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line = reader.readLine(); line != null; line = reader.readLine()) {
      if (line.isEmpty()) {
        return;
      }
      String[] words = line.split(" ", 3);
      addresses.put(words[0], URI.create(words[words[0].equals(SampleServers.OVER_SSE) ? 2 : 1]));
    }
    close();
    throw new IOException("they ended at once");
  }

  /** Lets a server misbehave; null ends that. */
  void inject(String server, @Nullable SampleFault fault) {
    try {
      var line = "%s %s\n".formatted(server, SampleFault.format(fault));
      process.getOutputStream().write(line.getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      throw new McpRealtimeException("the sample servers have ended", e);
    }
  }

  /** Where each server listens, by name. */
  Map<String, URI> addresses() {
    return Map.copyOf(addresses);
  }

  @Override
  public void close() {
    try {
      process.getOutputStream().close();
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      process.destroyForcibly();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
