package io.mcprealtime.mcp;

import io.mcprealtime.Era;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * An HTTP server written by hand, so that it can break every rule. Each connection carries one
 * request and is closed by the server as soon as the behaviour is done with it: one that is still
 * open is held by the client. It counts what was taken from it.
 */
final class WireServer implements AutoCloseable {
  /** Small, so that hardly more is counted as taken than the client has read. */
  private static final int SEND_BUFFER_BYTES = 16 * 1024;

  final Era era;
  private final ServerSocket server;
  private final Behaviour behaviour;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicLong sent = new AtomicLong();
  private volatile @Nullable Wire events;

  /** How it answers. */
  interface Behaviour {
    void answer(Wire wire) throws IOException;
  }

  WireServer(Era era, Behaviour behaviour) throws IOException {
    this.era = era;
    this.behaviour = behaviour;
    this.server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start("wire-server", this::accept);
  }

  private static void start(String name, Runnable task) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getLocalPort() + "/mcp");
  }

  int openConnections() {
    return open.size();
  }

  long bytesSent() {
    return sent.get();
  }

  void count(long bytes) {
    sent.addAndGet(bytes);
  }

  /** The event stream of the older transport: the answers to POSTs go there. */
  Wire events() {
    Wire stream = events;
    if (stream == null) {
      throw new IllegalStateException("no GET has opened a stream");
    }
    return stream;
  }

  void keepEvents(Wire stream) {
    events = stream;
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        socket.setSendBufferSize(SEND_BUFFER_BYTES);
        open.add(socket);
        start("wire-connection", () -> serve(socket));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      Wire wire = Wire.read(this, socket);
      if (wire != null) {
        behaviour.answer(wire);
      }
    } catch (IOException e) {
      // The client went away: that is its right.
    } finally {
      open.remove(socket);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
