package io.mcprealtime.testkit;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports for programs that must be told one before they listen, and for servers that go away and
 * come back.
 *
 * <p>A port that the system gives may be given again as soon as it is free, to any connection that
 * goes out. These lie below all that are given so, and each is told once in a process: what is free
 * now stays free until the test listens there.
 */
public final class TestPorts {
  private static final int FIRST = 20_000;

  /** Linux gives ports from 32768 on, others from 49152 on. */
  private static final int END = 32_000;

  private static final int ATTEMPTS = 1_000;
  private static final Set<Integer> TOLD = ConcurrentHashMap.newKeySet();

  private TestPorts() {}

  /** A port of the loopback address at which nobody listens. */
  public static int free() {
    for (int i = 0; i < ATTEMPTS; i++) {
      int port = ThreadLocalRandom.current().nextInt(FIRST, END);
      if (TOLD.add(port) && isFree(port)) {
        return port;
      }
    }
    throw new IllegalStateException("no port from %d to %d is free".formatted(FIRST, END - 1));
  }

  private static boolean isFree(int port) {
    try (var socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
