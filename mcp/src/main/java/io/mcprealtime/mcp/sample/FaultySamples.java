package io.mcprealtime.mcp.sample;

import io.mcprealtime.mcp.sample.SampleFault.Kind;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sample servers over HTTP, each on a port of its own, that can be made to misbehave while they
 * run. Thread-safe.
 */
public final class FaultySamples implements AutoCloseable {
  private final Map<String, Sample> samples = new LinkedHashMap<>();

  private static final class Sample {
    private final SampleBehaviour behaviour;
    private final int port;
    private @Nullable SampleMcpServer server;

    private Sample(SampleBehaviour behaviour, SampleMcpServer server) {
      this.behaviour = behaviour;
      this.port = server.url().getPort();
      this.server = server;
    }
  }

  /** Starts a server under the name of its behaviour, which must be a new one. */
  public synchronized SampleMcpServer add(SampleBehaviour behaviour) {
    if (samples.containsKey(behaviour.name())) {
      throw new IllegalArgumentException(
          "there is a sample server '%s' already".formatted(behaviour.name()));
    }
    var server = SampleMcpServer.http(behaviour);
    samples.put(behaviour.name(), new Sample(behaviour, server));
    return server;
  }

  /**
   * Does what a line says: the name of a server and a fault, as {@link SampleFault#parse} reads it.
   *
   * @throws IllegalArgumentException that names what is not understood
   */
  public void obey(String line) {
    int space = line.indexOf(' ');
    if (space < 1) {
      throw new IllegalArgumentException("'%s' must be a name and a fault".formatted(line));
    }
    inject(line.substring(0, space), SampleFault.parse(line.substring(space + 1)).orElse(null));
  }

  /**
   * Lets a server misbehave from now on.
   *
   * @param fault null ends what it did before
   */
  public synchronized void inject(String name, @Nullable SampleFault fault) {
    var sample = samples.get(name);
    if (sample == null) {
      throw new IllegalArgumentException("there is no sample server '%s'".formatted(name));
    }
    var server = sample.server;
    if (fault != null && fault.kind() == Kind.DOWN) {
      if (server != null) {
        server.close();
        sample.server = null;
      }
      return;
    }
    if (server == null) {
      server = SampleMcpServer.http(sample.behaviour, sample.port);
      sample.server = server;
    }
    server.inject(fault);
  }

  @Override
  public synchronized void close() {
    for (var sample : samples.values()) {
      if (sample.server != null) {
        sample.server.close();
      }
    }
    samples.clear();
  }
}
