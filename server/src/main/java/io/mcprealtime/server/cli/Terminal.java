package io.mcprealtime.server.cli;

import com.google.errorprone.annotations.FormatMethod;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** What a command works with. */
public final class Terminal {
  private final Output bytes;
  private final PrintWriter out;
  private final PrintWriter err;
  private final Map<String, String> environment;
  private final CountDownLatch stop;

  /**
   * Text is written as UTF-8.
   *
   * @param out results; its faults must show, so no {@link java.io.PrintStream}, which hides them
   * @param err progress and faults
   * @param environment the environment's variables
   * @param stop opens when the command is to end
   */
  public Terminal(
      OutputStream out, OutputStream err, Map<String, String> environment, CountDownLatch stop) {
    this.bytes = new Output(out);
    this.out = writer(bytes);
    this.err = writer(err);
    this.environment = Map.copyOf(environment);
    this.stop = stop;
  }

  private static PrintWriter writer(OutputStream stream) {
    return new PrintWriter(new OutputStreamWriter(stream, StandardCharsets.UTF_8), true);
  }

  PrintWriter out() {
    return out;
  }

  PrintWriter err() {
    return err;
  }

  /** Where {@link #out} writes to, for results that are no text of ours. */
  OutputStream bytes() {
    return bytes;
  }

  Map<String, String> environment() {
    return environment;
  }

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

  /** Why results did not get out; null when all did. */
  @Nullable IOException fault() {
    out.flush();
    return bytes.fault();
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
