package io.mcprealtime.server.cli;

import com.google.errorprone.annotations.FormatMethod;
import java.io.PrintWriter;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * What a command works with.
 *
 * @param out results
 * @param err progress and faults
 * @param environment the environment's variables
 * @param stop opens when the command is to end
 */
public record Terminal(
    PrintWriter out, PrintWriter err, Map<String, String> environment, CountDownLatch stop) {

  @Nullable String variable(String name) {
    return environment.get(name);
  }

  @FormatMethod
  void say(String format, Object... values) {
    out.println(format.formatted(values));
    out.flush();
  }

  @FormatMethod
  void warn(String format, Object... values) {
    err.println(format.formatted(values));
    err.flush();
  }

  /** Waits until the command is to end. */
  void awaitStop() {
    try {
      stop.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Waits until the command is to end, or that long. */
  void awaitStop(long millis) {
    try {
      var ignored = stop.await(millis, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
