package io.mcprealtime.server.cli;

import io.mcprealtime.mcp.sample.SampleBehaviour;
import io.mcprealtime.mcp.sample.SampleMcpServer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** The processes behind the demonstration; they end when their stdin does. */
@Command(name = "sample-servers", hidden = true)
final class SampleServersCommand implements Callable<Integer> {
  @ParentCommand private RootCommand root = new RootCommand();

  @Option(names = "--stdio", paramLabel = "NAME")
  private @Nullable String stdio;

  @Override
  public Integer call() throws IOException {
    if (stdio != null) {
      SampleMcpServer.stdio(SampleServers.behaviour(stdio), System.in, System.out);
      return 0;
    }
    List<SampleMcpServer> servers = new ArrayList<>();
    try {
      for (SampleBehaviour behaviour : SampleServers.overHttp()) {
        var server = SampleMcpServer.http(behaviour);
        servers.add(server);
        root.terminal().say("%s %s %s", behaviour.name(), server.url(), server.sseUrl());
      }
      root.terminal().say("");
      while (System.in.read() >= 0) {
        // Only the end of the input matters.
      }
    } finally {
      servers.forEach(SampleMcpServer::close);
    }
    return 0;
  }
}
