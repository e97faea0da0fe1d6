package io.mcprealtime.server;

import io.mcprealtime.testkit.TestPorts;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A way to a local port that can be cut and opened again. */
final class TcpProxy implements AutoCloseable {
  private final int target;
  private final int port;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private volatile ServerSocket listener;

  private TcpProxy(int target) throws IOException {
    this.target = target;
    // A cut gives the port up, and nobody may have it before it is opened again.
    this.port = TestPorts.free();
    this.listener = listen(port);
    begin(listener);
  }

  static TcpProxy to(int target) throws IOException {
    return new TcpProxy(target);
  }

  int port() {
    return port;
  }

  private static ServerSocket listen(int port) throws IOException {
    var socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    return socket;
  }

  private void begin(ServerSocket from) {
    thread(
        () -> {
          while (!from.isClosed()) {
            try {
              join(from, from.accept());
            } catch (IOException e) {
              // Closed, or the target is away: the caller sees its connection end.
            }
          }
        });
  }

  private void join(ServerSocket from, Socket near) throws IOException {
    open.add(near);
    try {
      var far = new Socket(InetAddress.getLoopbackAddress(), target);
      open.add(far);
      if (from.isClosed()) {
        // Taken just before the cut, which does not know of it.
        close(near);
        close(far);
        return;
      }
      thread(() -> copy(near, far));
      thread(() -> copy(far, near));
    } catch (IOException e) {
      close(near);
      throw e;
    }
  }

  private void copy(Socket from, Socket to) {
    try (InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      byte[] buffer = new byte[1 << 14];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        out.write(buffer, 0, read);
        out.flush();
      }
    } catch (IOException e) {
      // One end is gone; the other follows.
    } finally {
      close(from);
      close(to);
    }
  }

  private void close(Socket socket) {
    open.remove(socket);
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone.
    }
  }

  private static void thread(Runnable task) {
    var thread = new Thread(task, "tcp-proxy");
    thread.setDaemon(true);
    thread.start();
  }

  /** Ends every connection and takes no more. */
  void cut() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    open.forEach(this::close);
  }

  /** Takes connections again. */
  void restore() throws IOException {
    listener = listen(port);
    begin(listener);
  }

  @Override
  public void close() {
    cut();
  }
}
