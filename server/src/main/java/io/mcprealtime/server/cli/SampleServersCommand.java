package io.mcprealtime.server.cli;

import io.mcprealtime.McpRealtimeException;
import io.mcprealtime.mcp.sample.FaultySamples;
import io.mcprealtime.mcp.sample.SampleBehaviour;
import io.mcprealtime.mcp.sample.SampleFault;
import io.mcprealtime.mcp.sample.SampleMcpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/**
 * The processes behind the demonstration; they end when their stdin does. Over HTTP each line of it
 * is the name of a server and what it does wrong from then on.
 */
@Command(name = "sample-servers", hidden = true)
final class SampleServersCommand implements Callable<Integer> {
  @ParentCommand private RootCommand root = new RootCommand();

  @Option(names = "--stdio", paramLabel = "NAME")
  private @Nullable String stdio;

  @Option(
      names = "--faults",
      paramLabel = "FILE",
      description = "What a stdio server does wrong, read at each request.")
  private @Nullable Path faults;

  @Override
  public Integer call() throws IOException {
    if (stdio != null) {
      SampleMcpServer.stdio(
          SampleServers.behaviour(stdio),
          System.in,
          System.out,
          () -> faults == null ? Optional.empty() : SampleFault.readFrom(faults));
      return 0;
    }
    try (var servers = new FaultySamples();
        var lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
      for (SampleBehaviour behaviour : SampleServers.overHttp()) {
        var server = servers.add(behaviour);
        root.terminal().say("%s %s %s", behaviour.name(), server.url(), server.sseUrl());
      }
      root.terminal().say("");
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        try {
          servers.obey(line);
        } catch (IllegalArgumentException | McpRealtimeException e) {
          root.terminal().warn("%s", String.valueOf(e.getMessage()));
        }
      }
    }
    return 0;
  }
}
