package io.mcprealtime.server.advice;

import io.mcprealtime.ServerId;
import io.mcprealtime.mcp.ProbeResult;
import io.mcprealtime.mcp.config.ServerDefinition;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How long the requests of the latest probes of each server took. Thread-safe. */
public final class ProbeLog {
  private final Map<ServerId, ProbeSeries> series = new ConcurrentHashMap<>();

  /** Takes what a probe found. */
  public void probed(ServerDefinition definition, ProbeResult result) {
    series
        .computeIfAbsent(definition.id(), server -> new ProbeSeries())
        .add(result, definition.transport().equals("stdio"));
  }

  /** Lets go of a server that is not probed any more as it was. */
  public void forget(ServerId server) {
    series.remove(server);
  }

  /** The latest probes of a server; none when there were none. */
  ProbeSeries of(ServerId server) {
    return series.getOrDefault(server, ProbeSeries.NONE);
  }
}
