package io.mcprealtime.mcp.sample;

import io.mcprealtime.TimeSource;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A running sample MCP server. */
public final class SampleMcpServer implements AutoCloseable {
  private final SampleHost host;
  private final String path;
  private final SampleHttp endpoint;
  private final Runnable afterClose;

  SampleMcpServer(SampleHost host, String path, SampleHttp endpoint, Runnable afterClose) {
    this.host = host;
    this.path = path;
    this.endpoint = endpoint;
    this.afterClose = afterClose;
  }

  /** A server on a free loopback port. */
  public static SampleMcpServer http(SampleBehaviour behaviour) {
    return http(behaviour, 0);
  }

  /** A server alone on that loopback port, or on a free one when it is 0. */
  public static SampleMcpServer http(SampleBehaviour behaviour, int port) {
    SampleHost host = SampleHost.start(port);
    return host.add("", behaviour, host::close);
  }

  /** Serves a pair of streams until the input ends or the behaviour says that the server dies. */
  public static void stdio(SampleBehaviour behaviour, InputStream in, OutputStream out) {
    stdio(behaviour, in, out, TimeSource.system());
  }

  /**
   * The same with faults that come and go.
   *
   * @param fault is asked at each request for what is wrong at the moment
   */
  public static void stdio(
      SampleBehaviour behaviour,
      InputStream in,
      OutputStream out,
      Supplier<Optional<SampleFault>> fault) {
    new SampleStdio(new SampleProtocol(behaviour, TimeSource.system(), fault), in, out).run();
  }

  static void stdio(SampleBehaviour behaviour, InputStream in, OutputStream out, TimeSource time) {
    new SampleStdio(new SampleProtocol(behaviour, time), in, out).run();
  }

  /**
   * Serves this process's stdin and stdout until the input ends.
   *
   * @param words the behaviour; see {@link SampleOptions}
   */
  public static void main(String[] words) {
    stdio(SampleOptions.parse(List.of(words)), System.in, System.out);
  }

  /** Where it takes Streamable HTTP. */
  public URI url() {
    return host.base(path + "/mcp");
  }

  /** Where it takes HTTP+SSE of 2024-11-05. */
  public URI sseUrl() {
    return host.base(path + "/sse");
  }

  /** Lets it misbehave from now on; null ends that. */
  void inject(@Nullable SampleFault fault) {
    endpoint.inject(fault);
  }

  SampleHttp endpoint() {
    return endpoint;
  }

  String path() {
    return path;
  }

  /** How many sessions, streams and unanswered requests are open. */
  public int openSessions() {
    return endpoint.openSessions();
  }

  /** Ends it, and its listener when it was started without a host. Ending it twice is harmless. */
  @Override
  public void close() {
    if (host.remove(this)) {
      endpoint.close();
      afterClose.run();
    }
  }
}
