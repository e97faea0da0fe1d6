package io.mcprealtime.mcp.peers;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A server on Node that listens on a port. */
final class NodeServer implements AutoCloseable {
  private final Process process;
  private final int port;

  private NodeServer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Starts the command, tells it the port as PORT, and waits until it accepts a connection. */
  static NodeServer start(List<String> command, int port, Path folder) {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("PORT", Integer.toString(port));
    builder.redirectErrorStream(true).redirectOutput(folder.resolve("output.txt").toFile());
    NodeServer server;
    try {
      server = new NodeServer(builder.start(), port);
    } catch (IOException e) {
      throw new AssertionError("cannot start " + command, e);
    }
    try {
      await().atMost(Duration.ofSeconds(30)).until(server::accepts);
      return server;
    } catch (RuntimeException e) {
      server.close();
      throw e;
    }
  }

  URI url(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  private boolean accepts() {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
    process.onExit().join();
  }
}
