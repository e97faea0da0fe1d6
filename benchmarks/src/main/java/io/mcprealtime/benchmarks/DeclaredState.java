package io.mcprealtime.benchmarks;

import io.mcprealtime.ServerState;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * A server's state as the monitor declares it by default: that on which two of the last three
 * probes agree. Not thread-safe.
 */
final class DeclaredState {
  private static final int AGREEING = 2;
  private static final int OF = 3;

  private final Deque<ServerState> last = new ArrayDeque<>();
  private ServerState declared = ServerState.UNKNOWN;

  /**
   * Takes what a probe found.
   *
   * @return whether the server is declared to be worse than before
   */
  boolean next(ServerState found) {
    last.addLast(found);
    if (last.size() > OF) {
      last.removeFirst();
    }
    boolean first = declared == ServerState.UNKNOWN && found.isUp();
    if (first || last.stream().filter(state -> state == found).count() >= AGREEING) {
      boolean worse = declared.isUp() && !found.isUp();
      declared = found;
      return worse;
    }
    return false;
  }

  ServerState declared() {
    return declared;
  }
}
