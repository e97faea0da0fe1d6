package io.mcprealtime.mcp;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one run sent, and how it went. Each run has a log of its own, so that an answer that comes
 * after the run does not end up among the next one's.
 */
final class OperationLog {
  private static final Set<String> SIGNS_OF_LIFE = Set.of(Protocol.PING, Protocol.DISCOVER);

  private final List<Operation> operations = new ArrayList<>();

  synchronized void add(Operation operation) {
    operations.add(operation);
  }

  synchronized List<Operation> all() {
    return List.copyOf(operations);
  }

  /**
   * How long the last sign of life took, or else the last other request that was answered well.
   * Tool calls take what their tools take, and a session's first request holds its set-up: neither
   * says how fast the server answers.
   */
  synchronized @Nullable Duration responseTime() {
    Duration other = null;
    Duration sign = null;
    for (Operation operation : operations) {
      if (operation.succeeded() && !operation.first() && operation.tool() == null) {
        other = operation.duration();
        sign = SIGNS_OF_LIFE.contains(operation.method()) ? other : sign;
      }
    }
    return sign == null ? other : sign;
  }
}
