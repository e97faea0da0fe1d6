package io.mcprealtime.mcp;

import io.mcprealtime.mcp.McpException.Kind;
import java.util.function.Supplier;

/**
 * Lets the steps of a run through until its verdict is made: the answers that come after the
 * probe's time-out must not change what it is made from, nor lead to more requests.
 */
final class Gate {
  private boolean over;

  synchronized <T> T step(Supplier<T> action) {
    if (over) {
      throw new McpException(Kind.CLOSED, "the probe is over");
    }
    return action.get();
  }

  /** Nothing goes through any more; waits for the step that is being done. */
  synchronized void close() {
    over = true;
  }
}
