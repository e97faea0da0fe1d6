package io.mcprealtime.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import redis.embedded.RedisExecProvider;

/**
 * A real Redis in a process of its own on a free port, for the tests of a class: a static field
 * with {@code @RegisterExtension}. It keeps nothing on disk.
 */
public final class TestRedis implements BeforeAllCallback, AfterAllCallback, AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int ATTEMPTS = 5;

  private final List<String> options;
  private int port;
  private @Nullable Process process;
  private @Nullable Path directory;

  /** A Redis with further command-line options: {@code --requirepass}, … */
  public TestRedis(String... options) {
    this.options = List.of(options);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    start();
  }

  @Override
  public void afterAll(ExtensionContext context) {
    close();
  }

  /** Starts it, empty, on the port that it had before, if any. */
  public void start() {
    for (int attempt = 1; process == null; attempt++) {
      boolean fresh = port == 0;
      if (fresh) {
        port = TestPorts.free();
      }
      var started = launch();
      if (becomesReady(started)) {
        process = started;
      } else {
        end(started);
        if (attempt == ATTEMPTS) {
          throw new IllegalStateException("Redis does not start on port " + port);
        }
        port = fresh ? 0 : port;
      }
    }
  }

  private Process launch() {
    try {
      if (directory == null) {
        directory = Files.createTempDirectory("test-redis");
      }
      var command = new ArrayList<String>();
      command.add(Program.PATH.toString());
      command.addAll(
          List.of("--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", ""));
      command.addAll(List.of("--appendonly", "no", "--dir", directory.toString()));
      command.addAll(options);
      return new ProcessBuilder(command)
          .redirectErrorStream(true)
          .redirectOutput(directory.resolve("redis.log").toFile())
          .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean becomesReady(Process started) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(10))
        .pollDelay(Duration.ZERO)
        .until(() -> !started.isAlive() || answers());
    return started.isAlive();
  }

  private boolean answers() {
    try (var client = new RespClient(port)) {
      client.call("PING");
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Ends it; what it held is gone. */
  public void stop() {
    var running = process;
    process = null;
    if (running != null) {
      end(running);
    }
  }

  public void restartEmpty() {
    stop();
    start();
  }

  /** Lets it answer nothing, while connections stay open. */
  public void pause() {
    signal("STOP");
  }

  public void resume() {
    signal("CONT");
  }

  private void signal(String name) {
    var running = process;
    if (running == null) {
      throw new IllegalStateException("Redis is not running");
    }
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(running.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  public int port() {
    return port;
  }

  public String url() {
    return "redis://127.0.0.1:" + port;
  }

  /** Removes everything. */
  public void flush() {
    call("FLUSHALL");
  }

  /**
   * The answer to a command as text: a number in digits, a list's items in lines, nothing as an
   * empty text.
   */
  public String call(String... command) {
    try (var client = new RespClient(port)) {
      return text(client.call(command));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(@Nullable Object reply) {
    if (reply == null) {
      return "";
    }
    if (reply instanceof byte[] bytes) {
      return new String(bytes, UTF_8);
    }
    if (reply instanceof List<?> items) {
      return String.join("\n", items.stream().map(TestRedis::text).toList());
    }
    return reply instanceof RespClient.Failure failure ? failure.text() : reply.toString();
  }

  /** How often each command was called since the start or {@link #resetStats}, by its name. */
  public Map<String, Long> commandStats() {
    var calls = new TreeMap<String, Long>();
    for (var line : call("INFO", "commandstats").split("\r?\n", -1)) {
      if (line.startsWith("cmdstat_")) {
        var name = line.substring("cmdstat_".length(), line.indexOf(':'));
        var count = line.substring(line.indexOf("calls=") + "calls=".length(), line.indexOf(','));
        calls.put(name, Long.parseLong(count));
      }
    }
    return calls;
  }

  public void resetStats() {
    call("CONFIG", "RESETSTAT");
  }

  @Override
  public void close() {
    stop();
    var left = directory;
    directory = null;
    if (left != null) {
      try {
        Files.deleteIfExists(left.resolve("redis.log"));
        Files.deleteIfExists(left);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static void end(Process running) {
    running.destroyForcibly();
    try {
      if (!running.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
        throw new IllegalStateException("Redis does not end: process " + running.pid());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The program, unpacked once. */
  private static final class Program {
    private static final Path PATH = unpack();

    private static Path unpack() {
      try {
        return RedisExecProvider.defaultProvider().get().toPath();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
