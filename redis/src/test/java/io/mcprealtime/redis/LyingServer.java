package io.mcprealtime.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Answers the same bytes to everything that it is sent, but greets as a Redis does. */
final class LyingServer implements AutoCloseable {
  private static final byte[] GREETING = "*2\r\n$5\r\nproto\r\n:2\r\n".getBytes(UTF_8);
  private static final int TRICKLE_MILLIS = 20;
  private static final int MAX_REQUEST_PART = 64 << 10;

  private final ServerSocket listener;
  private final byte[] answer;
  private final boolean greets;
  private final boolean hangsUp;
  private volatile Duration delay = Duration.ZERO;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Set<Socket> answered = ConcurrentHashMap.newKeySet();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ScheduledExecutorService pacemaker = Executors.newScheduledThreadPool(1);
  private final AtomicInteger connections = new AtomicInteger();

  private LyingServer(ServerSocket listener, byte[] answer, boolean greets, boolean hangsUp) {
    this.listener = listener;
    this.answer = answer;
    this.greets = greets;
    this.hangsUp = hangsUp;
  }

  /** Answers and waits for more. */
  static LyingServer answering(String answer) {
    return start(answer, true, false);
  }

  /** Answers even the greeting so. */
  static LyingServer answeringAll(String answer) {
    return start(answer, false, false);
  }

  /** Answers and hangs up. */
  static LyingServer hangingUpAfter(String answer) {
    return start(answer, true, true);
  }

  /** Answers and then sends a byte every now and then, without an end. */
  static LyingServer tricklingAfter(String answer) {
    var server = start(answer, true, false);
    server.pacemaker.scheduleAtFixedRate(
        server::trickle, TRICKLE_MILLIS, TRICKLE_MILLIS, TimeUnit.MILLISECONDS);
    return server;
  }

  /** Answers each request so much later. */
  static LyingServer answeringAfter(Duration delay, String answer) {
    var server = start(answer, true, false);
    server.delay = delay;
    return server;
  }

  private void answer(Socket socket) {
    try {
      socket.getOutputStream().write(answer);
    } catch (IOException e) {
      // The client had enough.
      answered.remove(socket);
    }
  }

  private void trickle() {
    for (var socket : answered) {
      try {
        socket.getOutputStream().write('1');
      } catch (IOException e) {
        answered.remove(socket);
      }
    }
  }

  private static LyingServer start(String answer, boolean greets, boolean hangsUp) {
    try {
      var listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
      var server = new LyingServer(listener, answer.getBytes(UTF_8), greets, hangsUp);
      server.threads.execute(server::accept);
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept() {
    try {
      while (true) {
        var socket = listener.accept();
        connections.incrementAndGet();
        sockets.add(socket);
        threads.execute(() -> lie(socket));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void lie(Socket socket) {
    try (socket) {
      var part = new byte[MAX_REQUEST_PART];
      for (int read = socket.getInputStream().read(part);
          read >= 0;
          read = socket.getInputStream().read(part)) {
        if (new String(part, 0, read, UTF_8).contains("HELLO") && greets) {
          socket.getOutputStream().write(GREETING);
          continue;
        }
        if (!delay.isZero()) {
          pacemaker.schedule(() -> answer(socket), delay.toMillis(), TimeUnit.MILLISECONDS);
          continue;
        }
        answer(socket);
        answered.add(socket);
        if (hangsUp) {
          return;
        }
      }
    } catch (IOException e) {
      // The client had enough.
    }
  }

  String redisUrl() {
    return "redis://127.0.0.1:" + listener.getLocalPort();
  }

  URI httpUrl() {
    return URI.create("http://127.0.0.1:" + listener.getLocalPort());
  }

  int connections() {
    return connections.get();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (var socket : sockets) {
      socket.close();
    }
    pacemaker.shutdownNow();
    threads.shutdownNow();
  }
}
